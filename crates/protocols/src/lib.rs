//! Bytes to model and back, one folder a dialect.
//!
//! Decoders take bytes and return what a station said, or one sentence about why they cannot. They own
//! no socket, read no clock, never panic on any bytes, and never look a station up: whether it is known
//! is the intake's question.

pub mod gateway;
pub mod json;
pub mod recorded;
