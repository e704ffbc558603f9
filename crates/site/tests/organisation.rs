//! Posts, rosters and escalations as files: what is read from them, and what is said about faults.
#![allow(clippy::unwrap_used)]

mod support;

use model::config::Target;
use model::page::Channel;
use model::{Level, Time};
use site::{in_force, read_site};
use support::{lines, with_files};

const PEOPLE: &str = "id,name,post_zh,post_en,role,township,phone,substitute,contacts
p-duty,陈值班,值班员,Duty officer,duty_officer,,0575-8600 0000,,desk push voice
p-zhao,赵大坝,大坝管理员,Dam keeper,responder,330624103,+86 130 0000 0001,p-duty,sms
";

const POSTS: &str = r#"look_ahead = "3d"
[[unit]]
id = "office"
title = "县应急管理局"
[[post]]
id = "county-duty"
title = "县值班室"
kind = "duty"
unit = "office"
[post.roster]
from = "2026-07-13T08:00:00+08:00"
shifts = ["12h", "12h"]
crews = [["p-duty"], ["p-zhao", "p-duty"]]
least = 1
sign_in = "15m"
handover = true
[[post]]
id = "town-duty"
title = "镇值班"
kind = "duty"
township = "330624103"
people = ["p-zhao"]
"#;

const POLICIES: &str = r#"[[escalation]]
id = "red"
title = "红色"
levels = ["red"]
loops = 1
loop_after = "5m"
exhausted = [{ to = ["person:p-zhao"], by = ["sms"] }]
[[escalation.step]]
after = "0s"
call = [{ to = ["post:county-duty"], by = ["desk"] }, { to = ["township:duty"] }]
[[escalation.step]]
after = "10m"
must = true
call = [{ to = ["group:dam-keepers"], by = ["voice", "sms"] }]
[[escalation]]
id = "roll"
title = "点名"
for = "roll_call"
[[escalation.step]]
after = "0s"
call = [{ to = ["called"] }]
[[limit]]
channel = "voice"
count = 3
per = "15m"
"#;

const GROUPS: &str = r#"[[group]]
id = "dam-keepers"
title = "水库巡查员"
members = ["p-zhao"]
posts = ["town-duty"]
"#;

fn folder(people: &str, posts: &str, groups: &str, policies: &str) -> tempfile::TempDir {
    with_files(&[
        ("jurisdictions/330624/people.csv", people),
        ("jurisdictions/330624/posts.toml", posts),
        ("jurisdictions/330624/groups.toml", groups),
        ("jurisdictions/330624/policies/10.toml", policies),
    ])
}

#[test]
fn an_organisation_is_read_as_it_is_written() {
    let site = read_site(folder(PEOPLE, POSTS, GROUPS, POLICIES).path()).unwrap();
    let config = &site.jurisdictions[0].config;
    assert_eq!(config.flaw(), None);
    assert_eq!(
        config.people[0].contacts,
        [Channel::Desk, Channel::Push, Channel::Voice]
    );
    let posts = &config.organisation;
    assert_eq!(posts.look_ahead_ms, 3 * 86_400_000);
    let roster = posts.posts[0].roster.as_ref().unwrap();
    let at: Time = "2026-07-13T21:00:00+08:00".parse().unwrap();
    let shift = roster.shift_at(at).unwrap();
    assert_eq!(roster.crew(&shift).len(), 2);
    assert!(roster.handover);
    assert_eq!(config.groups[0].posts[0].as_str(), "town-duty");
    let red = &posts.escalations[0];
    assert_eq!(
        (red.levels.as_slice(), red.loops),
        ([Level::Red].as_slice(), 1)
    );
    assert_eq!(red.steps[0].calls[1].to, [Target::Township("duty".into())]);
    assert!(red.steps[1].must);
    assert!(
        posts.escalations[1].confirm_all,
        "a roll-call asks everybody"
    );
    let told = in_force(config);
    assert!(
        told.contains("escalation red: red, again 1 times after 5m"),
        "{told}"
    );
    assert!(
        told.contains("10m (clock of the law) group:dam-keepers by voice, sms"),
        "{told}"
    );
    assert!(told.contains("limit voice: 3 in 15m"), "{told}");
}

fn fault(people: &str, posts: &str, policies: &str, want: &str) {
    let folder = folder(people, posts, GROUPS, policies);
    let found = read_site(folder.path()).unwrap_err();
    let all = lines(&found);
    assert!(
        all.iter().any(|line| line.contains(want)),
        "{want}: {all:#?}"
    );
}

#[test]
fn faults_of_rosters_are_told_with_their_place() {
    let posts = |from: &str, to: &str| {
        assert!(POSTS.contains(from), "{from}");
        POSTS.replacen(from, to, 1)
    };
    for (from, to, want) in [
        (
            "[\"p-zhao\", \"p-duty\"]]",
            "[]]",
            "posts.toml:13:22: crew 2 has nobody: its shifts would be a hole",
        ),
        (
            "\"p-zhao\", \"p-duty\"",
            "\"p-zhoa\"",
            "no person `p-zhoa` in people.csv",
        ),
        ("\"12h\", \"12h\"", "\"0s\"", "no shift is that long"),
        (
            "unit = \"office\"",
            "unit = \"offics\"",
            "no unit `offics` in this file",
        ),
        ("people = [\"p-zhao\"]\n", "", "nobody holds `town-duty`"),
        (
            "id = \"town-duty\"",
            "id = \"county-duty\"",
            "`county-duty` is there twice",
        ),
        (
            "title = \"县应急管理局\"",
            "title = \"县\"\nparent = \"office\"",
            "unit `office` stands above itself",
        ),
    ] {
        fault(PEOPLE, &posts(from, to), POLICIES, want);
    }
}

#[test]
fn faults_of_policies_are_told_with_their_place() {
    for (from, to, want) in [
        (
            "loops = 1",
            "loops = 99",
            "policies/10.toml:5:9: goes through its steps again and again without an end",
        ),
        (
            "by = [\"voice\", \"sms\"]",
            "by = [\"mail\"]",
            "step 2 is empty: nobody it names can be reached that way",
        ),
        (
            "post:county-duty",
            "post:county-dutty",
            "no post `county-dutty` in posts.toml",
        ),
        (
            "township:duty",
            "township:chief",
            "no township has a post of kind `chief`",
        ),
        (
            "group:dam-keepers",
            "group:dams",
            "no group `dams` in groups.toml",
        ),
        ("person:p-zhao", "p-zhao", "`p-zhao` names nobody"),
        (
            "after = \"0s\"",
            "after = \"20m\"",
            "step 2 comes before the step above it",
        ),
        ("by = [\"desk\"]", "by = [\"dessk\"]", "`by` cannot be that"),
        (
            "loop_after = \"5m\"",
            "loop_after = \"0s\"",
            "no time to answer between two rounds",
        ),
    ] {
        assert!(POLICIES.contains(from), "{from}");
        fault(PEOPLE, POSTS, &POLICIES.replacen(from, to, 1), want);
    }
    let empty = "[[escalation]]\nid = \"e\"\ntitle = \"e\"\nlevels = [\"red\"]\n";
    fault(
        PEOPLE,
        POSTS,
        empty,
        "escalation `e` has no step: nobody would be called",
    );
}

#[test]
fn faults_of_contacts_are_told_and_a_holder_without_any_is_remarked_on() {
    fault(
        &PEOPLE.replacen("desk push", "desk pusch", 1),
        POSTS,
        POLICIES,
        "people.csv:2:59: `pusch` is no way to reach a person",
    );
    let mute = PEOPLE.replacen("+86 130 0000 0001,p-duty,sms", ",p-duty,sms", 1);
    fault(
        &mute,
        POSTS,
        POLICIES,
        "`sms` needs a telephone, and the row has none",
    );
    let none = PEOPLE.replacen(",p-duty,sms", ",p-duty,", 1);
    let policies = POLICIES.replacen("group:dam-keepers", "post:county-duty", 1);
    let site = read_site(folder(&none, POSTS, GROUPS, &policies).path()).unwrap();
    let notes = lines(&site.notes);
    let want = "`p-zhao` holds a post and cannot be called";
    assert!(notes.iter().any(|line| line.contains(want)), "{notes:#?}");
}

#[test]
fn the_policies_that_ship_are_sound_where_their_posts_are() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../deploy/policies/county.toml"
    );
    let policies = std::fs::read_to_string(path).unwrap();
    let people = PEOPLE.replace(
        "desk push voice",
        "desk push robot sms voice mail loudspeaker",
    );
    let people = people.replace(",p-duty,sms\n", ",p-duty,sms voice mail\n");
    let mut posts = POSTS.to_owned();
    for id in [
        "county-deputy",
        "county-leader",
        "county-head",
        "province-desk",
        "departments",
    ] {
        let post = format!(
            "[[post]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"{id}\"\npeople = [\"p-zhao\"]\n"
        );
        posts.push_str(&post);
    }
    let site = read_site(folder(&people, &posts, GROUPS, &policies).path()).unwrap();
    let organisation = &site.jurisdictions[0].config.organisation;
    assert_eq!(organisation.escalations.len(), 4);
    assert_eq!(organisation.limits.len(), 9);
    assert_eq!(organisation.escalations[0].steps.len(), 7);
}

const CHANNELS: &str = r#"[collapse]
least = 5
within = "20m"
patience = { sms = "3m" }
[[test]]
id = "monthly"
title = "每月测试"
every = "month"
day = 15
at = "10:00"
[[test]]
id = "weekly"
title = "每周测试"
every = "week"
day = "tuesday"
at = "15:30"
groups = ["dam-keepers"]
by = ["sms"]
"#;

#[test]
fn what_is_said_of_channels_is_read_as_it_is_written() {
    let policies = format!("{POLICIES}{CHANNELS}");
    let site = read_site(folder(PEOPLE, POSTS, GROUPS, &policies).path()).unwrap();
    let config = &site.jurisdictions[0].config;
    assert_eq!(config.flaw(), None);
    let known = &config.organisation;
    assert_eq!((known.collapse.least, known.plans.len()), (5, 2));
    assert_eq!(known.collapse.patience_ms(Channel::Sms), 180_000);
    let weekly = &known.plans[1];
    assert_eq!(weekly.channels, [Channel::Sms]);
    // 21 August 2026 is a Friday.
    let at: Time = "2026-08-21T00:00:00+08:00".parse().unwrap();
    let next: Time = "2026-08-25T15:30:00+08:00".parse().unwrap();
    assert_eq!(weekly.when.next_after(at), next);
    let told = in_force(config);
    for line in [
        "collapse: 5 people of a township tried within 20m and none reached; receipts take 2m by desk \
         push robot, 3m by sms, 5m by voice loudspeaker, 15m by mail",
        "test monthly: day 15 of every month at 10:00, everybody by every channel",
        "test weekly: every tuesday at 15:30, group:dam-keepers by sms",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    // A site that says nothing of it is asked about as is usual; one may say that nobody asks.
    let site = read_site(folder(PEOPLE, POSTS, GROUPS, POLICIES).path()).unwrap();
    assert_eq!(site.jurisdictions[0].config.organisation.collapse.least, 3);
}

#[test]
fn faults_of_what_is_said_of_channels_are_told_with_their_place() {
    for (from, to, want) in [
        (
            "patience = { sms = \"3m\" }",
            "patience = { smms = \"3m\" }",
            "`smms` is no way to reach a person",
        ),
        (
            "within = \"20m\"",
            "within = \"10m\"",
            "a channel would count as lost before a receipt can come",
        ),
        ("day = 15", "day = 31", "not every month has such a day"),
        ("day = 15", "day = \"monday\"", "`day` is not in range"),
        ("\"tuesday\"", "\"tusday\"", "`day` cannot be that"),
        ("\"15:30\"", "\"15.30\"", "no such time of day"),
        (
            "[\"dam-keepers\"]",
            "[\"dams\"]",
            "no group `dams` in groups.toml",
        ),
        ("\"weekly\"", "\"monthly\"", "`monthly` is there twice"),
        (
            "by = [\"sms\"]",
            "by = [\"mail\"]",
            "test `weekly` tries nobody",
        ),
    ] {
        assert!(CHANNELS.contains(from), "{from}");
        let policies = format!("{POLICIES}{}", CHANNELS.replacen(from, to, 1));
        fault(PEOPLE, POSTS, &policies, want);
    }
    let night = CHANNELS.replacen("10:00", "02:00", 1);
    let policies = format!("{POLICIES}{night}");
    let site = read_site(folder(PEOPLE, POSTS, GROUPS, &policies).path()).unwrap();
    let notes = lines(&site.notes);
    let want = "this test wakes people at night";
    assert!(notes.iter().any(|line| line.contains(want)), "{notes:#?}");
}

#[test]
fn a_wrong_test_of_channels_is_explained() {
    let wrong = r#"[[test]]
id = "monthly"
title = "每月测试"
every = "month"
day = 31
at = "10.00"
groups = ["dam-keeper"]
by = ["sms", "telex"]
"#;
    let found = read_site(folder(PEOPLE, POSTS, GROUPS, wrong).path()).unwrap_err();
    insta::assert_snapshot!(found.to_string());
}
