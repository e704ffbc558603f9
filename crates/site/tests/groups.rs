//! Groups, posts and villages as rows: who belongs to a group by what people have in common, what is said
//! about faults, and the same from a workbook.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use site::{RowChange, Sheet, Upload, read_site, review, table, workbook};
use support::{lines, with_files};

const CODE: &str = "330624";

const AREAS: &str = "code,kind,title,parent,people,title_en,lon,lat
330624103,township,沙溪镇,,9000,Shaxi,,
330624104,township,镜岭镇,,8000,Jingling,,
V1,village,董村,330624103,900,Dongcun,120.50,29.50
V1-1,grid,董村一网格,V1,,Dongcun 1,,
V1-2,grid,董村二网格,V1,,Dongcun 2,121.50,29.50
V2,village,外婆坑,330624104,400,Waipokeng,121.60,29.50
";

const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"code":"Z1","title":"滩地"},"geometry":{"type":"Polygon",
    "coordinates":[[[120.0,29.0],[121.0,29.0],[121.0,30.0],[120.0,30.0],[120.0,29.0]]]}}]}"#;

const PEOPLE: &str =
    "id,name,post_zh,post_en,role,township,phone,substitute,contacts,area,certificates
p-duty,陈值班,值班员,Duty officer,duty_officer,,0575-8600 0000,,desk push voice,,
p-zhao,赵大坝,大坝管理员,Dam keeper,responder,330624103,+86 130 0000 0001,p-duty,sms,,boat
p-head,俞主任,董村主任,Head,responder,,138-0000-0002,p-duty,sms,V1,
p-one,吕一,网格员,Grid worker,responder,330624103,138-0000-0003,,sms,V1-1,boat first-aid
p-two,石二,网格员,Grid worker,responder,,138-0000-0004,,sms,V1-2,
p-far,丁三,外婆坑主任,Head,responder,,138-0000-0005,,sms,V2,boat
";

const POSTS: &str = r#"[[post]]
id = "town-duty"
title = "镇值班"
kind = "duty"
people = ["p-zhao"]
"#;

/// Ids and members of the groups of a site with these groups.
fn members(toml: &str, csv: &str) -> Vec<(String, Vec<String>)> {
    let folder = folder(toml, csv);
    let site = read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
    let config = &site.jurisdictions[0].config;
    assert_eq!(config.flaw(), None);
    assert!(
        config.areas.iter().all(|area| !area.code.starts_with('V')),
        "decisions know no villages"
    );
    let groups = config.groups.iter();
    let members = |group: &model::config::Group| {
        let members = group.members.iter().map(|member| member.0.clone());
        (group.id.0.clone(), members.collect())
    };
    groups.map(members).collect()
}

fn folder(toml: &str, csv: &str) -> tempfile::TempDir {
    with_files(&[
        ("jurisdictions/330624/areas.csv", AREAS),
        ("jurisdictions/330624/zones.geojson", ZONES),
        ("jurisdictions/330624/people.csv", PEOPLE),
        ("jurisdictions/330624/posts.toml", POSTS),
        ("jurisdictions/330624/groups.toml", toml),
        ("jurisdictions/330624/groups.csv", csv),
    ])
}

const HEADING: &str =
    "id,title_zh,members,posts,townships,villages,grids,zones,certificates,except\n";

#[test]
fn a_group_is_whoever_has_in_common_what_it_says() {
    for (row, want) in [
        ("p-far,,,,,,,", &["p-far"][..]),
        (",,330624103,,,,,", &["p-zhao", "p-head", "p-one", "p-two"]),
        (",,,V1,,,,", &["p-head", "p-one", "p-two"]),
        (",,,,V1-1 V1-2,,,", &["p-one", "p-two"]),
        // The village lies in the zone, its second grid has a point of its own outside it.
        (",,,,,Z1,,", &["p-head", "p-one"]),
        (",,,,,,boat,", &["p-zhao", "p-one", "p-far"]),
        (",,330624103,,,,boat,", &["p-zhao", "p-one"]),
        (",,330624103 330624104,,,,boat,p-zhao", &["p-one", "p-far"]),
        // Named people, and then those who have something in common, each once.
        ("p-two p-one,,,,,,first-aid,", &["p-two", "p-one"]),
    ] {
        let csv = format!("{HEADING}g,组,{row}\n");
        assert_eq!(members("", &csv)[0].1, want, "{row}");
    }
    let toml = "[[group]]\nid = \"boats\"\ntitle = \"会开船的\"\ntownships = [\"330624103\"]\n\
                certificates = [\"boat\"]\nexcept = [\"p-zhao\"]\nposts = [\"town-duty\"]\n";
    let csv = format!("{HEADING}far,远,,,330624104,,,,,\n");
    let all = members(toml, &csv);
    assert_eq!(all[0], ("boats".to_owned(), vec!["p-one".to_owned()]));
    assert_eq!(all[1], ("far".to_owned(), vec!["p-far".to_owned()]));
}

#[test]
fn faults_of_groups_are_told_with_their_place() {
    let once = "[[group]]\nid = \"g\"\ntitle = \"组\"\nmembers = [\"p-one\"]\n";
    for (toml, row, want) in [
        (
            once,
            "g,组,p-one,,,,,,,",
            "groups.csv:2:1: `g` is there twice",
        ),
        ("", "g,组,,,,,,,,", "group `g` names nobody"),
        ("", "g,,p-one,,,,,,,", "a group needs an id and a title"),
        ("", "g,组,p-oen,,,,,,,", "no person `p-oen` in people.csv"),
        (
            "",
            "g,组,,town-dty,,,,,,",
            "no post `town-dty` in posts.toml",
        ),
        (
            "",
            "g,组,,,330624130,,,,,",
            "no township of anybody is `330624130`",
        ),
        ("", "g,组,,,,V11,,,,", "no village is `V11`"),
        ("", "g,组,,,,,V1,,,", "no grid is `V1`"),
        ("", "g,组,,,,,,Z2,,", "no zone is `Z2`"),
        (
            "",
            "g,组,,,,,,,boats,",
            "no certificate of anybody is `boats`",
        ),
        (
            "",
            "g,组,,,330624104,,,,first-aid,",
            "nobody belongs to group `g`",
        ),
        ("", "g,组,p-one,,,,,,,p-one", "nobody belongs to group `g`"),
    ] {
        let folder = folder(toml, &format!("{HEADING}{row}\n"));
        let found = lines(&read_site(folder.path()).unwrap_err());
        assert!(
            found.iter().any(|line| line.contains(want)),
            "{want}: {found:#?}"
        );
    }
}

#[test]
fn faults_of_villages_and_of_who_answers_for_them_are_told() {
    let edit = |file: &str, text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let folder = folder("", &format!("{HEADING}g,组,p-one,,,,,,,\n"));
        let path = folder.path().join("jurisdictions/330624").join(file);
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        lines(&read_site(folder.path()).unwrap_err())
    };
    for (from, to, want) in [
        (
            "330624103,900",
            "330624130,900",
            "no township `330624130` in this file",
        ),
        ("一网格,V1", "一网格,V3", "no village `V3` in this file"),
        ("一网格,V1", "一网格,", "`V1-1` lies in no village"),
        ("V2,village", "V1,village", "`V1` is there twice"),
        ("120.50", "220.50", "`220.50` is no degree"),
        ("V2,village", "V2,vilage", "`vilage` is no kind of area"),
    ] {
        let found = edit("areas.csv", AREAS, from, to);
        assert!(
            found.iter().any(|line| line.contains(want)),
            "{want}: {found:#?}"
        );
    }
    for (from, to, want) in [
        ("sms,V2", "sms,V9", "no village or grid `V9` in areas.csv"),
        (
            "330624103,138-0000-0003",
            "330624104,138-0000-0003",
            "`V1-1` lies in township 330624103, and the person is of 330624104",
        ),
    ] {
        let found = edit("people.csv", PEOPLE, from, to);
        assert!(
            found.iter().any(|line| line.contains(want)),
            "{want}: {found:#?}"
        );
    }
}

#[test]
fn units_and_posts_come_in_rows_beside_the_file() {
    let folder = folder("", &format!("{HEADING}g,组,,keeper,,,,,,\n"));
    let write = |file: &str, text: &str| {
        fs::write(folder.path().join("jurisdictions/330624").join(file), text).unwrap();
    };
    write(
        "units.csv",
        "id,title_zh,title_en,parent\noffice,水利站,Water station,\ndam,大坝,,office\n",
    );
    write(
        "posts.csv",
        "id,title_zh,kind,people,unit\nkeeper,巡查员,keeper,p-zhao p-far,dam\n",
    );
    let site = read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
    let organisation = &site.jurisdictions[0].config.organisation;
    assert_eq!(organisation.units[1].parent.as_deref(), Some("office"));
    let keeper = &organisation.posts[1];
    assert_eq!((keeper.id.as_str(), keeper.people.len()), ("keeper", 2));
    for (file, text, want) in [
        (
            "units.csv",
            "id,title_zh,parent\na,甲,b\nb,乙,a\n",
            "stands above itself",
        ),
        ("units.csv", "id,title_zh\na,\n", "a unit needs a title"),
        (
            "units.csv",
            "id,title_zh,parent\na,甲,c\n",
            "no unit `c` in this file",
        ),
        (
            "posts.csv",
            "id,title_zh,kind,people\ntown-duty,值班,duty,p-far\n",
            "`town-duty` is there twice",
        ),
        (
            "posts.csv",
            "id,title_zh,kind,people\nkeeper,巡查,keeper,\n",
            "nobody holds `keeper`",
        ),
        (
            "posts.csv",
            "id,title_zh,kind,people,unit\nkeeper,巡查,keeper,p-far,x\n",
            "no unit `x` in this file",
        ),
    ] {
        write(file, text);
        let found = lines(&read_site(folder.path()).unwrap_err());
        assert!(
            found.iter().any(|line| line.contains(want)),
            "{want}: {found:#?}"
        );
        write("units.csv", "id,title_zh\noffice,水利站\n");
        write(
            "posts.csv",
            "id,title_zh,kind,people\nkeeper,巡查员,keeper,p-zhao\n",
        );
    }
}

#[test]
fn a_table_goes_out_as_a_workbook_and_comes_back_with_what_was_changed() {
    let folder = folder("", &format!("{HEADING}g,组,p-one,,,,,,,\n"));
    let mut people = table(folder.path(), CODE, Sheet::People, None).unwrap();
    let look = |bytes: &[u8], upload| review(folder.path(), CODE, Sheet::People, upload, bytes);
    let same = look(&workbook(&people).unwrap(), Upload::Replace).unwrap();
    assert!(same.is_sound() && same.rows.is_empty(), "{same:?}");
    people.rows[3][6] = "138-0000-0033".to_owned();
    people.rows.remove(5);
    let bytes = workbook(&people).unwrap();
    let changed = RowChange::Changed {
        key: "p-one".to_owned(),
        cells: vec![(
            "phone".to_owned(),
            "138-0000-0003".to_owned(),
            "138-0000-0033".to_owned(),
        )],
    };
    let merged = look(&bytes, Upload::Merge).unwrap();
    let alone = std::slice::from_ref(&changed);
    assert_eq!(merged.rows, alone, "rows that are not in it stay");
    let whole = look(&bytes, Upload::Replace).unwrap();
    let gone = RowChange::Removed {
        key: "p-far".to_owned(),
    };
    assert_eq!(whole.rows, [changed, gone]);
    whole.write().unwrap();
    let site = read_site(folder.path()).unwrap();
    assert_eq!(site.jurisdictions[0].people.len(), 5);
    let wrong = look(b"PK\x03\x04", Upload::Merge).unwrap_err();
    assert!(wrong.to_string().contains("save it as XLSX"), "{wrong}");
}
