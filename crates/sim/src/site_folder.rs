//! Writes the demonstration county as a site folder, the shape that administrators edit.
//!
//! The bytes follow from the seed and the clock's factor alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest as _, Sha256};

use crate::county::{County, Post, Quantity, Station};
use crate::orders::{ORDERS, PATIENCE};
use crate::people::{Login, Members, PASSWORD, PHONE_LOGIN, People, Person};
use crate::posts;
use crate::storm::START;
use crate::{areas, rule_files};

/// A comment at the head of every file.
pub(crate) const HEAD: &str =
    "# 演示数据 · Demonstration data: places, people and readings are made up.\n";

/// The files of a site folder by their path in it.
pub type Files = BTreeMap<String, String>;

/// The demonstration county as files; `factor` is how fast its clock runs.
pub fn files(county: &County, factor: f64) -> Files {
    files_with(
        county,
        &format!("{{ start = \"{START}\", factor = {factor} }}"),
    )
}

/// The same county living by the messages' own time, for measuring it as fast as it goes.
pub fn files_on_feed(county: &County) -> Files {
    files_with(county, "\"feed\"")
}

fn files_with(county: &County, clock: &str) -> Files {
    let people = People::of(county);
    let folder = format!("jurisdictions/{}", county.ground.code);
    let within = |name: &str| format!("{folder}/{name}");
    Files::from([
        ("site.toml".to_owned(), site(county, clock)),
        ("quantities.toml".to_owned(), quantities()),
        ("rules/10-flood.toml".to_owned(), rule_files::flood()),
        (
            "rules/20-rain.toml".to_owned(),
            rule_files::inline(&["rainstorm"]),
        ),
        (
            "rules/30-ground-and-gas.toml".to_owned(),
            rule_files::inline(&["landslide", "gas", "release"]),
        ),
        ("rules/40-together.toml".to_owned(), rule_files::together()),
        ("accounts.toml".to_owned(), accounts(&people.logins)),
        ("LOGINS.txt".to_owned(), logins(&people)),
        (within("stations.csv"), stations(county)),
        (within("series.csv"), series(county)),
        (within("thresholds.csv"), rule_files::thresholds(county)),
        (within("attributes.csv"), rule_files::attributes(county)),
        (within("areas.csv"), areas::rows(county)),
        (within("people.csv"), people_rows(&people)),
        (within("groups.toml"), groups(&people)),
        (within("templates.toml"), templates()),
        (within("posts.toml"), posts::posts(county)),
        (within("policies/county.toml"), posts::POLICIES.to_owned()),
    ])
}

/// Writes the files into a folder, replacing what they replace.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(files: &Files, to: &Path) -> anyhow::Result<()> {
    for (name, content) in files {
        let path = to.join(name);
        let folder = path.parent().context("a file lies in a folder")?;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
        std::fs::write(&path, content)
            .with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(())
}

/// SHA-256 over all files with their names and lengths, in hex.
pub fn fingerprint(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        hash.update(format!("{name} {}\n", content.len()));
        hash.update(content);
    }
    hex::encode(hash.finalize())
}

pub(crate) fn text(both: (&str, &str)) -> String {
    format!("{{ zh = \"{}\", en = \"{}\" }}", both.0, both.1)
}

fn site(county: &County, clock: &str) -> String {
    let code = &county.ground.code;
    format!(
        r#"{HEAD}
title = {{ zh = "新昌县（演示）", en = "Xinchang County (demo)" }}
demo = true
clock = {clock}

[[interface]]
id = "mqtt"
title = "MQTT"
late = "10m"

[[interface]]
id = "http"
title = "HTTP"
late = "10m"

[policy]
remember = "1d"
suspect_ahead = "2m"
refuse_ahead = "24h"
late_after = 2.0
stale_after = 4.0
dead_after = "24h"
unknown_after = 2.5
ack_lease = {{ blue = "0s", yellow = "0s", orange = "60m", red = "15m" }}
escalate_every = "2m"

[[jurisdiction]]
code = "{code}"
title = {{ zh = "新昌县", en = "Xinchang County" }}
folder = "jurisdictions/{code}"
"#
    )
}

fn quantities() -> String {
    let titled = |quantity: Quantity| match quantity {
        Quantity::Rain => (("雨量", "Rain"), ("0", "300")),
        Quantity::WaterLevel => (("水位", "Water level"), ("-5", "60")),
        Quantity::Outflow => (("出库流量", "Outflow"), ("0", "20000")),
        Quantity::Displacement => (("位移", "Displacement"), ("-100", "5000")),
        Quantity::Gas => (("可燃气体", "Combustible gas"), ("0", "100")),
    };
    let mut out = HEAD.to_owned();
    for quantity in Quantity::ALL {
        let (title, (low, high)) = titled(quantity);
        let unit = quantity.unit();
        write!(
            out,
            "\n[[quantity]]\nid = \"{}\"\ntitle = {}\nunit = \"{unit}\"\ndecimals = {}\nrange = \
             [\"{low} {unit}\", \"{high} {unit}\"]\n",
            quantity.id(),
            text(title),
            quantity.decimals(),
        )
        .expect("writing to a string");
    }
    out
}

fn stations(county: &County) -> String {
    let mut out = format!("{HEAD}id,name,name_en,lon,lat,kind,township,tags,catchment,upstream\n");
    for station in &county.stations {
        let (lon, lat) = station.at.degrees_e6();
        writeln!(
            out,
            "{},{},{},{:.5},{:.5},{},{},{},{},{}",
            station.id,
            station.name,
            station.name_en,
            f64::from(lon) / 1e6,
            f64::from(lat) / 1e6,
            station.post.kind(),
            county.ground.townships[station.township].code,
            tags(county, station),
            areas::catchment(county, station).unwrap_or_default(),
            areas::upstream(county, station),
        )
        .expect("writing to a string");
    }
    out
}

fn tags(county: &County, station: &Station) -> String {
    let mut tags = vec!["synthetic"];
    tags.push(if station.is_risk_point() {
        "risk"
    } else {
        "control"
    });
    match station.post {
        Post::River { river, .. } | Post::Reservoir { river: Some(river) } => {
            tags.push(county.rivers[river].id);
        }
        Post::Brook => tags.push("brook"),
        Post::RoadSlope => tags.push("road"),
        Post::RiskSlope | Post::Rain | Post::Reservoir { river: None } | Post::Gas => {}
    }
    tags.join(" ")
}

fn series(county: &County) -> String {
    let mut out = format!("{HEAD}station,quantity,interval,silence_normal\n");
    for station in &county.stations {
        for (quantity, minutes) in station.post.senses() {
            writeln!(out, "{},{},{minutes}m,no", station.id, quantity.id())
                .expect("writing to a string");
        }
    }
    out
}

fn people_rows(people: &People) -> String {
    let visitor = people
        .logins
        .iter()
        .find(|login| login.login == PHONE_LOGIN);
    let mut out = format!(
        "{HEAD}id,name,post_zh,post_en,role,township,phone,substitute,contacts,area,certificates\n"
    );
    for person in &people.people {
        let Person {
            id,
            name,
            post,
            post_en,
            role,
            township,
            phone,
            substitute,
            area,
            certificates,
        } = person;
        let (township, substitute) = (
            township.as_deref().unwrap_or(""),
            substitute.as_deref().unwrap_or(""),
        );
        writeln!(
            out,
            "{id},{name},{post},\"{post_en}\",{role},{township},{phone},{substitute},{},{},{}",
            posts::contacts(id, role, visitor.is_some_and(|login| login.person == *id)),
            area.as_deref().unwrap_or(""),
            certificates.join(" "),
        )
        .expect("writing to a string");
    }
    out
}

fn groups(people: &People) -> String {
    let mut out = HEAD.to_owned();
    for group in &people.groups {
        let title = text((&group.title, &group.title_en));
        let who = match &group.members {
            Members::Named(members) => {
                let members: Vec<String> = members.iter().map(|m| format!("\"{m}\"")).collect();
                format!("members = [{}]\n", members.join(", "))
            }
            Members::Certified(certificate, township) => {
                let of = township.as_ref();
                let of = of.map_or_else(String::new, |code| format!("townships = [\"{code}\"]\n"));
                format!("{of}certificates = [\"{certificate}\"]\n")
            }
        };
        write!(
            out,
            "\n[[group]]\nid = \"{}\"\ntitle = {title}\n{who}",
            group.id
        )
        .expect("writing to a string");
    }
    out
}

fn templates() -> String {
    const CLOCKS: [&str; 5] = [
        "ack_by",
        "update_every",
        "arrive_by",
        "done_by",
        "verify_by",
    ];
    let mut out = HEAD.to_owned();
    for order in &ORDERS {
        write!(
            out,
            "\n[[template]]\nid = \"{}\"\ntitle = {}\nwording = {}\nproof = {}\n",
            order.id,
            text(order.title),
            text(order.wording),
            order.proof,
        )
        .expect("writing to a string");
        if !order.kind.is_empty() {
            writeln!(out, "kind = \"{}\"", order.kind).expect("writing to a string");
        }
        if !order.hazards.is_empty() {
            writeln!(out, "hazards = {:?}", order.hazards).expect("writing to a string");
        }
        for (word, times) in PATIENCE {
            writeln!(out, "[template.clocks.{word}]").expect("writing to a string");
            for (name, minutes) in CLOCKS.iter().zip(order.red) {
                if let Some(minutes) = minutes {
                    writeln!(out, "{name} = \"{}m\"", minutes * times)
                        .expect("writing to a string");
                }
            }
        }
    }
    out
}

fn accounts(logins: &[Login]) -> String {
    let mut out = format!("{HEAD}# Every password is \"{PASSWORD}\".\n");
    for Login { login, person } in logins {
        write!(
            out,
            "\n[[account]]\nlogin = \"{login}\"\nperson = \"{person}\"\nhash = \"{}\"\n",
            password_hash(login)
        )
        .expect("writing to a string");
    }
    out
}

/// argon2id of the demonstration's password, its salt taken from the login. It is cheap on
/// purpose: the password is printed on the screen, and a hundred people sign in at once.
fn password_hash(login: &str) -> String {
    const COST: (u32, u32, u32) = (256, 1, 1);
    let salt = &Sha256::digest(format!("watchfire demonstration {login}"))[..16];
    let params = Params::new(COST.0, COST.1, COST.2, Some(32)).expect("these costs are allowed");
    let mut hash = [0u8; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(PASSWORD.as_bytes(), salt, &mut hash)
        .expect("salt and output have allowed lengths");
    let (m, t, p) = COST;
    format!(
        "$argon2id$v=19$m={m},t={t},p={p}${}${}",
        base64(salt),
        base64(&hash)
    )
}

/// Base 64 without padding, as hashes are written.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            out.push(char::from(DIGITS[(bits >> (18 - 6 * place)) as usize & 63]));
        }
    }
    out
}

fn logins(people: &People) -> String {
    let mut out = format!("logins    password of all: {PASSWORD}\n");
    let what = [
        ("duty", "值班员  duty officer: the command centre"),
        (PHONE_LOGIN, "村主任  village head: open it at phone size"),
        ("planner", "预案专员  planner"),
        ("admin", "管理员  administrator"),
        ("viewer", "观察席  viewer"),
    ];
    for (login, what) in what {
        let person = people
            .logins
            .iter()
            .find(|l| l.login == login)
            .map(|l| l.person.as_str());
        let named = people.people.iter().find(|p| Some(p.id.as_str()) == person);
        let name = named.map_or("", |p| p.name.as_str());
        writeln!(out, "  {login:<8} {what} ({name})").expect("writing to a string");
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::orders::{INLINE_RULES, STAGE_RULES};

    /// Changes only when the county is meant to change; then the printed value is taken over.
    const GOLDEN: &str = "543385c71730649eccbe8ce955a5a7eedd838ca62eee09966ddac552b99ca44e";

    fn demonstration() -> Files {
        files(&County::demonstration().unwrap(), crate::storm::FACTOR)
    }

    #[test]
    fn the_county_is_the_same_bytes_on_every_machine() {
        assert_eq!(fingerprint(&demonstration()), GOLDEN);
    }

    #[test]
    fn the_site_reads_without_a_flaw() {
        let folder = tempfile::tempdir().unwrap();
        write(&demonstration(), folder.path()).unwrap();
        let site = site::read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert!(site.demo);
        let config = &site.jurisdictions[0].config;
        assert_eq!(config.flaw(), None);
        assert_eq!(config.stations.len(), 1194);
        assert!(
            config
                .stations
                .iter()
                .all(|s| s.tags.iter().any(|t| t == "synthetic"))
        );
        assert!(site.notes.is_empty(), "{}", site.notes);
        assert_eq!(
            config.rules.len(),
            STAGE_RULES.len() + INLINE_RULES.len() + 2
        );
        assert_eq!(site.accounts.len(), config.people.len());
    }

    #[test]
    fn base64_is_written_as_in_hashes() {
        for (bytes, want) in [
            (&b"f"[..], "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
        ] {
            assert_eq!(base64(bytes), want);
        }
    }

    #[test]
    fn the_demonstration_password_opens_every_account() {
        use argon2::PasswordVerifier as _;
        let hash = password_hash("duty");
        let hash = argon2::PasswordHash::new(&hash).unwrap();
        let argon = Argon2::default();
        assert!(argon.verify_password(PASSWORD.as_bytes(), &hash).is_ok());
        assert!(argon.verify_password(b"other", &hash).is_err());
    }
}
