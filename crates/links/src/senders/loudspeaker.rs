//! Pages down to the device of a village loudspeaker, by the front door it is connected to.

use std::time::Duration;

use bytes::Bytes;
use protocols::gateway::LoudspeakerWay;
use serde_json::json;

use super::Shared;
use super::attempt::{Load, Outcome};
use crate::mqtt::Downlinks;

/// Devices that can be spoken to.
pub trait Speakers: Send + Sync + 'static {
    /// Queues a message for the devices of a station; how many will get it.
    ///
    /// # Errors
    /// Why nobody will, in words.
    fn announce(
        &self,
        station: &str,
        path: &str,
        body: Bytes,
        lives: Duration,
    ) -> Result<usize, String>;
}

impl Speakers for Downlinks {
    fn announce(
        &self,
        station: &str,
        path: &str,
        body: Bytes,
        lives: Duration,
    ) -> Result<usize, String> {
        self.send_down(station, path, body, lives)
            .map_err(|refused| refused.to_string())
    }
}

pub(crate) fn send(shared: &Shared, way: &LoudspeakerWay, load: &Load<'_>) -> Outcome {
    let Some(station) = &load.contact.speaker else {
        return Outcome::NoWay {
            why: "no loudspeaker",
        };
    };
    let Some(speakers) = shared.speakers.get() else {
        return Outcome::refused("devices are connected to another broker");
    };
    let body = json!({
        "page": load.page.id.as_str(),
        "text": load.words.text,
        "level": model::level::digit(load.page.level),
    });
    let lives = Duration::from_millis(way.lives_ms);
    match speakers.announce(station, &way.path, body.to_string().into(), lives) {
        Ok(_devices) => Outcome::Accepted { reference: None },
        Err(why) => Outcome::Refused { why },
    }
}
