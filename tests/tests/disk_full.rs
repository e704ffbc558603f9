//! A full disk: readings wait unread, commands and acknowledgements go on, it resumes by itself.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use outside::{Publisher, Sent, Server, Workload, seed, site_from};

/// A file system of its own, small enough to fill; needs root.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: PathBuf) -> Option<SmallDisk> {
        std::fs::create_dir_all(&at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=224m", "tmpfs"])
            .arg(&at)
            .status()
            .is_ok_and(|s| s.success());
        if !mounted {
            println!("skipped: no right to mount a small disk");
        }
        mounted.then_some(SmallDisk(at))
    }

    /// Fills what is left, up to the last block.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        let block = vec![0u8; 64 << 10];
        while file.write_all(&block).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Acknowledges whatever alarm stands first.
fn acknowledge_something(server: &Server, op: &str) -> (u16, String) {
    let snapshot = server.snapshot();
    let alarms = &snapshot["counties"][0]["alarms"];
    let key = alarms[0]["key"]
        .as_str()
        .expect("an alarm stands")
        .to_owned();
    let body = format!(
        "{{\"op\":\"{op}\",\"device_at\":null,\"action\":{{\"action\":\"acknowledge\",\"alarms\":[\"{key}\"]}}}}"
    );
    server.post("/api/v1/acts", body)
}

#[test]
fn readings_wait_while_people_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(dir.path().join("disk")) else {
        return;
    };
    let Some(load) = Workload::generate(dir.path(), seed(), 6.0, 1, 0.0) else {
        return;
    };
    let site = dir.path().join("site");
    site_from(&load.folder, &site);
    let data: &Path = &disk.0.join("data");
    let server = Server::start(&site, data);
    let mut all = load.messages();
    let rest = all.split_off(all.len() / 2);
    assert_eq!(
        Publisher::new(all, 1000).run(&server.mqtt, |_| false),
        Sent::All
    );

    let filler = disk.fill();
    server.until("the desk is told about the disk", |s| {
        s.get("/api/v1/alarms/system")
            .1
            .contains("disk_full")
            .then_some(())
    });
    let address = server.mqtt.clone();
    let (done, finished) = mpsc::channel();
    let sender = std::thread::spawn(move || {
        let mut publisher = Publisher::new(rest, 500);
        let mut sent = publisher.run(&address, |_| false);
        while sent == Sent::LinkLost {
            sent = publisher.run(&address, |_| false);
        }
        done.send(sent).unwrap();
    });
    let waited = finished.recv_timeout(Duration::from_secs(2));
    assert!(waited.is_err(), "readings were confirmed on a full disk");
    let (status, answer) = acknowledge_something(&server, "op-on-a-full-disk");
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("done"), "{answer}");

    std::fs::remove_file(filler).unwrap();
    let sent = finished
        .recv_timeout(Duration::from_secs(60))
        .expect("it resumes by itself");
    assert_eq!(sent, Sent::All);
    sender.join().unwrap();
    load.check(&server.transitions());
    server.kill();
    let server = Server::start(&site, data);
    load.check(&server.transitions());
}
