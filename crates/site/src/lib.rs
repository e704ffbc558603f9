//! Site folders: what an administrator edits, read whole and checked before any socket opens.
//!
//! This crate turns files into [`model::Config`] and says exactly what is wrong with them: every
//! problem of every file at once, each with file, line, column, what was expected and the nearest
//! spelling. It makes site folders from recorded nights ([`new_site`]). It never decides anything
//! about a reading, opens no socket, and never lets a name or telephone number into a `Config`.
//!
//! # The folder
//!
//! TOML files hold what is written by hand, CSV files what comes in rows. Lines that begin with `#`
//! are comments in both. A key or column that is not listed here is refused. Durations carry a unit
//! (`"90s"`, `"10m"`, `"6h"`, `"2d"`), values carry the unit of their quantity (`"0.15 m"`). A
//! title is `{ zh = "…", en = "…" }`, or one text for both languages.
//!
//! ```text
//! site.toml           what the site is, its clock, interfaces, policy, jurisdictions
//! quantities.toml     what is measured, its unit, decimals and range
//! rules/*.toml        rules for every jurisdiction
//! accounts.toml       logins, made with `watchfire account` (may be absent)
//! jurisdictions/<code>/
//!   stations.csv      id,name,name_en,lon,lat,kind,township,tags        (tags separated by spaces)
//!                     and, where known, catchment,upstream
//!   series.csv        station,quantity,interval,silence_normal
//!   thresholds.csv    rule,station,level,raise,reset,unit,source        (only if a rule asks for it)
//!                     and, where levels change, valid_from
//!   attributes.csv    station,attribute,value,unit,valid_from,source    (may be absent)
//!   areas.csv         code,kind,title,parent,people,title_en            (may be absent)
//!                     and lon,lat of villages and grids
//!   zones.geojson     polygons with a code                              (may be absent)
//!   rules/*.toml      rules of this jurisdiction alone                  (may be absent)
//!   people.csv        id,name,post_zh,post_en,role,township,phone,substitute   (may be absent)
//!                     and contacts: how they are reached, in order, separated by spaces
//!                     and, where they are reached by them, mail and speaker (a loudspeaker's station)
//!                     and area (a village or grid they answer for) and certificates
//!   posts.toml        units, posts, and the rosters behind them         (may be absent)
//!   units.csv         id,title_zh,title_en,parent,township: further units      (may be absent)
//!   posts.csv         id,title_zh,title_en,kind,unit,township,people: further  (may be absent)
//!                     posts, without a roster
//!   policies/*.toml   who is called in which order, and limits          (may be absent)
//!   groups.toml       groups of people                                  (may be absent)
//!   groups.csv        id,title_zh,title_en,members,posts,townships,villages,grids,zones,
//!                     certificates,except: further groups               (may be absent)
//!   templates.toml    commands prepared beforehand                      (may be absent)
//! ```
//!
//! `site.toml`:
//!
//! ```toml
//! title = { zh = "新昌县", en = "Xinchang County" }
//! demo = true                      # every screen says so
//! utc_offset = "+08:00"            # may be absent: +08:00; for days, seasons and hours
//! clock = "wall"                   # or "feed", or { start = "2026-07-15T00:00:00+08:00", factor = 60 }
//!
//! store = "embedded"               # may be absent: files in the data folder. Or, further down:
//! # [store]
//! # postgres = "postgres://user@one:5432,two/county"   # PostgreSQL 15 with PostGIS; no password here
//! # password_file = "/etc/watchfire/postgres"          # may be absent; seen from the site folder
//!
//! [[interface]]                    # "mqtt" and "http" must be there
//! id = "mqtt"
//! title = "MQTT"
//! late = "10m"                     # how far behind a late reading still counts; "discard": none
//!                                  # does; "recompute": those of the last day do
//!
//! [policy]                         # every key must be there
//! remember = "1d"                  # readings remembered exactly, to recognise repeats
//! suspect_ahead = "2m"             # further ahead of its arrival: the station's clock is suspect
//! refuse_ahead = "24h"             # further ahead: refused
//! late_after = 2.0                 # times the expected interval without a reading
//! stale_after = 4.0
//! stale_at_most = "12h"            # however long the interval; "0s": no such bound
//! dead_after = "24h"
//! unknown_after = 2.5              # times the expected interval
//! ack_lease = { blue = "0s", yellow = "0s", orange = "60m", red = "15m" }   # 0: never lapses
//! escalate_every = "2m"            # after a missed answer, the next automatic step
//! # These may be absent, whole or key by key; `check` prints what is then in force:
//! blind_spot = { neighbours = 2, weather = "yellow" }  # 0 and "never": not by these
//! interface_down = { percent = 60, within = "5m", least = 3 }
//! flapping = { slow = 4, slow_within = "30m", fast = 5, fast_within = "5m", factor = 4 }
//! grouping = { wait = {…}, interval = "3m", repeat = {…}, merge_above = 5, people_percent = 20,
//!              storm_gap = "6h", settle = "1m" }
//! limits = { silence = "12h", silence_red = "2h", shelve = "12h", warn = "10m", idle = "30m",
//!            after_inhibition = "1m", flood_above = 10, flood_below = 5, flood_within = "10m" }
//!
//! [keep]                           # may be absent, whole or key by key; days or more
//! quarantine = "30d"               # refused messages
//! files = "365d"                   # every kind of file below that is not named; absent: for ever
//! positions = "30d"                # where people were
//! pictures = "180d"                # photos and videos
//! texts = "365d"                   # what was said in the field or by callers, names of people
//! decisions = "never"              # reasons, wordings, notes and reports of the desk: never erased;
//!                                  # no other kind may be kept longer
//! archive_after = "7d"             # segments of the journal become archives
//! checkpoints_to = "/mnt/notary"   # once a day public key and newest checkpoint go there; absent: nowhere
//!
//! [[jurisdiction]]
//! code = "330624"
//! title = { zh = "新昌县", en = "Xinchang County" }
//! folder = "jurisdictions/330624"
//! ```
//!
//! `quantities.toml`, one table a quantity:
//!
//! ```toml
//! [[quantity]]
//! id = "water_level"               # as in topics: obs/<station>/water_level
//! title = { zh = "水位", en = "Water level" }
//! unit = "m"
//! decimals = 2
//! range = ["-5 m", "200 m"]        # may be absent; readings outside are refused
//! ```
//!
//! `rules/*.toml`, in the order in which the transitions of one reading are told (files by name):
//!
//! ```toml
//! [[rule]]
//! id = "river-stage"               # as in transitions and in thresholds.csv
//! title = { zh = "江河水位", en = "River stage" }
//! hazard = "flood"
//! quantity = "water_level"
//! measure = "value"                # or one of those below
//! side = "above"                   # or "below"
//! levels = "thresholds.csv"        # or inline, any of the four:
//!                                  # { blue = "35 mm", red = { raise = "80 mm", reset = "76 mm" } }
//!                                  # or from attributes.csv of each station:
//!                                  # { yellow = "station.warning_stage",
//!                                  #   blue = "station.warning_stage - 0.5 m",
//!                                  #   orange = "0.5 x station.warning_stage + 0.5 x station.guarantee_stage" }
//! deadband = "0.10 m"              # for levels without a reset; or "20 %", or { blue = …, red = … }
//! subjects = { kinds = ["river"], tags = ["control"], stations = ["ST01"],
//!              townships = ["330624103"], catchments = ["XCJ"], zones = ["Z1"] }   # absent: every
//!                                  # series of the quantity; given: stations that match each list
//! on_delay = "2m"                  # one for all levels, or { blue = "5m", … } (absent levels: 0)
//! off_delay = "30m"
//! min_hold = "0s"
//! latch = false                    # true: its highest level stays until a person resets it
//! unknown_when_stale = true        # a gauge gone quiet makes the condition unknown
//! reopen = "30m"                   # a recurrence within this is the same episode
//! # All of these may be absent:
//! pending_ends = "2 of 3"          # so many of the last good readings below end a wait for the
//!                                  # on-delay; absent: the first one does
//! doubtful_up_to = "orange"        # the highest level that doubtful values alone may raise; a good one
//!                                  # goes on from there at once; absent: any
//! advice = { zh = "…", en = "…" }
//! owner = "县水利局"
//! priority = 20                    # 0 to 99, lower first among alarms of one level
//! plan = "防汛防台应急预案"
//! basis = "where its numbers come from"
//! certainty = "T"                  # A, B, C, or T: confirm before operation
//! grades = { yellow = { grade = "C", source = "…" }, deadband = "T" }   # numbers that are surer, or less
//!                                  # sure, than the rule: a level, measure, deadband, on_delay,
//!                                  # off_delay, min_hold, doubtful_up_to
//! season = { days = ["04-15", "07-15"], hours = ["20:00", "06:00"] }   # the site's own time
//! forecast = false                 # its alarms say what will be
//!
//! [[rule.example]]                 # any number; a rule that fails its own example is refused
//! name = "过警戒十分钟报黄色"
//! station = { warning_stage = "42.00 m" }      # attributes, for levels that ask for them
//! levels = { yellow = "42.00 m" }  # for levels = "thresholds.csv" instead
//! every = "5m"                     # between readings that give no time
//! readings = "41.20, 42.05 x3, -, 42.10"       # or "08:00 41.20, 08:07 42.05"; - is no reading
//! at = { "00:10" = "none" }        # levels on the way, at times from the day's midnight
//! ends = "yellow"                  # at the last reading
//! ```
//!
//! An example may also have `day = "06-20"` (for seasons), `gauges = 3` (so many side by side, for
//! clusters), `given = { "river-stage" = "orange", "upstream river-stage" = "red" }` (what other
//! rules say) and `upstream = { travel = "40m", readings = "…" }` (for forecasts).
//!
//! | `measure` | looks at | `levels` |
//! |---|---|---|
//! | `"value"` | the newest value | values |
//! | `{ sum = "6h" }` | the sum over (t − 6 h, t] | values |
//! | `{ sums = "any", wetness = { sum = "3d", wet = "60 mm", wet_factor = 0.8, dry = "10 mm", dry_factor = 1.2 } }` | several sums, any or all of them; ground that is wet or dry by what fell in the three days before each of them scales the bounds | `{ yellow = { "1h" = "45 mm", "3h" = { raise = "75 mm", reset = "40 mm" } } }` |
//! | `{ rate = "1h" }` | change since the reading before, per hour | values, or `{ orange = { tangent = 80, of = "station.v0" } }` |
//! | `{ rise = "3h" }` | change over three hours, a plain difference: less where readings reach back less far, and a step over a gap whole | values |
//! | `{ rise = "6h", per = "1d", least = "3h" }` | rate over six hours, per day; nothing before readings lie three hours apart | values, or tangents |
//! | `{ highest = "3h" }`, `{ lowest = "3h" }` | the extreme of the window | values |
//! | `{ cluster = { sum = "1h", hot = "25 mm", cool = "22 mm", radius = "10 km", count = 3 } }` | enough hot gauges near each other (without `sum`: by their newest values); `within = "township"`, `"catchment"` or `"zone"` instead of `radius` | one word |
//! | `"silence"` | time since the series was heard | durations |
//! | `"rules"` | what other rules say of the station, or of gauges upstream | `{ red = { all = ["a >= orange"], any = ["upstream b >= red"], none = […] } }` |
//! | `{ forecast = { of = "river-stage", recent = "1h", lead = "2h", upstream = true } }` | which bound of that rule will be reached within the lead; `upstream = "outflow"` asks that quantity of the gauges upstream | absent, or the levels it may give: `["orange", "red"]` |
//! | `{ expression = "value > 300 ? 4 : 0" }` | whatever the words above cannot say (CEL) | the levels it may give |
//!
//! The same files hold quality checks and inhibitions:
//!
//! ```toml
//! [[check]]                        # one of jump, stuck, range, oscillating, sum
//! id = "level-jump"
//! title = { zh = "水位突跳", en = "Water level jumps" }
//! quantity = "water_level"
//! jump = { by = "2 m", within = "5m" }   # stuck = "24h"; range = ["0 m", "50 m"];
//!                                  # oscillating = { by = "0.3 m", swings = 6, within = "1h" };
//!                                  # sum = { most = "200 mm", within = "1h" }
//! subjects = { kinds = ["river"] }
//!
//! [[inhibition]]                   # one step deep, without circles; of nothing worse than the source
//! source = "flash-flood"
//! target = "rain-windows"
//! equal = "station"                # or "township", "catchment", "zone"
//! ```
//!
//! `thresholds.csv`: `level` is blue, yellow, orange or red (or 1 to 4); an empty `reset` means the
//! rule's deadband; station `*` is every subject of the rule, and a row that names its station comes
//! before it. For a rate, values are the change in the rule's span, in the quantity's unit. With
//! `valid_from` (a day in the site's time, or an instant) a row is in force from then on.
//!
//! `attributes.csv` gives stations what levels ask for; a rate may be written per time (`mm/d`) and is
//! converted. Values are rounded to the quantity's decimals. `areas.csv`: `kind` is township,
//! catchment or zone, and `parent` an area of the same kind; or village, `parent` its township, or
//! grid, `parent` its village. `zones.geojson` is a FeatureCollection of
//! polygons with `code` among their properties; a station on the border is inside. In `stations.csv`,
//! `upstream` names gauges and travel times: `ST02:90m ST03:2h`.
//!
//! `posts.toml`:
//!
//! ```toml
//! look_ahead = "7d"                # gaps in rosters are told this long ahead
//!
//! [[unit]]
//! id = "county-office"
//! title = { zh = "县应急管理局", en = "County emergency office" }
//! parent = "county"                # may be absent, as may `township`
//!
//! [[post]]
//! id = "county-duty"
//! title = { zh = "县值班室", en = "County duty desk" }
//! kind = "duty"                    # what posts like it are called in policies
//! unit = "county-office"           # may be absent
//! township = "330624103"           # may be absent
//! people = ["p-001"]               # always on duty; with a roster: beside its crews
//! [post.roster]
//! from = "2026-07-13T08:00:00+08:00"   # the first shift of the first crew
//! shifts = ["12h", "12h"]          # one after another, then again
//! crews = [["p-001", "p-002"], ["p-003"]]   # in turn, one a shift
//! least = 1                        # people a shift needs
//! sign_in = "15m"                  # absent: nobody asks
//! handover = true                  # two signatures; until then the crew before stays on the hook
//! ```
//!
//! `policies/*.toml`:
//!
//! ```toml
//! [[escalation]]
//! id = "red"
//! title = { zh = "红色叫应", en = "Red" }
//! for = "situation"                # or "roll_call"
//! levels = ["red"]
//! hazards = ["flood"]              # absent: every one
//! confirm_all = false              # true: everybody called has to confirm
//! loops = 2                        # 0 to 5 times again
//! loop_after = "5m"
//! exhausted = [{ to = ["post:province"], by = ["voice"] }]
//! [[escalation.step]]
//! after = "2m"                     # from the begin of the round
//! must = false                     # true: a clock of the law; somebody must have answered by then
//! call = [{ to = ["post:leader", "township:duty", "group:dams", "person:p-001"], by = ["voice", "sms"] }]
//!                                  # `by`: the first a person has, then the next after a definite
//!                                  # no; absent: the person's own order. `called` in a roll-call
//!
//! [[limit]]                        # what is above it is bundled, never dropped
//! channel = "voice"
//! count = 3
//! per = "15m"
//!
//! [collapse]                       # may be absent, whole or key by key: when a channel reaches nobody in a
//! least = 3                        # township: so many people there were tried within this and all came to
//! within = "30m"                   # nothing. The desk is told, and next channels are taken. 0: never
//! patience = { sms = "2m", voice = "5m" }   # a receipt that is not there by then does not come
//!
//! [[test]]                         # a test of the channels that begins by itself; people who are called
//! id = "monthly"                   # about a situation are never disturbed by it
//! title = { zh = "每月通道测试", en = "Monthly channel test" }
//! every = "month"                  # or "week"
//! day = 1                          # 1 to 28, or "monday" to "sunday"
//! at = "10:00"                     # the site's own time
//! groups = ["dam-keepers"]         # absent: everybody with contacts
//! by = ["sms", "voice"]            # absent: every channel a person has
//! ```
//!
//! `groups.toml` has `[[group]] id, title, members = ["p-001", …]`, and may name `posts`. Or it says what
//! its people have in common, each list that is given: `townships`, `villages`, `grids`, `zones` (those
//! their village lies in), `certificates`; `except` takes people out. `templates.toml` has
//! `[[template]] id, title, wording, proof` and `[template.clocks.red]` (and blue, yellow, orange)
//! with any of `ack_by`, `move_by`, `update_every`, `arrive_by`, `done_by`, `verify_by`; and, where
//! wanted, `kind` (plain, evacuation, rescue, correction), `hazards` (those it is offered first for),
//! `approve_from = "red"`, `correction` (the template that takes it back; needed where there are several
//! of that kind), `crew = { personnel =
//! "15m" }` (also vehicle, commander, exposure, rotation), `proven_by = { station, quantity, below }`
//! (or `above`), and questions `[[template.field]] id, title, kind, required` of kind text, choice
//! (with `[[template.field.option]] id, title`) or number (with `least`, `most`). `accounts.toml` has
//! `[[account]] login, person, hash`, the hash being argon2's own text. A person's `role` is viewer,
//! planner, responder, duty_officer or administrator.
//!
//! `channels/*.toml` are the gateways by which people are reached, one a file; see `channels/README.md`
//! of the project for ready ones:
//!
//! ```toml
//! id = "sms"                       # receipts come to /api/v1/channels/sms/receipts
//! channel = "sms"                  # push, robot, sms, voice, mail, loudspeaker
//! title = { zh = "短信", en = "SMS" }
//! # These may be absent:
//! language = "zh"                  # or "en", "both"
//! jurisdictions = ["330624"]       # absent: all of the site
//! timeout = "10s"                  # after it, nobody knows whether the message was taken
//! tries = 4                        # attempts under one id, before it counts as failed
//! back_off = ["1s", "30s"]         # the first wait between them, and the longest
//! at_once = 8                      # requests under way
//!
//! [secrets]                        # files, never their content; asked for as {{secret.key}}
//! key = "secrets/sms.key"
//!
//! [http]                           # or [mail] relay, from, login; [push] contact, keep;
//!                                  # [loudspeaker] path, lives
//! url = "https://sms.example.cn/v1/send"
//! headers = { Authorization = "Bearer {{secret.key}}" }
//! body = '''{"id":"{{page}}","to":"{{to.phone}}","text":"{{text}}"}'''
//! kind = "json"                    # or "form", "text": how what is filled in is escaped
//! sign = { as = "dingtalk", secret = "key" }              # or "feishu"; {{sign}}, {{sign.time}}
//! success = { at = "/code", is = ["0"], again = ["17"], reference = "/id" }   # absent: any 2xx
//!
//! [receipts]
//! token = "secrets/sms.token"      # Authorization: Bearer …, or ?token=…
//! list = "/reports"                # absent: the body is one receipt, or a list of them
//! page = "/id"                     # where our id comes back; or
//! reference = "/sid"               # the provider's own
//! answer = '{"code":0}'            # absent: {"ok":true}
//!
//! [[receipts.says]]
//! at = "/state"
//! words = { delivered = ["DELIVRD"], failed = ["UNDELIV"] }   # accepted, seen, acked, declined, ignored
//! task_words = { need_help = ["3"] }   # of a page about a task besides: accepted, declined, need_help
//!
//! [replies]                        # what people write back, to /api/v1/channels/sms/replies
//! token = "secrets/sms.token"
//! list = "/replies"                # absent: the body is one reply, or a list of them
//! id = "/id"                       # the gateway's own number of it: the same again for the same one
//! from = "/mobile"
//! text = "/content"
//! words = { acked = ["1"], declined = ["2"] }
//! task_words = { accepted = ["1"], need_help = ["2"] }        # absent: as `words`
//! ask = { zh = "收到回1。", en = " Reply 1." }                # what a message asks for
//! task_ask = { zh = "接受回1。", en = " Reply 1 to accept." } # absent: as `ask`
//! ```

mod accounts;
mod amount;
mod attributes;
mod book;
mod channels;
mod contacts;
mod diagnose;
mod difference;
mod document;
mod drill;
mod escalations;
mod examples;
mod found;
mod ground;
mod groups;
mod in_force;
mod keep;
mod make;
mod organisation;
mod people;
mod plans;
mod policy;
mod read;
mod recorded;
mod registry;
mod rules;
mod sheet;
mod site_file;
mod soundness;
mod stations;
mod storage;
mod templates;
mod thresholds;
mod villages;
mod watches;
mod words;
mod workload;
mod write;

use std::path::PathBuf;

use model::config::{Clock, Role, Text};
use model::view::PersonView;
use model::{Config, PersonId};
use protocols::gateway::Gateway;

pub use accounts::{AccountError, NewLogin, remove_login, set_login};
pub use diagnose::{Diagnostics, Problem, Weight};
pub use difference::{Change, Clocks, Difference, difference};
pub use drill::{DrillSite, Moved, Participant, Place, Script, Source, read_script};
pub use in_force::{Coverage, Watched, coverage, in_force, to_confirm};
pub use keep::{FileAges, Keep};
pub use make::{NewSite, NewSiteError, Summary, new_site};
pub use read::{CheckedRules, check_rules, read_site};
pub use registry::{
    Refused, RegistryError, Review, RowChange, Sheet, Table, Upload, is_plain, organisation_file,
    organisation_files, review, rule_files, table, workbook,
};
pub use storage::Storage;

/// A site as its files say, checked.
#[derive(Clone, Debug)]
pub struct Site {
    pub title: Text,
    pub clock: Clock,
    /// Everything in it is made up.
    pub demo: bool,
    /// Where journal, snapshots, history and logins are kept.
    pub storage: Storage,
    /// In the order of `site.toml`; at least one.
    pub jurisdictions: Vec<Jurisdiction>,
    /// The gateways by which people are reached; without any, by their apps and desks alone.
    pub channels: Vec<Gateway>,
    /// How long what is kept.
    pub keep: Keep,
    /// Logins; without any, only the ready file's token opens the door.
    pub accounts: Vec<Account>,
    /// What is allowed but looks like a mistake.
    pub notes: Diagnostics,
    /// Every file that was read.
    pub files: Vec<PathBuf>,
}

/// One jurisdiction: what decides, and who its people are.
#[derive(Clone, Debug, PartialEq)]
pub struct Jurisdiction {
    /// Where its files lie, below the site's own folder.
    pub folder: String,
    /// Complete and without flaw; goes into the journal.
    pub config: Config,
    /// Names, posts and telephones; never go into the journal. Same order as `config.people`.
    pub people: Vec<PersonView>,
    /// Where they are reached; never leaves the process but to a gateway. Same order.
    pub contacts: Vec<Contact>,
}

/// Where one person is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    pub person: PersonId,
    pub name: String,
    /// Digits, with a `+` where there is one.
    pub phone: Option<String>,
    pub mail: Option<String>,
    /// Station of the loudspeaker beside them.
    pub speaker: Option<String>,
}

/// Numbers and addresses are in no log.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contact of {}", self.person)
    }
}

/// A login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub login: String,
    /// A person of `jurisdiction`.
    pub person: PersonId,
    /// Code of the jurisdiction whose people file names the person.
    pub jurisdiction: String,
    /// The person's role.
    pub role: Role,
    /// argon2 in PHC text form.
    pub hash: String,
}
