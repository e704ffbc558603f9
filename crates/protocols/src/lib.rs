//! Bytes to model and back, one folder a dialect. Pure.
