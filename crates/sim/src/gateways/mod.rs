//! Stand-in gateways: what takes pages in place of SMS, voice, robot and mail providers.
//!
//! They check what real ones check, answer in their words, keep what they got, and fail as they are
//! told to. Nobody real is reached from here.

mod demonstration;
mod http;
mod record;
mod robots;
mod smtp;

pub use demonstration::{open_gateways, write_channels};
pub use http::{Callback, Fault, Gateway, Kind, Script};
pub use record::{Heard, Record};
pub use smtp::{MailFault, MailSink};
