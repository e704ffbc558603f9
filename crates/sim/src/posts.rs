//! Units, posts and rosters of the demonstration county, and the policies it ships with.

use std::fmt::Write as _;

use crate::county::County;
use crate::site_folder::{HEAD, text};

/// The defaults of a county, as they stand in `deploy/`.
pub(crate) const POLICIES: &str = include_str!("../../../deploy/policies/county.toml");

/// The night shift of the first crew begins the evening before the storm.
const FROM: &str = "2026-08-20T20:00:00+08:00";

/// Posts of the county: id, titles, kind, and who holds it.
const COUNTY: [(&str, (&str, &str), &str, &str); 5] = [
    (
        "county-deputy",
        ("县值班副班", "County deputy on duty"),
        "deputy",
        "duty-3",
    ),
    (
        "county-leader",
        ("县带班领导", "County leader on duty"),
        "leader",
        "leader-1",
    ),
    (
        "county-head",
        ("县长", "Head of the county"),
        "head",
        "chief-1",
    ),
    (
        "province-desk",
        ("省应急厅值班室", "Province duty desk"),
        "province",
        "province-1",
    ),
    (
        "departments",
        ("县水利局、资规局", "Water and land departments"),
        "department",
        "dept-water\", \"dept-land",
    ),
];

/// `posts.toml`.
pub(crate) fn posts(county: &County) -> String {
    let mut out = HEAD.to_owned();
    let mut unit = |id: &str, title: (&str, &str), rest: &str| {
        write!(
            out,
            "\n[[unit]]\nid = \"{id}\"\ntitle = {}\n{rest}",
            text(title)
        )
        .expect("writing to a string");
    };
    unit("county", ("新昌县人民政府", "County government"), "");
    unit(
        "county-office",
        ("县应急管理局", "County emergency office"),
        "parent = \"county\"\n",
    );
    for town in &county.ground.townships {
        let rest = format!("parent = \"county\"\ntownship = \"{}\"\n", town.code);
        unit(
            &format!("town-{}", &town.code[6..]),
            (&town.name, &town.name_en),
            &rest,
        );
    }
    write!(
        out,
        "\n[[post]]\nid = \"county-duty\"\ntitle = {}\nkind = \"duty\"\nunit = \"county-office\"\n\
         [post.roster]\nfrom = \"{FROM}\"\nshifts = [\"12h\", \"12h\"]\n\
         crews = [[\"duty-1\"], [\"duty-2\"]]\nhandover = true\n",
        text(("县值班室", "County duty desk")),
    )
    .expect("writing to a string");
    for (id, title, kind, people) in COUNTY {
        write!(
            out,
            "\n[[post]]\nid = \"{id}\"\ntitle = {}\nkind = \"{kind}\"\nunit = \"county\"\n\
             people = [\"{people}\"]\n",
            text(title),
        )
        .expect("writing to a string");
    }
    for town in &county.ground.townships {
        let number = &town.code[6..];
        let (zh, en) = (
            format!("{}值班", town.name),
            format!("Duty, {}", town.name_en),
        );
        write!(
            out,
            "\n[[post]]\nid = \"town-{number}-duty\"\ntitle = {}\nkind = \"duty\"\n\
             unit = \"town-{number}\"\ntownship = \"{}\"\n\
             [post.roster]\nfrom = \"{FROM}\"\nshifts = [\"24h\"]\n\
             crews = [[\"town-{number}\"], [\"deputy-{number}\"]]\n",
            text((&zh, &en)),
            town.code,
        )
        .expect("writing to a string");
    }
    out
}

/// How a person is reached, in order, as the people file writes it. Of those in the field only the one whose
/// phone a visitor holds has a browser that can be woken.
pub(crate) fn contacts(id: &str, role: &str, held: bool) -> &'static str {
    match role {
        "duty_officer" if id.starts_with("duty-") => "desk push voice sms",
        "duty_officer" => "push voice sms",
        "responder" if held => "push sms voice",
        "responder" => "sms voice",
        _ if id.starts_with("dept-") => "sms mail",
        _ => "voice sms",
    }
}
