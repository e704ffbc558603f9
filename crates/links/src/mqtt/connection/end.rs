//! Why a connection ends, and what is said of it.

use mqtt_protocol_core::mqtt::result_code::DisconnectReasonCode;

use crate::mqtt::inflow::Fault;

/// Why a connection ended, as counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Left,
    Lost,
    Silent,
    Greeting,
    Refused,
    Dismissed,
    Fault(Fault),
    TakenOver,
    ShuttingDown,
}

impl End {
    pub(super) fn word(self) -> &'static str {
        match self {
            End::Left => "left",
            End::Lost => "lost",
            End::Silent => "keep_alive",
            End::Greeting => "no_greeting",
            End::Refused => "refused",
            End::Dismissed => "dismissed",
            End::Fault(_) => "fault",
            End::TakenOver => "taken_over",
            End::ShuttingDown => "shutting_down",
        }
    }

    pub(super) fn reason(self) -> DisconnectReasonCode {
        match self {
            End::Left | End::Lost => DisconnectReasonCode::NormalDisconnection,
            End::Silent => DisconnectReasonCode::KeepAliveTimeout,
            End::Greeting | End::Fault(Fault::Protocol) => DisconnectReasonCode::ProtocolError,
            End::Refused | End::Dismissed => DisconnectReasonCode::NotAuthorized,
            End::Fault(Fault::Malformed) => DisconnectReasonCode::MalformedPacket,
            End::Fault(Fault::TooLarge) => DisconnectReasonCode::PacketTooLarge,
            End::Fault(Fault::Alias) => DisconnectReasonCode::TopicAliasInvalid,
            End::TakenOver => DisconnectReasonCode::SessionTakenOver,
            End::ShuttingDown => DisconnectReasonCode::ServerShuttingDown,
        }
    }
}
