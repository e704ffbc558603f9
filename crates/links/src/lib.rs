//! Talks to machines: the MQTT front door, HTTP intake, an external broker, the playing client, and
//! the gateways by which people are reached.
//!
//! A link takes bytes, makes inputs of them and answers after their commit. It decides nothing: it
//! never sees the engine, never tells a sender "received" before the runtime's receipt, and never
//! drops what it took.

pub mod broker;
pub mod drill;
pub mod http;
mod intake;
#[doc(hidden)]
pub mod measure;
pub mod mqtt;
pub mod play;
pub mod senders;
mod speaker;
mod telemetry;
pub mod topic;

pub use intake::{Intake, MOST_BODY, Refused};
pub use speaker::{Device, Speaker, Stations};
