//! The gateways of the demonstration: its channel files, and the stand-ins that they name.
//!
//! Calls are taken by people who are made up: most press 1, some do not answer, a few press 2. Nobody writes
//! back: whoever is made up reports by the phone, and whoever is not answers for themselves.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use super::http::{Callback, Gateway, Kind, Script};

const SMS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 18_861);
const VOICE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 18_862);

/// What both sides know; nothing real is opened by it.
const KEY: &str = "demonstration";

/// How long a call rings, and how long a message takes.
const TAKES: Duration = Duration::from_secs(4);

/// One call after another; then from the first again, often enough for any night.
const KEYS: [Option<char>; 7] = [
    Some('1'),
    None,
    Some('1'),
    Some('1'),
    Some('2'),
    Some('1'),
    None,
];

/// Writes the channel files and their secrets into a site folder.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_channels(site: &Path) -> anyhow::Result<()> {
    let sms = include_str!("../../../../channels/sms.toml")
        .replace("https://sms.example.cn", &format!("http://{SMS}"));
    let voice = include_str!("../../../../channels/voice.toml")
        .replace("https://voice.example.cn", &format!("http://{VOICE}"));
    for (name, text) in [("channels/sms.toml", sms), ("channels/voice.toml", voice)] {
        put(site, name, &text)?;
        for secret in text.split('"').filter(|t| t.starts_with("secrets/")) {
            put(site, secret, KEY)?;
        }
    }
    Ok(())
}

fn put(site: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = site.join(name);
    let told = || format!("could not write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(told)?;
    }
    fs::write(&path, text).with_context(told)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).with_context(told)
}

/// Opens the stand-ins, which send receipts to the program at `http`. One whose port is taken stays
/// closed; its pages then fail, as those of a gateway that is down.
pub async fn open_gateways(http: &str) -> Vec<Gateway> {
    let key = || KEY.to_owned();
    let mut open = Vec::new();
    for (at, id, kind) in [
        (SMS, "sms", Kind::Sms { key: key() }),
        (VOICE, "voice", Kind::Voice { key: key() }),
    ] {
        let callback = Callback {
            url: format!("http://{http}/api/v1/channels/{id}/receipts?token={KEY}"),
            after: TAKES,
            copies: 1,
        };
        let script = Script {
            callback: Some(callback),
            keys: KEYS.into_iter().cycle().take(10_000).collect(),
            ..Script::default()
        };
        match Gateway::open_at(at, kind, script).await {
            Ok(gateway) => open.push(gateway),
            Err(error) => tracing::warn!(%error, "a gateway of the demonstration stays closed"),
        }
    }
    open
}
