//! Special functions, optimiser, quantiles, distributions and seeded random with the same bits on every platform.
