//! What the kernel saw: no PUBACK and no 200 leaves before the fdatasync that follows the write of
//! its entry has returned.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::process::Command;

use outside::{Publisher, Sent, Server, Workload, seed, site_from};

/// One system call that matters, in the order strace wrote the lines.
#[derive(Debug, PartialEq)]
enum Call {
    JournalWritten,
    SyncDone,
    Acknowledged,
}

fn calls(trace: &str) -> Vec<Call> {
    let mut syncing_of: std::collections::BTreeMap<&str, bool> = Default::default();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        let journal = rest.contains("/journal/");
        if rest.starts_with("fdatasync(") && journal {
            if rest.contains("unfinished") {
                syncing_of.insert(thread, true);
            } else {
                calls.push(Call::SyncDone);
            }
        } else if rest.starts_with("<... fdatasync resumed>") {
            if syncing_of.remove(thread).is_some() {
                calls.push(Call::SyncDone);
            }
        } else if rest.starts_with("pwrite") || rest.starts_with("write") && journal {
            if journal {
                calls.push(Call::JournalWritten);
            }
        } else if is_acknowledgement(rest) {
            calls.push(Call::Acknowledged);
        }
    }
    calls
}

/// A write to a TCP socket that begins with a PUBACK (`@\2`) or the head of a 200.
fn is_acknowledgement(call: &str) -> bool {
    let sends = ["write(", "writev(", "sendto(", "sendmsg("]
        .iter()
        .any(|c| call.starts_with(c));
    sends && call.contains("<TCP") && (call.contains("\"@\\2") || call.contains("\"HTTP/1.1 200"))
}

#[test]
fn nothing_is_acknowledged_before_it_is_on_disk() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: no strace");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let Some(load) = Workload::generate(dir.path(), seed(), 0.2, 1, 0.0) else {
        return;
    };
    let (site, data) = (dir.path().join("site"), dir.path().join("data"));
    site_from(&load.folder, &site);
    std::fs::create_dir_all(&data).unwrap();
    let trace = dir.path().join("trace.txt");
    let mut command = Command::new("strace");
    command.args([
        "-f",
        "-yy",
        "-s",
        "24",
        "-e",
        "trace=fdatasync,write,writev,pwrite64,pwritev,sendto,sendmsg",
    ]);
    command.arg("-o").arg(&trace).arg(outside::program());
    Server::serve_args(&mut command, &site, &data);
    let server = Server::await_ready(command, &data);
    let head = std::fs::read_to_string(&trace).unwrap().lines().count();

    let mut messages = load.messages();
    messages.truncate(60);
    let by_http = messages.split_off(40);
    let total = messages.len() + by_http.len();
    assert_eq!(
        Publisher::new(messages, 1).run(&server.mqtt, |_| false),
        Sent::All
    );
    for (_, body) in &by_http {
        let (status, answer) = server.post("/api/v1/observations", body);
        assert_eq!(status, 200, "{answer}");
    }
    let text = std::fs::read_to_string(&trace).unwrap();
    let tail: String = text.lines().skip(head).map(|l| format!("{l}\n")).collect();
    let (mut acknowledged, mut synced_since, mut written_since) = (0, false, false);
    for call in calls(&tail) {
        match call {
            Call::JournalWritten => (written_since, synced_since) = (true, false),
            Call::SyncDone => synced_since = true,
            Call::Acknowledged => {
                assert!(
                    written_since && synced_since,
                    "acknowledgement {acknowledged} left early:\n{tail}"
                );
                acknowledged += 1;
                (written_since, synced_since) = (false, false);
            }
        }
    }
    assert_eq!(
        acknowledged, total,
        "every acknowledgement was seen in the trace"
    );
    end_traced(server.pid());
    assert!(server.stopped().success(), "the traced program ended well");
}

/// Ends the program under strace; strace itself ends with it.
fn end_traced(strace: u32) {
    let children =
        std::fs::read_to_string(format!("/proc/{strace}/task/{strace}/children")).unwrap();
    let program: i32 = children.trim().parse().unwrap();
    let program = rustix::process::Pid::from_raw(program).unwrap();
    rustix::process::kill_process(program, rustix::process::Signal::TERM).unwrap();
}
