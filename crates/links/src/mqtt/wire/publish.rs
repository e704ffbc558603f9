//! A PUBLISH to its parts and back.

use std::sync::Arc;

use mqtt_protocol_core::mqtt::packet::{Property, Qos, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::result_code::MqttError;

use super::Version;

/// One PUBLISH, as its version's parser gave it.
pub(crate) enum Publish {
    V3(v3_1_1::Publish),
    V5(v5_0::Publish),
}

impl Publish {
    /// Reads what follows the fixed header; `flags` are the lower half of its first byte.
    pub(crate) fn parse(version: Version, flags: u8, body: &[u8]) -> Result<Publish, MqttError> {
        let shared: Arc<[u8]> = Arc::from(body);
        match version {
            Version::V3 => Ok(Publish::V3(v3_1_1::Publish::parse(flags, shared)?.0)),
            Version::V5 => Ok(Publish::V5(v5_0::Publish::parse(flags, shared)?.0)),
        }
    }

    pub(crate) fn topic(&self) -> &str {
        match self {
            Publish::V3(p) => p.topic_name(),
            Publish::V5(p) => p.topic_name(),
        }
    }

    pub(crate) fn body(&self) -> &[u8] {
        match self {
            Publish::V3(p) => p.payload().as_slice(),
            Publish::V5(p) => p.payload().as_slice(),
        }
    }

    /// Absent for QoS 0.
    pub(crate) fn id(&self) -> Option<u16> {
        match self {
            Publish::V3(p) => p.packet_id(),
            Publish::V5(p) => p.packet_id(),
        }
    }

    pub(crate) fn alias(&self) -> Option<u16> {
        let Publish::V5(p) = self else { return None };
        p.props().iter().find_map(|property| {
            if let Property::TopicAlias(alias) = property {
                Some(alias.val())
            } else {
                None
            }
        })
    }
}

/// A message to a device: with QoS 1 when it has an id, else with QoS 0.
pub(crate) fn publish(
    version: Version,
    id: Option<u16>,
    again: bool,
    topic: &str,
    body: &[u8],
) -> Result<Vec<u8>, MqttError> {
    let qos = if id.is_some() {
        Qos::AtLeastOnce
    } else {
        Qos::AtMostOnce
    };
    Ok(match version {
        Version::V3 => {
            let packet = v3_1_1::Publish::builder()
                .topic_name(topic)?
                .qos(qos)
                .dup(again);
            packet
                .packet_id(id)
                .payload(body)
                .build()?
                .to_continuous_buffer()
        }
        Version::V5 => {
            let packet = v5_0::Publish::builder()
                .topic_name(topic)?
                .qos(qos)
                .dup(again);
            packet
                .packet_id(id)
                .payload(body)
                .build()?
                .to_continuous_buffer()
        }
    })
}
