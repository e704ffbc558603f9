//! Simulated stations, responders, faults and the demonstration county.
