//! New site folders as text: every file commented so that a newcomer understands it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use csv::{QuoteStyle, WriterBuilder};
use model::config::{Policy, Text};

use crate::amount::{show_duration, show_offset};

/// A site to be written.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Where it came from, for the first comment of each file.
    pub(crate) origin: String,
    pub(crate) title: Text,
    pub(crate) demo: bool,
    pub(crate) remember_ms: i64,
    pub(crate) refuse_ahead_ms: i64,
    /// Minutes the site's time is ahead of UTC, where its files have days in them.
    pub(crate) offset_min: Option<i16>,
    pub(crate) quantities: Vec<PlannedQuantity>,
    /// Text of `rules/recorded.toml` without its heading comment.
    pub(crate) rules: String,
    pub(crate) counties: Vec<PlannedCounty>,
    pub(crate) messages: Option<usize>,
    pub(crate) notes: Vec<String>,
}

/// A quantity to be written.
#[derive(Clone, Debug)]
pub(crate) struct PlannedQuantity {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) unit: String,
    pub(crate) decimals: u8,
}

/// A jurisdiction to be written; rows are cells of its sheets.
#[derive(Debug, Default)]
pub(crate) struct PlannedCounty {
    pub(crate) code: String,
    pub(crate) title: Text,
    pub(crate) stations: Vec<[String; 8]>,
    pub(crate) series: Vec<[String; 4]>,
    pub(crate) thresholds: Vec<[String; 7]>,
    /// Rows of `thresholds.csv` with the day from which each is in force, instead of those without.
    pub(crate) dated: Vec<[String; 8]>,
}

/// Writes the folder.
///
/// # Errors
/// Those of the file system.
pub(crate) fn write(plan: &Plan, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join("rules"))?;
    fs::write(to.join("site.toml"), site_toml(plan))?;
    fs::write(to.join("quantities.toml"), quantities_toml(plan))?;
    fs::write(to.join("rules/recorded.toml"), rules_toml(plan))?;
    for county in &plan.counties {
        let folder = to.join("jurisdictions").join(&county.code);
        fs::create_dir_all(&folder)?;
        sheet(&folder.join("stations.csv"), STATIONS, &county.stations)?;
        sheet(&folder.join("series.csv"), SERIES, &county.series)?;
        let path = folder.join("thresholds.csv");
        if county.dated.is_empty() {
            sheet(&path, THRESHOLDS, &county.thresholds)?;
        } else {
            sheet(&path, DATED_THRESHOLDS, &county.dated)?;
        }
    }
    Ok(())
}

const STATIONS: &str = "\
# Places of measurement, one a line. lon, lat: WGS 84 degrees, empty where not known.
# kind and tags (separated by spaces) are what rules may select by; township is its code.
id,name,name_en,lon,lat,kind,township,tags
";

const SERIES: &str = "\
# What each station measures: only these series are known, readings of others are refused.
# interval: expected time between readings (5m, 1h); empty means learned from the last 20 gaps.
# silence_normal: yes for gauges that report only above a start level.
station,quantity,interval,silence_normal
";

const THRESHOLDS: &str = "\
# Where each level of a rule begins (raise) and is over (below reset), in the unit of its quantity.
# rule: its id in rules/. station: * for every subject of the rule; a row with a station's own id
# comes before it. level: blue, yellow, orange, red. An empty reset equals raise: no deadband.
rule,station,level,raise,reset,unit,source
";

const DATED_THRESHOLDS: &str = "\
# Where each level of a rule begins (raise) and is over (below reset), in the unit of its quantity.
# rule: its id in rules/. station: * for every subject of the rule; a row with a station's own id
# comes before it. level: blue, yellow, orange, red. An empty reset equals raise: no deadband.
# valid_from: in force from that day on, in the site's time, until a later row; empty: always.
rule,station,level,raise,reset,unit,source,valid_from
";

fn sheet<const N: usize>(path: &Path, heading: &str, rows: &[[String; N]]) -> io::Result<()> {
    let mut bytes = heading.as_bytes().to_vec();
    {
        let mut writer = WriterBuilder::new()
            .has_headers(false)
            .quote_style(QuoteStyle::Necessary)
            .comment(Some(b'#'))
            .from_writer(&mut bytes);
        for row in rows {
            writer.write_record(row).map_err(io::Error::other)?;
        }
        writer.flush()?;
    }
    fs::write(path, bytes)
}

fn site_toml(plan: &Plan) -> String {
    let remember = show_duration(plan.remember_ms);
    let ahead = show_duration(plan.refuse_ahead_ms);
    let mut text = format!(
        r#"# A site folder of Watchfire: what `watchfire serve --site` reads. Everything that acts is
# written here or in the files beside it; change a line, start again, and a mistake is told with
# its place. Made from {origin}.

title = {title}

# true: everything here is made up, and every screen says so.
demo = {demo}
{offset}
# "feed": time is carried by the readings, so a recorded night runs as it ran then, at any speed.
# "wall": the machine's own clock, the only one that may reach real people.
clock = "feed"

# Ways in. late = "discard": a reading that is not newer than the newest of its series is stored and
# decides nothing. late = "10m": up to ten minutes behind, it still takes its place.
[[interface]]
id = "mqtt"
title = "MQTT"
late = "discard"

[[interface]]
id = "http"
title = "HTTP"
late = "discard"

[policy]
# Readings are remembered exactly this long, to recognise repeats: the whole record.
remember = "{remember}"
# A reading further ahead of the clock than this is marked, or refused. As long as the longest
# silence of the record, at least a day.
suspect_ahead = "{ahead}"
refuse_ahead = "{ahead}"
# Times the expected interval without a reading until a series is shown late, then stale; then, after
# a fixed time, dead. These only colour the screen here: no rule below has unknown_when_stale.
late_after = 2.0
stale_after = 4.0
stale_at_most = "0s"
dead_after = "24h"
unknown_after = 2.5
# How long an acknowledgement holds without progress; 0s: for good.
ack_lease = {{ blue = "0s", yellow = "0s", orange = "0s", red = "0s" }}
# After a missed answer to a command, the next automatic step comes this much later.
escalate_every = "2m"
# A quiet gauge with this many neighbours in alarm is called a blind spot; 0: never. So is one under a
# weather warning of this level.
blind_spot = {{ neighbours = 0, weather = "never" }}
# So many percent of an interface's series gone quiet at once mean that it is down; 0: never.
interface_down = {{ percent = 0, within = "5m", least = 3 }}
# This many changes of level within a time make an alarm unstable; 0: never.
flapping = {{ slow = 0, slow_within = "30m", fast = 0, fast_within = "5m", factor = 1 }}

{grouping}"#,
        grouping = grouping_and_limits(),
        origin = plan.origin,
        title = title(&plan.title),
        demo = plan.demo,
        offset = plan.offset_min.map_or_else(String::new, |minutes| format!(
            "\n# The time of day and of year of the files here.\nutc_offset = \"{}\"\n",
            show_offset(minutes)
        )),
    );
    text.push_str("# Each jurisdiction has its own stations, thresholds and people.\n");
    for county in &plan.counties {
        let (code, name) = (quote(&county.code), title(&county.title));
        let folder = quote(&format!("jurisdictions/{}", county.code));
        push(
            &mut text,
            format_args!("[[jurisdiction]]\ncode = {code}\ntitle = {name}\nfolder = {folder}\n\n"),
        );
    }
    text
}

/// Grouping and limits as they are by default: they tell people, and change no transition.
fn grouping_and_limits() -> String {
    let mut text = String::new();
    let lines = crate::policy::lines(&Policy::default());
    for section in ["grouping", "limits"] {
        let remark = match section {
            "grouping" => "# How alarms are gathered into situations and told.",
            _ => "# Bounds on what may be kept quiet, and when the desk is in flood mode.",
        };
        push(&mut text, format_args!("{remark}\n[policy.{section}]\n"));
        for line in lines.lines() {
            if let Some(line) = line.strip_prefix(section).and_then(|l| l.strip_prefix('.')) {
                push(&mut text, format_args!("{line}\n"));
            }
        }
        text.push('\n');
    }
    text
}

fn quantities_toml(plan: &Plan) -> String {
    let mut text = "\
# What is measured. id is as in topics (obs/<station>/<id>); a reading with more decimals than
# declared is refused, never rounded. range = [\"0 mm\", \"500 mm\"] would refuse what lies outside.
"
    .to_owned();
    for quantity in &plan.quantities {
        let (id, unit) = (quote(&quantity.id), quote(&quantity.unit));
        let (name, decimals) = (title(&quantity.title), quantity.decimals);
        push(
            &mut text,
            format_args!(
                "\n[[quantity]]\nid = {id}\ntitle = {name}\nunit = {unit}\ndecimals = {decimals}\n"
            ),
        );
    }
    text
}

fn rules_toml(plan: &Plan) -> String {
    format!(
        r#"# The rules of this site, in the order in which the transitions of one reading are told.
# Each level is reached at or above its bound (side = "above") and over below its reset. Nothing
# else acts: no delays, no hold, no latch, and silence changes no condition.
# levels = "thresholds.csv": bounds are rows of that file in the jurisdiction's folder.
{}"#,
        plan.rules
    )
}

/// The lines of a rule that are the same for all rules of a new site: nothing acts but the bounds.
pub(crate) const PLAIN: &str = r#"on_delay = "0s"
off_delay = "0s"
min_hold = "0s"
latch = false
unknown_when_stale = false
reopen = "30m"
"#;

/// A TOML text in quotes.
pub(crate) fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A title as files write it.
pub(crate) fn title(text: &Text) -> String {
    if text.zh == text.en {
        return quote(&text.zh);
    }
    format!("{{ zh = {}, en = {} }}", quote(&text.zh), quote(&text.en))
}

/// Appends formatted text; writing to memory cannot fail.
pub(crate) fn push(text: &mut String, piece: std::fmt::Arguments<'_>) {
    text.write_fmt(piece)
        .expect("a String takes whatever is written to it");
}
