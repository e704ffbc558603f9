//! What is told of the past and of the whole: a series' history line by line, and the hash of the state.

use serde::{Deserialize, Serialize};

use crate::intake::Quality;
use crate::time::Time;

/// One line of a series' history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SampleView {
    pub time: Time,
    pub received: Time,
    pub value: Option<String>,
    pub quality: Quality,
    pub revision: u16,
    pub late: bool,
}

/// The hash over the decision state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StateHash {
    pub hash: String,
    pub seq: u64,
}
