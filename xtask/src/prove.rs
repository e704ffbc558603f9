//! `prove`: the long form of the same tests, in pieces that need not be run again after an interruption.
//!
//! What has been proven is noted for one state of the sources; a changed source starts anew. The summary that is kept
//! in `tests/PROVEN.md` names the commit it stands for, and says so where the work tree differed from it.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::call::{Call, clock, say};
use crate::demo::soak;
use crate::paths::Paths;
use crate::slice::Slice;
use crate::stage::Outcome;
use crate::stop::Stopped;
use crate::{bench, database, fuzz, measures, rust, stage, stamp, verify, web};

/// What the proof stands for: the product and its tests. Of this runner a piece names what it is made of.
const SOURCES: [&str; 12] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "crates",
    "rules",
    "layers",
    "deploy",
    "web",
    "tests/src",
    "tests/tests",
    "tests/fuzz",
    "tests/journals",
];

/// One piece: a key to resume by, what it shows, and the work.
struct Piece<'a> {
    key: String,
    /// Files of this runner that decide what is proven here.
    of: &'static [&'static str],
    shows: String,
    work: Box<dyn Fn() -> Result<String> + 'a>,
}

/// Runs every piece that has not been proven yet, or those of them that `only` begins, and writes the
/// summary with what is still open. Pieces of one proof may be run side by side.
pub(crate) fn prove(paths: &Paths, slice: &Slice, only: &[String]) -> Result<()> {
    let mut stages = verify::tools(paths);
    stages.extend(verify::build(paths));
    stage::run("prove: building", stages)?;
    let proof = Proof::open(paths)?;
    let mut failed = Vec::new();
    let pieces = pieces(paths, proof.seed(slice.seed)?);
    for (index, piece) in pieces.iter().enumerate() {
        let place = format!("[{}/{}] {}", index + 1, pieces.len(), piece.shows);
        if let Some(line) = proof.line(piece)? {
            say(&format!("{place}: proven before ({line})"));
            continue;
        }
        if !only.is_empty() && !only.iter().any(|name| piece.key.starts_with(name)) {
            continue;
        }
        say(&place);
        let begun = Instant::now();
        match (piece.work)() {
            Ok(words) => proof.keep(piece, begun.elapsed(), &words)?,
            Err(failure) if failure.is::<Stopped>() => return Err(failure),
            Err(failure) => {
                say(&format!("      FAILED: {failure:#}"));
                failed.push(piece.key.clone());
            }
        }
    }
    proof.publish(paths, &pieces)?;
    if !failed.is_empty() {
        bail!(
            "not proven: {}; the same command goes on with these",
            failed.join(", ")
        );
    }
    Ok(())
}

fn pieces(paths: &Paths, start: u64) -> Vec<Piece<'_>> {
    let of = |seed, seeds, kills, fuzz_seconds| Slice {
        seed,
        seeds,
        kills,
        fuzz_seconds,
    };
    let mut pieces = Vec::new();
    // Each chunk takes its own seeds, and so few that little is lost when the machine is needed for something else.
    for chunk in 0..20_u64 {
        let slice = of(start + chunk * 500, 500, 0, 1);
        let shows = "500 random histories of every law, with kills and with lost receipts";
        pieces.push(tests(
            paths,
            format!("laws-{chunk:02}"),
            slice,
            shows,
            &LAWS,
        ));
    }
    for chunk in 0..2_u64 {
        let slice = of(start + chunk * 25, 1, 25, 1);
        let shows = "25 kills over a whole day under load";
        pieces.push(tests(paths, format!("kills-{chunk}"), slice, shows, &KILLS));
    }
    let slice = of(start, 1, 0, 1);
    let shows = "ten counties of the workload, exact";
    pieces.push(tests(paths, "counties".to_owned(), slice, shows, &COUNTIES));
    let slice = of(start, 1_000, 0, 1);
    let shows = "1,000 random seconds of a night, seen again as they were";
    pieces.push(tests(paths, "seconds".to_owned(), slice, shows, &SECONDS));
    let slice = of(start, 2_000, 0, 1);
    pieces.push(Piece {
        key: "mass".to_owned(),
        of: &[],
        shows: format!("a command to 2,000 people with as many phones, seed {start}"),
        work: Box::new(move || mass(paths, &slice)),
    });
    let slice = of(start, 1, 0, 600);
    let shows = "600 s of bad bytes for every decoder";
    pieces.push(tests(paths, "fuzz".to_owned(), slice, shows, &FUZZ));
    for name in fuzz::TARGETS {
        pieces.push(Piece {
            key: format!("fuzz-{name}"),
            of: &["xtask/src/fuzz.rs"],
            shows: format!("600 s of bad bytes for {name}, led by coverage, seed {start}"),
            work: Box::new(move || fuzz::feed(paths, name, 600, start)),
        });
    }
    let short = of(start, 20, 2, 1);
    pieces.push(Piece {
        key: "postgres".to_owned(),
        of: &["xtask/src/database.rs"],
        shows: "everything that is kept, in PostgreSQL; it and the program killed".to_owned(),
        work: Box::new(move || match database::stage(paths, &short)? {
            Outcome::Done => Ok("green".to_owned()),
            Outcome::Skipped(why) => Ok(format!("skipped: {why}")),
        }),
    });
    let night = of(start, 1, 0, 1);
    pieces.push(Piece {
        key: "field".to_owned(),
        of: &["xtask/src/web.rs"],
        shows: "the phone in the field: cut off at every step, killed, full, its login run out"
            .to_owned(),
        work: Box::new(
            move || match web::browser_story(paths, &night, &["--field"])? {
                Outcome::Done => Ok("holds".to_owned()),
                Outcome::Skipped(why) => Ok(format!("skipped: {why}")),
            },
        ),
    });
    pieces.push(Piece {
        key: "axe".to_owned(),
        of: &["xtask/src/web.rs"],
        shows: "every screen, both languages and themes, by the rules of WCAG A and AA".to_owned(),
        work: Box::new(move || web::accessible(paths)),
    });
    pieces.push(Piece {
        key: "desk".to_owned(),
        of: &["xtask/src/web.rs"],
        shows: "the desk while 2,000 people answer".to_owned(),
        work: Box::new(move || web::desk_in_a_mass(paths)),
    });
    pieces.push(Piece {
        key: "soak".to_owned(),
        of: &["xtask/src/demo"],
        shows: "the county for a day and more, at speed".to_owned(),
        work: Box::new(move || soak::soak(paths)),
    });
    pieces.push(Piece {
        key: "keeping".to_owned(),
        of: &["xtask/src/measures.rs"],
        shows: "a storm day looked through and archived: speed, bytes a record".to_owned(),
        work: Box::new(move || measures::keeping(paths)),
    });
    pieces.push(Piece {
        key: "seeks".to_owned(),
        of: &["xtask/src/measures.rs"],
        shows: "seconds of a storm day seen again: half, 99 %, and the live path beside replays"
            .to_owned(),
        work: Box::new(move || measures::seeks(paths)),
    });
    pieces.push(Piece {
        key: "bench".to_owned(),
        of: &[],
        shows: "the benches".to_owned(),
        work: Box::new(move || bench::measured(paths)),
    });
    pieces
}

const LAWS: [&str; 8] = [
    "test",
    "--workspace",
    "--test",
    "engine",
    "--",
    "laws::",
    "crash::",
    "pages::",
];
const KILLS: [&str; 6] = [
    "test",
    "--workspace",
    "--test",
    "kill",
    "--test",
    "kill_people",
];
const COUNTIES: [&str; 7] = [
    "test",
    "--workspace",
    "--test",
    "workload",
    "ten_counties_for_a_day",
    "--",
    "--ignored",
];
const SECONDS: [&str; 4] = ["test", "--workspace", "--test", "seconds"];
const FUZZ: [&str; 6] = ["test", "--workspace", "--lib", "--test", "json", "fuzz"];

fn tests<'a>(
    paths: &'a Paths,
    key: String,
    slice: Slice,
    shows: &str,
    words: &'static [&'static str],
) -> Piece<'a> {
    let shows = format!("{shows}, seed {}", slice.seed);
    let log = format!("prove-{key}");
    let work = move || -> Result<String> {
        let call = slice.in_environment(rust::cargo(paths).args(words));
        rust::surroundings(paths, call)?.logged(&paths.logs(), &log)?;
        let text = fs::read_to_string(paths.logs().join(format!("{log}.log"))).unwrap_or_default();
        match passed(&text) {
            0 => bail!("no test ran"),
            count => Ok(format!("{count} tests passed")),
        }
    };
    Piece {
        key,
        of: &[],
        shows,
        work: Box::new(work),
    }
}

/// The story of everybody's phones with all of them, and the figures it tells.
fn mass(paths: &Paths, slice: &Slice) -> Result<String> {
    let call = rust::one_story(paths, slice, "mass")?
        .args(["--", "--nocapture"])
        .env("WATCHFIRE_MASS_PACE", "40");
    call.logged(&paths.logs(), "prove-mass")?;
    let text = fs::read_to_string(paths.logs().join("prove-mass.log")).unwrap_or_default();
    let figures = [
        "from the end of the hold",
        "a press's answer",
        "on the desk's board",
    ];
    let told = text
        .lines()
        .filter(|line| figures.iter().any(|figure| line.contains(figure)));
    let told: Vec<&str> = told.map(str::trim).collect();
    match passed(&text) {
        0 => bail!("no test ran"),
        _ => Ok(format!("holds\n{}", told.join("\n"))),
    }
}

/// How many tests passed, by the closing lines of the test programs.
fn passed(text: &str) -> u64 {
    text.lines()
        .filter_map(|line| line.strip_prefix("test result: ok. "))
        .filter_map(|rest| rest.split(' ').next())
        .filter_map(|count| count.parse::<u64>().ok())
        .sum()
}

/// What has been proven for the sources as they are.
struct Proof {
    root: PathBuf,
    folder: PathBuf,
}

impl Proof {
    fn open(paths: &Paths) -> Result<Self> {
        let fingerprint = stamp::of(&paths.root, &SOURCES, "")?;
        let folder = paths.target.join("prove").join(fingerprint);
        fs::create_dir_all(&folder).context("could not make the folder of the proof")?;
        let root = paths.root.clone();
        Ok(Self { root, folder })
    }

    /// The seed this proof began with, whatever the one of the run that goes on with it.
    fn seed(&self, fresh: u64) -> Result<u64> {
        let file = self.folder.join("seed");
        if let Ok(text) = fs::read_to_string(&file) {
            return text
                .trim()
                .parse()
                .context("could not read the seed of the proof");
        }
        fs::write(&file, fresh.to_string()).context("could not note the seed of the proof")?;
        Ok(fresh)
    }

    fn line(&self, piece: &Piece<'_>) -> Result<Option<String>> {
        Ok(fs::read_to_string(self.place(piece)?).ok())
    }

    /// Where the line of a piece lies.
    fn place(&self, piece: &Piece<'_>) -> Result<PathBuf> {
        if piece.of.is_empty() {
            return Ok(self.folder.join(&piece.key));
        }
        let stamp = stamp::of(&self.root, piece.of, "")?;
        Ok(self.folder.join(format!("{}-{stamp}", piece.key)))
    }

    fn keep(&self, piece: &Piece<'_>, took: Duration, words: &str) -> Result<()> {
        let line = format!("{words}, {}", clock(took));
        say(&format!("      proven: {line}"));
        fs::write(self.place(piece)?, line).context("could not note what is proven")
    }

    /// Puts the summary on top of those kept before, with what is still open; an earlier one of the same
    /// commit goes.
    fn publish(&self, paths: &Paths, pieces: &[Piece<'_>]) -> Result<()> {
        let file = paths.root.join("tests/PROVEN.md");
        let before = fs::read_to_string(&file).unwrap_or_default();
        let (commit, mut summary) = heading(paths)?;
        let mut open = Vec::new();
        for piece in pieces {
            let line = self.line(piece)?;
            if line.is_none() {
                open.push(piece.key.as_str());
            }
            let line = line.unwrap_or_else(|| "NOT YET PROVEN".to_owned());
            writeln!(summary, "- {}: {}", piece.shows, line.replace('\n', "\n  "))
                .context("could not write")?;
        }
        if !open.is_empty() {
            say(&format!("still to be proven: {}", open.join(", ")));
        }
        fs::write(&file, with_summary(&before, &commit, &summary))
            .context("could not write tests/PROVEN.md")?;
        say("written: tests/PROVEN.md");
        Ok(())
    }
}

/// The commit, and the line a summary begins with.
fn heading(paths: &Paths) -> Result<(String, String)> {
    let ask = |program: &str, words: &[&str]| -> Result<String> {
        Ok(Call::new(program, &paths.root)
            .args(words)
            .captured()?
            .trim()
            .to_owned())
    };
    let commit = ask("git", &["rev-parse", "--short=12", "HEAD"])?;
    let date = ask("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?;
    let differs = !ask(
        "git",
        &[
            "status",
            "--porcelain",
            "--",
            "crates",
            "web",
            "deploy",
            "rules",
        ],
    )?
    .is_empty();
    let beside = if differs {
        ", with changes beside it"
    } else {
        ""
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let line = format!("## {date}, commit {commit}{beside}, {cores} cores\n\n");
    Ok((commit, line))
}

const TITLE: &str = "# What has been proven\n\nWritten by `cargo xtask prove`, newest first: each summary stands for the commit it names.\n";

fn with_summary(before: &str, commit: &str, summary: &str) -> String {
    let mut text = format!("{TITLE}\n{summary}");
    let older = before.strip_prefix(TITLE).unwrap_or(before);
    for part in older.split("\n## ").skip(1) {
        let ours = part.lines().next().unwrap_or_default();
        if !ours.contains(&format!("commit {commit}")) {
            text.push_str(&format!("\n## {}\n", part.trim_end()));
        }
    }
    text
}

#[cfg(test)]
mod the_proof {
    use super::*;

    #[test]
    fn the_newest_summary_stands_first_and_none_is_lost() {
        let one = with_summary("", "1", "## one, commit 1\n\n- a ## b\n");
        let two = with_summary(&one, "2", "## two, commit 2\n\n- b\n");
        assert!(two.starts_with(TITLE));
        assert_eq!(two.matches(TITLE).count(), 1);
        assert!(two.find("## two") < two.find("## one"));
        assert!(two.contains("- a ## b"), "{two}");
        let again = with_summary(&two, "2", "## again, commit 2\n\n- b\n");
        assert!(again.contains("## again") && again.contains("## one"));
        assert!(!again.contains("## two"), "{again}");
    }

    #[test]
    fn passed_tests_are_counted_over_all_programs() {
        let text = "x\ntest result: ok. 3 passed; 0 failed\ntest result: ok. 4 passed;\n";
        assert_eq!(passed(text), 7);
        assert_eq!(passed("test result: FAILED. 3 passed; 1 failed"), 0);
    }
}
