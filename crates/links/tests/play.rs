//! The playing client against a real front door.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm
)]

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::{County, Device, county, rain};
use flate2::Compression;
use flate2::write::GzEncoder;
use links::mqtt::FrontDoor;
use links::play::{Play, PlayError, Speed, play};
use model::StationSlot;
use model::config::{Clock, Series, Station, Text};
use mqtt_protocol_core::mqtt::packet::Qos;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn what(folder: &Path, mqtt: SocketAddr) -> Play {
    Play {
        folder: folder.to_owned(),
        mqtt,
        login: None,
        speed: Speed::Max,
        settle: Duration::ZERO,
    }
}

fn gz(path: PathBuf, text: &str) {
    let mut file = GzEncoder::new(std::fs::File::create(path).unwrap(), Compression::fast());
    file.write_all(text.as_bytes()).unwrap();
    file.finish().unwrap();
}

#[test]
fn a_generated_day_is_confirmed_whole_twice() {
    let rt = runtime();
    let county = rt.block_on(County::start(Clock::Feed));
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for minute in 0..40 {
        for station in 0..600 {
            let (topic, body) = rain(station, minute, "0.1");
            lines += &format!("{topic}\t{body}\n");
            if station % 100 == 0 {
                lines += &format!("{topic}\t{}\n", &body[..30]);
            }
        }
    }
    std::fs::write(folder.path().join("messages.tsv"), lines).unwrap();
    let played = play(&what(folder.path(), county.address())).unwrap();
    assert_eq!(played.messages, 40 * 606);
    let counts = rt.block_on(county.counts("mqtt"));
    assert_eq!((counts.accepted, counts.refused.malformed), (24_000, 240));
    play(&what(folder.path(), county.address())).unwrap();
    let counts = rt.block_on(county.counts("mqtt"));
    assert_eq!(
        (counts.accepted, counts.duplicate + counts.late),
        (24_000, 24_000)
    );
    rt.block_on(county.end());
}

#[test]
fn a_table_is_played_in_the_order_it_arrived_and_closed_by_settle() {
    let rt = runtime();
    let mut door = FrontDoor::loopback(([127, 0, 0, 1], 0).into());
    door.settle = true;
    let county = rt.block_on(County::with(Clock::Feed, door));
    let folder = tempfile::tempdir().unwrap();
    gz(
        folder.path().join("observations.csv.gz"),
        "time,station,quantity,value,unit,quality,received\n\
         2026-07-15T00:00:00+08:00,0000-R0001,rain,1.50,mm,,2026-07-15T00:20:00+08:00\n\
         2026-07-15T00:05:00+08:00,0000-R0001,rain,2,mm,derived,2026-07-15T00:10:00+08:00\n\
         2026-07-15T00:05:00+08:00,0000-R0002,rain,,mm,missing,2026-07-15T00:10:00+08:00\n\
         2026-07-15T00:05:00+08:00,0000-R0003,rain,7,mm,rejected,\n\
         2026-07-15T00:06:00+08:00,0000-R0003,rain,7,in,,\n",
    );
    let mut settled = what(folder.path(), county.address());
    settled.settle = Duration::from_secs(3600);
    let played = play(&settled).unwrap();
    assert_eq!(played.messages, 5);
    let counts = rt.block_on(county.counts("mqtt"));
    // The reading of 00:00 came after that of 00:05, and one is in inches.
    assert_eq!(
        (counts.accepted, counts.late, counts.refused.malformed),
        (3, 1, 1)
    );
    let now = rt
        .block_on(county.runtime.inbox.ask(|fleet| fleet.now()))
        .unwrap();
    assert_eq!(now.to_string(), "2026-07-14T17:20:00Z");
    rt.block_on(county.end());
}

#[test]
fn a_paced_night_takes_its_time() {
    let rt = runtime();
    let county = rt.block_on(County::start(Clock::Feed));
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..4)
        .map(|minute| rain(1, minute, "1"))
        .map(|(topic, body)| format!("{topic}\t{body}\n"))
        .collect();
    std::fs::write(folder.path().join("messages.tsv"), lines).unwrap();
    let mut paced = what(folder.path(), county.address());
    paced.speed = Speed::Times(600.0);
    let played = play(&paced).unwrap();
    assert!(
        played.took >= Duration::from_millis(300),
        "three minutes at 600 times: {played}"
    );
    rt.block_on(county.end());
}

#[test]
fn a_server_that_goes_away_is_noticed_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = [0u8; 256];
        assert!(stream.read(&mut hello).unwrap() > 0);
        stream.write_all(&[0x20, 2, 0, 0]).unwrap();
        assert!(stream.read(&mut hello).unwrap() > 0);
    });
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..2)
        .map(|minute| rain(1, minute * 600, "1"))
        .map(|(topic, body)| format!("{topic}\t{body}\n"))
        .collect();
    std::fs::write(folder.path().join("messages.tsv"), lines).unwrap();
    // At this speed the second message is due after ten hours.
    let mut paced = what(folder.path(), address);
    paced.speed = Speed::Times(1.0);
    let start = Instant::now();
    let error = play(&paced).unwrap_err();
    assert!(
        matches!(
            error,
            PlayError::Gone {
                sent: 1,
                confirmed: 0,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.exit_code(), 3);
    assert!(start.elapsed() < Duration::from_secs(10));
    server.join().unwrap();
    let error = play(&paced).unwrap_err();
    assert_eq!(
        error.exit_code(),
        3,
        "nobody listens there any more: {error}"
    );
}

/// A server that greets, takes what comes and answers as `answers` says; then it is held for ever.
fn silent(answers: impl FnOnce(&mut std::net::TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = [0u8; 256];
        assert!(stream.read(&mut hello).unwrap() > 0);
        stream.write_all(&[0x20, 2, 0, 0]).unwrap();
        answers(&mut stream);
        // Its socket still takes connections, as that of a stopped process does.
        std::mem::forget((listener, stream));
    });
    address
}

fn lines(folder: &Path, count: u32, between: &str) {
    let lines: Vec<String> = (0..count)
        .map(|minute| rain(1, minute, "1"))
        .map(|(topic, body)| format!("{topic}\t{body}\n"))
        .collect();
    std::fs::write(folder.join("messages.tsv"), lines.join(between)).unwrap();
}

fn must_be_gone_soon(folder: &Path) {
    let address = silent(|_| {});
    let start = Instant::now();
    let error = play(&what(folder, address)).unwrap_err();
    assert_eq!(error.exit_code(), 3, "{error}");
    let took = start.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_server_that_confirms_nothing_is_gone_within_ten_seconds() {
    let folder = tempfile::tempdir().unwrap();
    lines(folder.path(), 1, "");
    must_be_gone_soon(folder.path());
}

#[test]
fn a_server_that_takes_nothing_is_gone_within_ten_seconds() {
    let folder = tempfile::tempdir().unwrap();
    // More than the sockets hold on their way.
    let large = format!("obs/0000-R0001/rain\t{}\n", "x".repeat(60_000)).repeat(600);
    std::fs::write(folder.path().join("messages.tsv"), large).unwrap();
    must_be_gone_soon(folder.path());
}

#[test]
fn what_was_confirmed_to_the_last_is_played_whole_whatever_becomes_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    lines(folder.path(), 2, "");
    for _ in 0..20 {
        let address = silent(|stream| {
            let (topic, body) = rain(1, 0, "1");
            let one = Device::publish(1, Qos::AtLeastOnce, &topic, body.as_bytes());
            let mut read = 0;
            let mut bytes = [0u8; 4096];
            while read < 2 * one.len() {
                read += stream.read(&mut bytes).unwrap();
            }
            stream.write_all(&[0x40, 2, 0, 1, 0x40, 2, 0, 2]).unwrap();
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        });
        let played = play(&what(folder.path(), address)).unwrap();
        assert_eq!(played.messages, 2);
    }
}

#[test]
fn empty_lines_are_nothing_and_a_bad_one_is_named_before_anything_is_sent() {
    let rt = runtime();
    let county = rt.block_on(County::start(Clock::Feed));
    let folder = tempfile::tempdir().unwrap();
    lines(folder.path(), 3, "\n \r\n");
    let file = folder.path().join("messages.tsv");
    let text = std::fs::read_to_string(&file).unwrap() + "\n\n";
    std::fs::write(&file, &text).unwrap();
    assert_eq!(
        play(&what(folder.path(), county.address()))
            .unwrap()
            .messages,
        3
    );
    std::fs::write(&file, text + "no tab\n").unwrap();
    let error = play(&what(folder.path(), county.address())).unwrap_err();
    assert!(matches!(error, PlayError::Source(_)), "{error}");
    assert!(error.to_string().contains("line 10"), "{error}");
    let counts = rt.block_on(county.counts("mqtt"));
    assert_eq!((counts.accepted, counts.duplicate + counts.late), (3, 0));
    rt.block_on(county.end());
}

#[test]
fn real_arrivals_with_their_repeats() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("../shared/data/jp-river-2026-06");
    if !folder.join("arrivals.jsonl.gz").is_file() {
        println!("skipped: no ../shared");
        return;
    }
    let mut config = county(1);
    config.quantities[0].id = "water_level".to_owned();
    config.quantities[0].unit = "m".to_owned();
    config.quantities[0].range = None;
    config.stations.clear();
    config.series.clear();
    let mut table = csv::Reader::from_path(folder.join("stations.csv")).unwrap();
    for (slot, row) in (0u32..).zip(table.records()) {
        config.stations.push(Station {
            id: row.unwrap()[0].to_owned(),
            name: Text::default(),
            position_e6: None,
            kind: "river".to_owned(),
            township: None,
            tags: Vec::new(),
            ..Station::default()
        });
        config.series.push(Series {
            station: StationSlot(slot),
            quantity: 0,
            interval_ms: None,
            silence_normal: true,
            ..Series::default()
        });
    }
    let rt = runtime();
    let door = FrontDoor::loopback(([127, 0, 0, 1], 0).into());
    let county = rt.block_on(County::of(Clock::Feed, door, config));
    let played = play(&what(&folder, county.address())).unwrap();
    assert_eq!(played.messages, 19_315);
    let counts = rt.block_on(county.counts("mqtt"));
    assert_eq!(
        counts.accepted + counts.late + counts.duplicate,
        19_315,
        "{counts:?}"
    );
    assert_eq!(counts.duplicate, 992, "{counts:?}");
    rt.block_on(county.end());
}
