//! Customer metrics: the week's page, lifetime value, NPS.
