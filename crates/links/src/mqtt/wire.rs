//! Packets to bytes and back for both versions, by the parsers and builders of `mqtt-protocol-core`.
//!
//! Its connection state machine is not used: it copies and allocates several times a publish and
//! acknowledges by itself, while here an acknowledgement follows a commit. This file knows no socket
//! and no session.

mod acks;
mod publish;

use mqtt_protocol_core::mqtt::packet::{
    AssignedClientIdentifier, DecodeResult, MaximumPacketSize, Property, Qos, ReceiveMaximum,
    RetainAvailable, SessionExpiryInterval, SharedSubscriptionAvailable, SubEntry,
    SubscriptionIdentifierAvailable, TopicAliasMaximum, VariableByteInteger, v3_1_1, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::{
    ConnectReasonCode, ConnectReturnCode, DisconnectReasonCode, MqttError, SubackReasonCode,
    SubackReturnCode, UnsubackReasonCode,
};

pub(crate) use acks::{Acks, Verdict, complete};
pub(crate) use publish::{Publish, publish};

/// Which MQTT a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V3,
    V5,
}

/// What a client takes of our answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) version: Version,
    /// Largest packet; nothing longer is sent to it.
    pub(crate) most_packet: usize,
    /// Whether it wants to read why something was refused.
    pub(crate) reasons: bool,
}

impl Terms {
    /// What a client takes that says nothing about it.
    pub(crate) fn of(version: Version) -> Terms {
        Terms {
            version,
            most_packet: usize::MAX,
            reasons: true,
        }
    }
}

/// The first bytes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// Not enough bytes to tell the length.
    Short,
    /// First byte, bytes of header, bytes of body after it.
    Known { first: u8, head: usize, body: usize },
    /// No MQTT.
    Broken,
}

/// Reads type and length of the packet at the front of `bytes`.
pub(crate) fn head(bytes: &[u8]) -> Head {
    let Some((first, rest)) = bytes.split_first() else {
        return Head::Short;
    };
    match VariableByteInteger::decode_stream(rest) {
        DecodeResult::Ok(length, used) => Head::Known {
            first: *first,
            head: 1 + used,
            body: length.to_u32() as usize,
        },
        DecodeResult::Incomplete => Head::Short,
        DecodeResult::Err(_) => Head::Broken,
    }
}

/// The first nibble of a CONNECT, and of a PUBLISH.
pub(crate) const CONNECT: u8 = 0x10;
pub(crate) const PUBLISH: u8 = 0x30;

/// What a client says when it connects. Its will is read and ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) version: Version,
    pub(crate) client: String,
    pub(crate) clean: bool,
    pub(crate) keep_alive_s: u16,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Vec<u8>>,
    /// Messages it takes unacknowledged; only version 5 can say so.
    pub(crate) receive_maximum: Option<u16>,
    /// How long its session is to be kept; version 3.1.1 cannot say.
    pub(crate) session_s: Option<u32>,
    /// Asks for an authentication exchange, which we have none of.
    pub(crate) extended: bool,
    pub(crate) terms: Terms,
}

/// Why a CONNECT is no greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadHello {
    Version,
    Malformed,
}

/// Reads the body of a CONNECT.
pub(crate) fn hello(body: &[u8]) -> Result<Hello, BadHello> {
    // The protocol's name comes first, then its level; the rest depends on it.
    match body.get(6) {
        Some(4) => {
            let (c, _) = v3_1_1::Connect::parse(body).map_err(|_| BadHello::Malformed)?;
            Ok(Hello {
                version: Version::V3,
                client: c.client_id().to_owned(),
                clean: c.clean_session(),
                keep_alive_s: c.keep_alive(),
                user: c.user_name().map(str::to_owned),
                password: c.password().map(<[u8]>::to_vec),
                receive_maximum: None,
                session_s: None,
                extended: false,
                terms: Terms::of(Version::V3),
            })
        }
        Some(5) => {
            let (c, _) = v5_0::Connect::parse(body).map_err(|_| BadHello::Malformed)?;
            let mut hello = Hello {
                version: Version::V5,
                client: c.client_id().to_owned(),
                clean: c.clean_start(),
                keep_alive_s: c.keep_alive(),
                user: c.user_name().map(str::to_owned),
                password: c.password().map(<[u8]>::to_vec),
                receive_maximum: None,
                session_s: Some(0),
                extended: false,
                terms: Terms::of(Version::V5),
            };
            for property in c.props() {
                if let Property::ReceiveMaximum(most) = property {
                    hello.receive_maximum = Some(most.val());
                } else if let Property::SessionExpiryInterval(seconds) = property {
                    hello.session_s = Some(seconds.val());
                } else if let Property::AuthenticationMethod(_) = property {
                    hello.extended = true;
                } else if let Property::MaximumPacketSize(most) = property {
                    hello.terms.most_packet = most.val() as usize;
                } else if let Property::RequestProblemInformation(wanted) = property {
                    hello.terms.reasons = wanted.val() != 0;
                }
            }
            Ok(hello)
        }
        Some(_) if body.starts_with(b"\0\x04MQTT") || body.starts_with(b"\0\x06MQIsdp") => {
            Err(BadHello::Version)
        }
        Some(_) | None => Err(BadHello::Malformed),
    }
}

/// The version of a CONNECT of which only the beginning is known; the older one where it is no version.
pub(crate) fn version_of(body: &[u8]) -> Version {
    match body.get(6) {
        Some(5) => Version::V5,
        Some(_) | None => Version::V3,
    }
}

/// What a client wants to hear, and whether it will acknowledge it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Filter {
    pub topic: String,
    pub acknowledged: bool,
}

/// Everything but CONNECT and PUBLISH that a client may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Packet {
    /// Our downlink arrived (PUBACK, or PUBCOMP after PUBREC).
    Taken(u16),
    /// Second step of the client's QoS 2 publish.
    Release(u16),
    Subscribe {
        id: u16,
        filters: Vec<Filter>,
    },
    Unsubscribe {
        id: u16,
        filters: Vec<String>,
    },
    Ping,
    /// With the session's new expiry where version 5 gives one.
    Disconnect {
        session_s: Option<u32>,
    },
}

/// Reads a packet that is neither CONNECT nor PUBLISH.
pub(crate) fn packet(version: Version, first: u8, body: &[u8]) -> Result<Packet, MqttError> {
    let filters = |entries: &[SubEntry]| {
        let filter = |entry: &SubEntry| Filter {
            topic: entry.topic_filter().to_owned(),
            acknowledged: entry.sub_opts().qos() != Qos::AtMostOnce,
        };
        entries.iter().map(filter).collect()
    };
    Ok(match (first >> 4, version) {
        (4, Version::V3) => Packet::Taken(v3_1_1::Puback::parse(body)?.0.packet_id()),
        (4, Version::V5) => Packet::Taken(v5_0::Puback::parse(body)?.0.packet_id()),
        (6, Version::V3) => Packet::Release(v3_1_1::Pubrel::parse(body)?.0.packet_id()),
        (6, Version::V5) => Packet::Release(v5_0::Pubrel::parse(body)?.0.packet_id()),
        (8, Version::V3) => {
            let p = v3_1_1::Subscribe::parse(body)?.0;
            Packet::Subscribe {
                id: sound_id(p.packet_id())?,
                filters: filters(p.entries()),
            }
        }
        (8, Version::V5) => {
            let p = v5_0::Subscribe::parse(body)?.0;
            Packet::Subscribe {
                id: sound_id(p.packet_id())?,
                filters: filters(p.entries()),
            }
        }
        (10, Version::V3) => {
            let p = v3_1_1::Unsubscribe::parse(body)?.0;
            let filters = p.entries().iter().map(|f| f.as_str().to_owned()).collect();
            Packet::Unsubscribe {
                id: sound_id(p.packet_id())?,
                filters,
            }
        }
        (10, Version::V5) => {
            let p = v5_0::Unsubscribe::parse(body)?.0;
            let filters = p.entries().iter().map(|f| f.as_str().to_owned()).collect();
            Packet::Unsubscribe {
                id: sound_id(p.packet_id())?,
                filters,
            }
        }
        (12, _) if body.is_empty() => Packet::Ping,
        (14, Version::V3) if body.is_empty() => Packet::Disconnect { session_s: None },
        (14, Version::V5) => {
            let p = v5_0::Disconnect::parse(body)?.0;
            let session_s = p.props().iter().flatten().find_map(|property| {
                if let Property::SessionExpiryInterval(seconds) = property {
                    Some(seconds.val())
                } else {
                    None
                }
            });
            Packet::Disconnect { session_s }
        }
        _ => return Err(MqttError::ProtocolError),
    })
}

/// The parsers of these two let 0 through, and no answer can be built for it.
fn sound_id(id: u16) -> Result<u16, MqttError> {
    match id {
        0 => Err(MqttError::MalformedPacket),
        id => Ok(id),
    }
}

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rebuff {
    Version,
    BadClientId,
    NotAuthorized,
    Busy,
    Extended,
    /// The CONNECT is larger than any we take, or takes no answer of ours.
    TooLarge,
}

/// The answer to a CONNECT that is refused.
pub(crate) fn rebuff(version: Version, why: Rebuff) -> Vec<u8> {
    let (old, new) = match why {
        Rebuff::Version => (
            ConnectReturnCode::UnacceptableProtocolVersion,
            ConnectReasonCode::UnsupportedProtocolVersion,
        ),
        Rebuff::BadClientId => (
            ConnectReturnCode::IdentifierRejected,
            ConnectReasonCode::ClientIdentifierNotValid,
        ),
        Rebuff::NotAuthorized => (
            ConnectReturnCode::NotAuthorized,
            ConnectReasonCode::NotAuthorized,
        ),
        Rebuff::Busy => (
            ConnectReturnCode::ServerUnavailable,
            ConnectReasonCode::ServerBusy,
        ),
        Rebuff::Extended => (
            ConnectReturnCode::NotAuthorized,
            ConnectReasonCode::BadAuthenticationMethod,
        ),
        // Version 3.1.1 has no word of its own for it.
        Rebuff::TooLarge => (
            ConnectReturnCode::ServerUnavailable,
            ConnectReasonCode::PacketTooLarge,
        ),
    };
    match version {
        Version::V3 => {
            let packet = v3_1_1::Connack::builder()
                .session_present(false)
                .return_code(old)
                .build();
            packet
                .expect("a refusal has both parts")
                .to_continuous_buffer()
        }
        Version::V5 => {
            let packet = v5_0::Connack::builder()
                .session_present(false)
                .reason_code(new)
                .build();
            packet
                .expect("a refusal has both parts")
                .to_continuous_buffer()
        }
    }
}

/// What a client is told when it is let in.
pub(crate) struct Welcome<'a> {
    pub(crate) session_present: bool,
    pub(crate) receive_maximum: u16,
    pub(crate) most_packet: u32,
    pub(crate) most_aliases: u16,
    /// A name we gave to a client that had none.
    pub(crate) assigned: Option<&'a str>,
    /// How long its session is kept, when that is not what it asked for.
    pub(crate) session_s: Option<u32>,
}

/// The answer to a CONNECT that is accepted.
pub(crate) fn welcome(version: Version, w: &Welcome<'_>) -> Vec<u8> {
    if version == Version::V3 {
        let packet = v3_1_1::Connack::builder()
            .session_present(w.session_present)
            .return_code(ConnectReturnCode::Accepted)
            .build();
        return packet
            .expect("a welcome has both parts")
            .to_continuous_buffer();
    }
    let sound = "the bounds of the front door are sound MQTT values";
    let mut properties = vec![
        Property::ReceiveMaximum(ReceiveMaximum::new(w.receive_maximum).expect(sound)),
        Property::RetainAvailable(RetainAvailable::new(0).expect(sound)),
        Property::MaximumPacketSize(MaximumPacketSize::new(w.most_packet).expect(sound)),
        Property::TopicAliasMaximum(TopicAliasMaximum::new(w.most_aliases).expect(sound)),
        Property::SubscriptionIdentifierAvailable(
            SubscriptionIdentifierAvailable::new(0).expect(sound),
        ),
        Property::SharedSubscriptionAvailable(SharedSubscriptionAvailable::new(0).expect(sound)),
    ];
    if let Some(name) = w.assigned {
        let name = AssignedClientIdentifier::new(name).expect(sound);
        properties.push(Property::AssignedClientIdentifier(name));
    }
    if let Some(seconds) = w.session_s {
        let seconds = SessionExpiryInterval::new(seconds).expect(sound);
        properties.push(Property::SessionExpiryInterval(seconds));
    }
    let packet = v5_0::Connack::builder()
        .session_present(w.session_present)
        .reason_code(ConnectReasonCode::Success)
        .props(properties)
        .build();
    packet
        .expect("a welcome has its parts")
        .to_continuous_buffer()
}

/// What became of one filter of a SUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granted {
    /// With QoS 1, else 0.
    Yes {
        acknowledged: bool,
    },
    NotAuthorized,
    Invalid,
    Full,
}

/// The answer to a SUBSCRIBE; at most QoS 1 is granted.
pub(crate) fn subscribed(version: Version, id: u16, granted: &[Granted]) -> Vec<u8> {
    let sound = "an id that is not 0, and as many codes as a parsed SUBSCRIBE had filters";
    match version {
        Version::V3 => {
            let code = |granted: &Granted| match granted {
                Granted::Yes { acknowledged: true } => SubackReturnCode::SuccessMaximumQos1,
                Granted::Yes {
                    acknowledged: false,
                } => SubackReturnCode::SuccessMaximumQos0,
                Granted::NotAuthorized | Granted::Invalid | Granted::Full => {
                    SubackReturnCode::Failure
                }
            };
            let codes = granted.iter().map(code).collect();
            let packet = v3_1_1::Suback::builder()
                .packet_id(id)
                .return_codes(codes)
                .build();
            packet.expect(sound).to_continuous_buffer()
        }
        Version::V5 => {
            let code = |granted: &Granted| match granted {
                Granted::Yes { acknowledged: true } => SubackReasonCode::GrantedQos1,
                Granted::Yes {
                    acknowledged: false,
                } => SubackReasonCode::GrantedQos0,
                Granted::NotAuthorized => SubackReasonCode::NotAuthorized,
                Granted::Invalid => SubackReasonCode::TopicFilterInvalid,
                Granted::Full => SubackReasonCode::QuotaExceeded,
            };
            let codes = granted.iter().map(code).collect();
            let packet = v5_0::Suback::builder()
                .packet_id(id)
                .reason_codes(codes)
                .build();
            packet.expect(sound).to_continuous_buffer()
        }
    }
}

/// The answer to an UNSUBSCRIBE of filters that did (true) or did not exist.
pub(crate) fn unsubscribed(version: Version, id: u16, existed: &[bool]) -> Vec<u8> {
    let sound = "an id that is not 0, and as many codes as a parsed UNSUBSCRIBE had filters";
    match version {
        Version::V3 => v3_1_1::Unsuback::builder()
            .packet_id(id)
            .build()
            .expect(sound)
            .to_continuous_buffer(),
        Version::V5 => {
            let code = |existed: &bool| match existed {
                true => UnsubackReasonCode::Success,
                false => UnsubackReasonCode::NoSubscriptionExisted,
            };
            let codes = existed.iter().map(code).collect();
            let packet = v5_0::Unsuback::builder()
                .packet_id(id)
                .reason_codes(codes)
                .build();
            packet.expect(sound).to_continuous_buffer()
        }
    }
}

/// The answer to a PINGREQ.
pub(crate) fn pong() -> Vec<u8> {
    let packet = v3_1_1::Pingresp::builder().build();
    packet
        .expect("a PINGRESP has no parts")
        .to_continuous_buffer()
}

/// The last packet before we close; version 3.1.1 has none for servers.
pub(crate) fn goodbye(version: Version, why: DisconnectReasonCode) -> Vec<u8> {
    match version {
        Version::V3 => Vec::new(),
        Version::V5 => {
            let packet = v5_0::Disconnect::builder().reason_code(why).build();
            packet
                .expect("a DISCONNECT may carry a reason")
                .to_continuous_buffer()
        }
    }
}

#[cfg(test)]
mod tests;
