//! Devices with accounts at the built program: made and taken away while it runs.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use outside::{Server, Workload, play, program, site_from};
use rumqttc::{Client, ConnectReturnCode, ConnectionError, Event, Incoming, MqttOptions, QoS};

/// What `watchfire device …` prints when it does what was asked, else what it complains of.
fn device(data: &Path, words: &[&str]) -> (bool, String) {
    let mut asked = Command::new(program());
    asked.arg("device").args(words).arg("--data").arg(data);
    let out = asked.output().unwrap();
    let sound = out.status.success();
    let told = if sound { out.stdout } else { out.stderr };
    (sound, String::from_utf8(told).unwrap())
}

fn options(server: &Server, user: &str, password: &str) -> MqttOptions {
    let (host, port) = server.mqtt.rsplit_once(':').unwrap();
    let mut options = MqttOptions::new("field", host, port.parse().unwrap());
    options.set_credentials(user, password);
    options.set_keep_alive(Duration::from_secs(30));
    options
}

/// The next packet that the server sends, or why there is none.
fn next(link: &mut rumqttc::Connection) -> Result<Incoming, Box<ConnectionError>> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        assert!(
            Instant::now() < until,
            "the server says nothing for a minute"
        );
        match link.recv_timeout(Duration::from_secs(1)) {
            Ok(Ok(Event::Incoming(packet))) => return Ok(packet),
            Ok(Ok(Event::Outgoing(_))) | Err(_) => {}
            Ok(Err(error)) => return Err(Box::new(error)),
        }
    }
}

/// Posts as a device; the status and the answer.
fn post(server: &Server, login: &str, body: &str) -> (u16, String) {
    let mut curl = ureq::Agent::config_builder();
    curl = curl.http_status_as_error(false);
    let agent: ureq::Agent = curl.build().into();
    let address = format!("http://{login}@{}/api/v1/observations", server.http);
    let mut answer = agent.post(address).send(body.as_bytes()).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), text)
}

#[test]
fn an_account_counts_from_the_next_connection_on_and_no_longer_than_it_stands() {
    let dir = tempfile::tempdir().unwrap();
    let Some(load) = Workload::generate(dir.path(), 7, 0.5, 1, 0.0) else {
        return;
    };
    let (site, data) = (dir.path().join("site"), dir.path().join("data"));
    site_from(&load.folder, &site);
    let server = Server::start(&site, &data);
    let station = |topic: &str| topic.split('/').nth(1).unwrap().to_owned();
    let messages = load.messages();
    let own = &messages[0];
    let theirs = messages
        .iter()
        .find(|message| station(&message.0) != station(&own.0))
        .unwrap();
    let site_flag = site.display().to_string();
    let strange = ["add", "gate", "--stations", "nowhere", "--site", &site_flag];
    let (sound, told) = device(&data, &strange);
    assert!(!sound && told.contains("nowhere"), "{told}");
    let name = station(&own.0);
    let (sound, told) = device(
        &data,
        &["add", "gate", "--stations", &name, "--site", &site_flag],
    );
    assert!(sound, "{told}");
    let password = told.lines().last().unwrap().to_owned();
    let (_, listed) = device(&data, &["list"]);
    assert!(listed.starts_with(&format!("gate\t{name}\t")), "{listed}");
    assert!(!listed.contains(&password));

    // By MQTT.
    let (client, mut link) = Client::new(options(&server, "gate", &password), 10);
    let greeted = next(&mut link);
    assert!(matches!(greeted, Ok(Incoming::ConnAck(_))), "{greeted:?}");
    for (topic, body) in [own, theirs] {
        client
            .publish(topic, QoS::AtLeastOnce, false, body.as_bytes())
            .unwrap();
        assert!(
            matches!(next(&mut link), Ok(Incoming::PubAck(_))),
            "{topic}"
        );
    }
    let counts = server.json("/api/v1/intake/counts");
    assert_eq!(counts["mqtt"]["accepted"], 1, "{counts}");
    assert_eq!(counts["mqtt"]["refused"]["malformed"], 1, "{counts}");

    // By HTTP, each reading for itself.
    let both = format!("[{},{}]", theirs.1, own.1);
    let (status, answer) = post(&server, &format!("gate:{password}"), &both);
    assert_eq!(status, 200, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let results = [0, 1].map(|n| answer["items"][n]["result"].as_str().unwrap());
    assert_eq!(results, ["refused", "duplicate"], "{answer}");
    assert_eq!(post(&server, "gate:wrong", &own.1).0, 401);

    // Taken away, it is shown out and not let in again.
    let (sound, told) = device(&data, &["remove", "gate"]);
    assert!(sound, "{told}");
    let ended = next(&mut link);
    assert!(ended.is_err(), "{ended:?}");
    drop((client, link));
    let (_client, mut link) = Client::new(options(&server, "gate", &password), 10);
    let refused = next(&mut link);
    let code = ConnectReturnCode::NotAuthorized;
    assert!(
        matches!(
            refused.as_ref().map_err(|why| &**why),
            Err(ConnectionError::ConnectionRefused(why)) if *why == code
        ),
        "{refused:?}"
    );
    assert_eq!(post(&server, &format!("gate:{password}"), &own.1).0, 401);
    assert!(!device(&data, &["remove", "gate"]).0);
    assert!(server.stop().success());
}

#[test]
fn where_everybody_needs_an_account_a_night_is_played_as_a_device() {
    let dir = tempfile::tempdir().unwrap();
    let Some(load) = Workload::generate(dir.path(), 7, 0.5, 1, 0.0) else {
        return;
    };
    let (site, data) = (dir.path().join("site"), dir.path().join("data"));
    site_from(&load.folder, &site);
    let server = Server::start_with(&site, &data, |serve| {
        serve.arg("--mqtt-accounts");
    });
    let (sound, told) = device(&data, &["add", "gate", "--all"]);
    assert!(sound, "{told}");
    let file = dir.path().join("password");
    let login = ["--user", "gate", "--password-file", file.to_str().unwrap()];
    std::fs::write(&file, "wrong\n").unwrap();
    for words in [&[][..], &login[..]] {
        let refused = play(&load.folder, &server.mqtt, words);
        assert_eq!(refused.status.code(), Some(1), "{}", refused.told);
    }
    std::fs::write(&file, format!("{}\n", told.lines().last().unwrap())).unwrap();
    let played = play(&load.folder, &server.mqtt, &login);
    assert!(played.status.success(), "{}", played.told);
    let counts = server.json("/api/v1/intake/counts");
    assert_eq!(
        counts["mqtt"]["accepted"],
        load.messages().len(),
        "{counts}"
    );
}
