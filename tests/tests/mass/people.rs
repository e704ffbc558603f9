//! Who they are, how each phone behaves, and the site folder with all of them.

use std::path::{Path, PathBuf};

use outside::{copy, count, root};

/// Two thousand when the random tests are long, see `WATCHFIRE_SEEDS`; else a tenth of them.
pub(crate) fn people() -> usize {
    if count("WATCHFIRE_SEEDS", 0) >= 500 {
        2000
    } else {
        200
    }
}

/// People who are called in for those who never answer.
pub(crate) const SUBSTITUTES: usize = 10;

/// Before the command comes so many have no network; as many lose it when they have read it.
pub(crate) fn away() -> usize {
    people() * 15 / 100
}

/// The app of so many says that it has arrived, and they never answer.
pub(crate) fn mute() -> usize {
    people() * 25 / 1000
}

/// Nothing is ever heard of so many.
pub(crate) fn dark() -> usize {
    mute()
}

/// How long a phone is without network, in seconds of the site.
pub(crate) const OFFLINE_S: f64 = 20.0 * 60.0;

pub(crate) const COMMAND: &str = "cmd-all";
pub(crate) const WORDING: &str = "All to the school on the hill, now.";
/// `mass`, by parameters that cost two thousand logins nothing; the site is a demonstration.
pub(crate) const HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$38N49BCzy9Z18MxREDCG2Q$gJTGcNTX74e3sv1iYvBxVOaAe2hehMN4lOKnRodBFvM";

/// How somebody's phone behaves in this night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Prompt,
    /// Without network before the command and long after.
    Away,
    /// Read it, lost the network, and answered without it.
    Cut,
    Mute,
    Dark,
}

pub(crate) fn kind_of(place: usize) -> Kind {
    // Spread over the county, so that no kind is one end of a list.
    let place = place * 7 % people();
    match place {
        _ if place < dark() => Kind::Dark,
        _ if place < dark() + mute() => Kind::Mute,
        _ if place < dark() + mute() + away() => Kind::Away,
        _ if place < dark() + mute() + 2 * away() => Kind::Cut,
        _ => Kind::Prompt,
    }
}

pub(crate) fn person(place: usize) -> String {
    format!("p-{place:04}")
}

/// The good site of the site tests with these people, whose clock goes `pace` times as fast.
pub(crate) fn site(folder: &Path, pace: f64) -> PathBuf {
    let site = folder.join("site");
    copy(&root().join("crates/site/tests/good"), &site);
    let file = site.join("site.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let policy = "[policy]\n";
    assert!(text.contains("factor = 60") && text.contains(policy));
    let text = text.replace("factor = 60", &format!("factor = {pace}"));
    // Ten seconds of the officer who may stop it, however fast the site's clock goes.
    let hold_s = 10.0 * pace;
    let text = text.replace(
        policy,
        &format!("[policy]\ncommand = {{ hold = \"{hold_s}s\", approve_from = \"red\" }}\n"),
    );
    std::fs::write(&file, text).unwrap();

    let mut list = "id,name,post_zh,post_en,role,township,phone,substitute\n\
        p-duty,陈值班,值班员,Duty officer,duty_officer,,0575-8600 0000,\n\
        p-lead,李县长,带班领导,Leader,duty_officer,,0575-8600 0001,\n\
        p-zhao,赵大坝,大坝管理员,Dam keeper,responder,330624103,,\n"
        .to_owned();
    let mut accounts = String::new();
    let mut login = |person: &str| {
        accounts.push_str(&format!(
            "[[account]]\nlogin = \"{person}\"\nperson = \"{person}\"\nhash = \"{HASH}\"\n"
        ));
    };
    login("p-duty");
    login("p-lead");
    let silent: Vec<usize> = (0..people()).filter(|p| is_silent(kind_of(*p))).collect();
    for place in 0..people() {
        let id = person(place);
        let stand_in = silent[..SUBSTITUTES].iter().position(|p| *p == place);
        let stand_in = stand_in.map_or(String::new(), |n| format!("s-{n:04}"));
        list.push_str(&format!(
            "{id},责任人{place:04},责任人,Keeper,responder,330624103,,{stand_in}\n"
        ));
        login(&id);
    }
    for place in 0..SUBSTITUTES {
        let id = format!("s-{place:04}");
        list.push_str(&format!(
            "{id},代班{place:04},代班,Deputy,responder,330624103,,\n"
        ));
        login(&id);
    }
    let members: Vec<String> = (0..people())
        .map(|p| format!("\"{}\"", person(p)))
        .collect();
    let of = site.join("jurisdictions/330624");
    let groups = std::fs::read_to_string(of.join("groups.toml")).unwrap();
    let everyone = format!(
        "{groups}\n[[group]]\nid = \"everyone\"\ntitle = {{ zh = \"全体\", en = \"Everyone\" }}\nmembers = [{}]\n",
        members.join(", ")
    );
    std::fs::write(of.join("people.csv"), list).unwrap();
    std::fs::write(of.join("groups.toml"), everyone).unwrap();
    std::fs::write(of.join("templates.toml"), TEMPLATES).unwrap();
    std::fs::write(site.join("accounts.toml"), accounts).unwrap();
    site
}

pub(crate) const TEMPLATES: &str = r#"
[[template]]
id = "move"
title = { zh = "转移", en = "Move" }
wording = { zh = "立即转移到山上学校。", en = "All to the school on the hill, now." }
proof = false
correction = "disregard"
[template.clocks]
red = { ack_by = "5m" }
[[template]]
id = "disregard"
title = { zh = "前令作废", en = "Disregard" }
wording = { zh = "前一条指令作废。", en = "Disregard the last order." }
proof = false
kind = "correction"
[template.clocks]
"#;

pub(crate) fn is_silent(kind: Kind) -> bool {
    matches!(kind, Kind::Mute | Kind::Dark)
}
