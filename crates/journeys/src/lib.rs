//! Customer journeys: directly-follows map and variants.
