//! Files of channels: the ready ones are read as they are, and what is wrong with others is told.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use model::page::Channel;
use site::{Site, Weight, read_site};
use support::{changed, lines};
use tempfile::TempDir;

const REAL: [(&str, &str, &str); 2] = [
    ("site.toml", "demo = true", "demo = false"),
    (
        "site.toml",
        "clock = { start = \"2026-07-15T00:00:00+08:00\", factor = 60 }",
        "clock = \"wall\"",
    ),
];

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The ready file of a channel, as it stands in the project.
fn ready(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../channels");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Puts a file and every secret it names.
fn with_secrets(folder: &Path, name: &str, text: &str) {
    put(folder, &format!("channels/{name}"), text);
    for secret in text.split('"').filter(|t| t.starts_with("secrets/")) {
        put(folder, secret, "s3cret\n");
    }
}

fn site_with(files: &[(&str, &str)]) -> TempDir {
    let folder = changed(&REAL);
    for (name, text) in files {
        with_secrets(folder.path(), name, text);
    }
    folder
}

fn notes(site: &Site) -> Vec<String> {
    lines(&site.notes)
}

#[test]
fn the_ready_files_are_sound_as_they_are() {
    let all = [
        "dingtalk.toml",
        "wecom.toml",
        "feishu.toml",
        "sms.toml",
        "voice.toml",
        "mail.toml",
        "push.toml",
        "loudspeaker.toml",
    ];
    for name in all {
        let folder = site_with(&[(name, &ready(name))]);
        let site = read_site(folder.path()).unwrap_or_else(|found| panic!("{name}: {found}"));
        assert_eq!(site.channels.len(), 1, "{name}");
        let about: Vec<String> = notes(&site);
        assert!(!about.iter().any(|n| n.contains("channels/")), "{about:?}");
    }
    let folder = site_with(&[
        ("sms.toml", &ready("sms.toml")),
        ("voice.toml", &ready("voice.toml")),
        ("wecom.toml", &ready("wecom.toml")),
    ]);
    let site = read_site(folder.path()).unwrap();
    let channels: Vec<Channel> = site
        .channels
        .iter()
        .map(|gateway| gateway.channel)
        .collect();
    assert_eq!(channels, [Channel::Sms, Channel::Voice, Channel::Robot]);
}

#[test]
fn contacts_come_from_the_people_file() {
    let folder = changed(&[
        (
            "people.csv",
            "phone,substitute",
            "phone,substitute,mail,speaker",
        ),
        ("people.csv", "0000,\n", "0000,,duty@example.cn,\n"),
        ("people.csv", "0001,p-duty", "0001,p-duty,,SP01"),
    ]);
    let site = read_site(folder.path()).unwrap();
    let contacts = &site.jurisdictions[0].contacts;
    assert_eq!(contacts[0].mail.as_deref(), Some("duty@example.cn"));
    assert_eq!(contacts[0].phone.as_deref(), Some("057586000000"));
    assert_eq!(contacts[1].phone.as_deref(), Some("+8613000000001"));
    assert_eq!(contacts[1].speaker.as_deref(), Some("SP01"));
    assert_eq!(
        format!("{:?}", contacts[1]),
        "Contact of p-zhao",
        "no number in a log"
    );
    let folder = changed(&[
        ("people.csv", "phone,substitute", "phone,substitute,mail"),
        ("people.csv", "0000,\n", "0000,,duty at example\n"),
        ("people.csv", "0001,p-duty", "0001,p-duty,"),
    ]);
    let found = read_site(folder.path()).unwrap_err();
    assert!(lines(&found)[0].contains("is no mailbox"), "{found}");
}

/// The SMS file with `from` replaced, and a piece of what is told of it.
#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    let text = ready("sms.toml");
    assert!(text.contains(from), "{from}");
    let folder = site_with(&[("sms.toml", &text.replacen(from, to, 1))]);
    let told = match read_site(folder.path()) {
        Ok(site) => notes(&site),
        Err(found) => lines(&found),
    };
    let told: Vec<String> = told
        .into_iter()
        .filter(|l| l.contains("sms.toml"))
        .collect();
    assert!(
        told.iter().any(|line| line.contains(expected)),
        "{expected}: {told:?}"
    );
}

#[test]
fn what_is_wrong_with_a_template_is_told_where_it_stands() {
    check(
        "{{to.phone}}",
        "{{to.fone}}",
        "sms.toml:13:8: there is nothing called `to.fone`",
    );
    check(
        "{{secret.key}}",
        "{{secret.kay}}",
        "[secrets] names no file for `kay`",
    );
    check(
        "\"{{to.phone}}\"",
        "{{to.phone}}",
        "the filled-in body is no JSON",
    );
    check("{{to.phone}}", "1", "nothing says whom to call");
    check("{{text}}", "", "nothing says what it is about");
    check("{{page}}", "{{sign}}", "there is no signature to fill in");
    check("{{text}}", "{{text", "`{{` is not closed");
    check(
        "https://sms.example.cn/v1/send",
        "sms.example.cn",
        "this is no address of a gateway",
    );
    check(
        "https://sms.example.cn",
        "https://{{to.phone}}",
        "this is no address of a gateway",
    );
    check(
        "https://sms.example.cn",
        "http://sms.example.cn",
        "travel readable by anybody",
    );
    check(
        "channel = \"sms\"",
        "channel = \"desk\"",
        "the desk is reached without a gateway",
    );
    check(
        "channel = \"sms\"",
        "channel = \"smms\"",
        "`channel` cannot be that",
    );
    check(
        "channel = \"sms\"",
        "channel = \"push\"",
        "does not carry that channel",
    );
    check(
        "id = \"sms\"",
        "id = \"S MS\"",
        "this is no id of a channel",
    );
    check("at = \"/code\", ", "", "`at` and `is` go together");
    check(
        "page = \"/custom_id\"",
        "page = \"custom_id\"",
        "this is no place in a JSON body",
    );
    check(
        "delivered = [\"DELIVRD\"]",
        "arrived = [\"D\"]",
        "`arrived` is nothing a receipt can say",
    );
    check(
        "acked = [\"1\"",
        "accepted = [\"1\"",
        "`accepted` is nothing an answer to a call can say",
    );
    check(
        "declined = [\"3\"",
        "declined = [\"１。\"",
        "`1` would say two things",
    );
    check(
        "接受回1，",
        "接受请回复数字1，多谢配合，收到请务必马上回复，",
        "too long to go into one message",
    );
    check(
        "title = {",
        "tries = 0\ntitle = {",
        "`tries` is not in range",
    );
    check(
        "title = {",
        "jurisdictions = [\"330699\"]\ntitle = {",
        "no jurisdiction `330699`",
    );
}

#[test]
fn secrets_are_files_that_can_be_read_by_us_alone() {
    let folder = site_with(&[("sms.toml", &ready("sms.toml"))]);
    fs::remove_file(folder.path().join("secrets/sms.key")).unwrap();
    let told = lines(&read_site(folder.path()).unwrap_err());
    assert!(
        told[0].contains("the secret `secrets/sms.key` cannot be read"),
        "{told:?}"
    );
    put(folder.path(), "secrets/sms.key", "\n");
    let told = lines(&read_site(folder.path()).unwrap_err());
    assert!(told[0].contains("is empty"), "{told:?}");
    put(folder.path(), "secrets/sms.key", "k");
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(folder.path().join("secrets/sms.key"), open).unwrap();
    let site = read_site(folder.path()).unwrap();
    assert!(
        notes(&site).iter().any(|n| n.contains("other users")),
        "{:?}",
        notes(&site)
    );
    assert!(
        site.notes
            .problems()
            .iter()
            .all(|p| p.weight() == Weight::Note)
    );
}

#[test]
fn a_jurisdiction_has_one_gateway_a_channel() {
    let twice = [
        ("a.toml", ready("wecom.toml")),
        ("b.toml", ready("feishu.toml")),
        ("c.toml", ready("wecom.toml")),
    ];
    let twice: Vec<(&str, &str)> = twice.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let told = lines(&read_site(site_with(&twice).path()).unwrap_err());
    let has = |piece: &str| told.iter().any(|line| line.contains(piece));
    assert!(
        has("b.toml:4:11: `robot` already goes by `wecom`"),
        "{told:?}"
    );
    assert!(has("channel `wecom` is there twice"), "{told:?}");
}

#[test]
fn a_made_up_site_reaches_nobody_real() {
    let folder = changed(&[]);
    with_secrets(folder.path(), "sms.toml", &ready("sms.toml"));
    with_secrets(folder.path(), "mail.toml", &ready("mail.toml"));
    let told = lines(&read_site(folder.path()).unwrap_err());
    let far = told
        .iter()
        .filter(|l| l.contains("reaches nobody real"))
        .count();
    assert_eq!(far, 2, "{told:?}");
    let near = |name: &str| {
        ready(name)
            .replace("https://sms.example.cn", "http://127.0.0.1:9000")
            .replace("smtps://mail.example.cn", "smtp://localhost:2525")
    };
    with_secrets(folder.path(), "sms.toml", &near("sms.toml"));
    with_secrets(folder.path(), "mail.toml", &near("mail.toml"));
    assert_eq!(read_site(folder.path()).unwrap().channels.len(), 2);
}
