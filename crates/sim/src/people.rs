//! The invented people of the demonstration county: who they are, whom they stand in for, and the
//! groups that receive commands together. No name here belongs to anybody; no number can be rung.

use std::collections::BTreeSet;

use crate::county::County;
use crate::noise::Dice;

/// The password of every demonstration login.
pub const PASSWORD: &str = "demo";

/// The login that is left to a human with a phone; simulated responders never use it.
pub const PHONE_LOGIN: &str = "phone";

/// Most village heads in the people file.
const HEADS: usize = 60;

/// Members of the county's rescue team.
const RESCUERS: usize = 10;

/// One invented person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub post: String,
    pub post_en: String,
    /// As the people file writes it.
    pub role: &'static str,
    /// Code of the township they answer for.
    pub township: Option<String>,
    pub phone: String,
    /// Who is told when this person does not answer.
    pub substitute: Option<String>,
}

/// People who receive a command together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub members: Vec<String>,
}

/// A demonstration login and its person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub login: String,
    pub person: String,
}

/// Everybody.
#[derive(Clone, Debug)]
pub struct People {
    pub people: Vec<Person>,
    pub groups: Vec<Group>,
    pub logins: Vec<Login>,
}

impl People {
    /// The people of a county.
    pub fn of(county: &County) -> People {
        let mut hall = Hall::new(county.seed);
        county_desk(&mut hall);
        townships(&mut hall, county);
        let heads = village_heads(&mut hall, county);
        dams(&mut hall, county);
        rescuers(&mut hall);
        leaders(&mut hall);
        let groups = groups(&hall, county, &heads);
        let logins = logins(&hall, county, &heads);
        People {
            people: hall.people,
            groups,
            logins,
        }
    }
}

/// Where people are entered one after another, each with a name nobody has yet.
struct Hall {
    dice: Dice,
    taken: BTreeSet<String>,
    people: Vec<Person>,
}

/// Family names common in these hills, and given names of three generations.
const FAMILY: [&str; 20] = [
    "陈", "张", "俞", "吕", "梁", "潘", "赵", "石", "王", "章", "杨", "丁", "何", "徐", "盛", "竺",
    "求", "周", "吴", "袁",
];
const GIVEN: [&str; 36] = [
    "建忠", "国强", "伟江", "水根", "金木", "志明", "立群", "海波", "大春", "春燕", "亚芬", "雪芹",
    "小娟", "彩英", "丽萍", "国平", "永康", "小东", "炳炎", "月琴", "新华", "伯元", "林法", "杏花",
    "晓峰", "佳琪", "文斌", "美珍", "柏松", "根土", "少华", "云飞", "庆丰", "玉兰", "其昌", "天明",
];

impl Hall {
    fn new(seed: u64) -> Hall {
        Hall {
            dice: Dice::new(seed, "people"),
            taken: BTreeSet::new(),
            people: Vec::new(),
        }
    }

    fn add(&mut self, id: &str, role: &'static str, post: &str, post_en: &str) -> &mut Person {
        let name = loop {
            let family = FAMILY[self.dice.below(FAMILY.len())];
            let given = GIVEN[self.dice.below(GIVEN.len())];
            let name = format!("{family}{given}");
            if self.taken.insert(name.clone()) {
                break name;
            }
        };
        // 138-0000 is no exchange of any operator.
        let phone = format!("138-0000-{:04}", self.people.len() + 1);
        self.people.push(Person {
            id: id.to_owned(),
            name,
            post: post.to_owned(),
            post_en: post_en.to_owned(),
            role,
            township: None,
            phone,
            substitute: None,
        });
        self.people.last_mut().expect("a person was just added")
    }

    fn ids(&self, wanted: impl Fn(&Person) -> bool) -> Vec<String> {
        self.people
            .iter()
            .filter(|p| wanted(p))
            .map(|p| p.id.clone())
            .collect()
    }
}

fn county_desk(hall: &mut Hall) {
    let posts = [
        ("duty-1", "duty_officer", "县值班员", "County duty officer"),
        (
            "duty-2",
            "duty_officer",
            "县副值班员",
            "County deputy duty officer",
        ),
        (
            "duty-3",
            "duty_officer",
            "县带班领导",
            "County leader on duty",
        ),
        ("admin-1", "administrator", "系统管理员", "Administrator"),
        ("planner-1", "planner", "预案专员", "Planner"),
        (
            "viewer-1",
            "viewer",
            "县防汛办观察席",
            "Observer, flood office",
        ),
    ];
    for (id, role, post, post_en) in posts {
        hall.add(id, role, post, post_en);
    }
}

fn townships(hall: &mut Hall, county: &County) {
    for town in &county.ground.townships {
        let number = &town.code[6..];
        let (first, second) = (format!("town-{number}"), format!("deputy-{number}"));
        let (post, post_en) = (
            format!("{}值班长", town.name),
            format!("Duty chief, {}", town.name_en),
        );
        let person = hall.add(&first, "responder", &post, &post_en);
        person.township = Some(town.code.clone());
        person.substitute = Some(second.clone());
        let (post, post_en) = (
            format!("{}副值班", town.name),
            format!("Deputy on duty, {}", town.name_en),
        );
        let person = hall.add(&second, "responder", &post, &post_en);
        person.township = Some(town.code.clone());
        person.substitute = Some("duty-2".to_owned());
    }
}

/// Whoever is called when the desk does not answer. Last, so that nobody before gets another name.
fn leaders(hall: &mut Hall) {
    let posts = [
        ("leader-1", "duty_officer", "县带班领导", "County leader"),
        ("chief-1", "viewer", "县长", "Head of the county"),
        (
            "province-1",
            "viewer",
            "省厅值班员",
            "Province duty officer",
        ),
        ("dept-water", "viewer", "县水利局值班", "Water department"),
        ("dept-land", "viewer", "县资规局值班", "Land department"),
    ];
    for (id, role, post, post_en) in posts {
        hall.add(id, role, post, post_en);
    }
}

/// Heads of the riverside villages, downstream river by river: person id, village slot, river.
fn village_heads(hall: &mut Hall, county: &County) -> Vec<(String, usize, usize)> {
    let mut riverside: Vec<(usize, usize, usize)> = county
        .villages
        .iter()
        .enumerate()
        .filter_map(|(slot, village)| village.river.map(|(river, step)| (river, step, slot)))
        .collect();
    riverside.sort_unstable();
    riverside.truncate(HEADS);
    let mut heads = Vec::new();
    for (number, (river, _, slot)) in riverside.into_iter().enumerate() {
        let village = &county.villages[slot];
        let town = &county.ground.townships[village.township];
        let id = format!("head-{:02}", number + 1);
        let post = format!("{}{}主任", town.name.trim_end_matches("街道"), village.name);
        let post_en = format!("Head of {} village", village.name_en);
        let person = hall.add(&id, "responder", &post, &post_en);
        person.township = Some(town.code.clone());
        person.substitute = Some(format!("town-{}", &town.code[6..]));
        heads.push((id, slot, river));
    }
    heads
}

fn dams(hall: &mut Hall, county: &County) {
    for (river, keys) in county.rivers.iter().zip(["changzhao", "", "qincun"]) {
        let Some(dam) = river.dam else { continue };
        let (keeper, second) = (format!("dam-{keys}"), format!("dam-{keys}-2"));
        let post = format!("{}巡查员", dam.name);
        let person = hall.add(
            &keeper,
            "responder",
            &post,
            &format!("Keeper, {}", dam.name_en),
        );
        person.substitute = Some(second.clone());
        let post = format!("{}副班", dam.name);
        let person = hall.add(
            &second,
            "responder",
            &post,
            &format!("Second, {}", dam.name_en),
        );
        person.substitute = Some("duty-2".to_owned());
    }
}

fn rescuers(hall: &mut Hall) {
    for number in 1..=RESCUERS {
        let (post, post_en) = match number {
            1 => ("县抢险队队长", "Leader, county rescue team"),
            _ => ("县抢险队队员", "County rescue team"),
        };
        let person = hall.add(&format!("rescue-{number:02}"), "responder", post, post_en);
        person.substitute = Some(if number == 1 { "duty-2" } else { "rescue-01" }.to_owned());
    }
}

fn groups(hall: &Hall, county: &County, heads: &[(String, usize, usize)]) -> Vec<Group> {
    let mut groups = vec![Group {
        id: "townships".to_owned(),
        title: "各乡镇街道值班长".to_owned(),
        title_en: "Duty chiefs of all townships".to_owned(),
        members: hall.ids(|p| p.id.starts_with("town-")),
    }];
    for (slot, river) in county.rivers.iter().enumerate() {
        let members: Vec<String> = heads
            .iter()
            .filter(|(_, _, r)| *r == slot)
            .map(|(id, ..)| id.clone())
            .collect();
        groups.push(Group {
            id: format!("villages-{}", river.id),
            title: format!("{}沿线村主任", river.name),
            title_en: format!("Village heads along the {}", river.name_en),
            members,
        });
    }
    let named = [
        ("dams", "水库巡查员", "Dam keepers", "dam-"),
        ("rescue", "县抢险队", "County rescue team", "rescue-"),
    ];
    for (id, title, title_en, prefix) in named {
        groups.push(Group {
            id: id.to_owned(),
            title: title.to_owned(),
            title_en: title_en.to_owned(),
            members: hall.ids(|p| p.id.starts_with(prefix)),
        });
    }
    for town in &county.ground.townships {
        groups.push(Group {
            id: format!("town-{}", &town.code[6..]),
            title: format!("{}值班与村主任", town.name),
            title_en: format!("Duty and village heads, {}", town.name_en),
            members: hall.ids(|p| p.township.as_deref() == Some(town.code.as_str())),
        });
    }
    groups
}

/// Short logins for people at screens; everybody else's login is their id.
fn logins(hall: &Hall, county: &County, heads: &[(String, usize, usize)]) -> Vec<Login> {
    let phone = phone_person(county, heads);
    let short = [
        ("duty", "duty-1"),
        (PHONE_LOGIN, phone.as_str()),
        ("planner", "planner-1"),
        ("admin", "admin-1"),
        ("viewer", "viewer-1"),
    ];
    let login = |login: &str, person: &str| Login {
        login: login.to_owned(),
        person: person.to_owned(),
    };
    let mut logins: Vec<Login> = short
        .iter()
        .map(|(name, person)| login(name, person))
        .collect();
    let taken: BTreeSet<&str> = short.iter().map(|(_, person)| *person).collect();
    let others = hall
        .people
        .iter()
        .filter(|p| !taken.contains(p.id.as_str()));
    logins.extend(others.map(|p| login(&p.id, &p.id)));
    logins
}

/// The village head whose phone a visitor holds: the fourth below the great dam.
fn phone_person(county: &County, heads: &[(String, usize, usize)]) -> String {
    let below = heads.iter().filter(|(_, slot, river)| {
        let dam = county.rivers[*river].dam.map_or(usize::MAX, |dam| dam.step);
        *river == 0
            && county.villages[*slot]
                .river
                .is_some_and(|(_, step)| step > dam)
    });
    below
        .map(|(id, ..)| id.clone())
        .nth(3)
        .unwrap_or_else(|| "head-01".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn people() -> People {
        People::of(&County::demonstration().unwrap())
    }

    #[test]
    fn every_township_has_its_duty_chief_and_the_rivers_their_village_heads() {
        let people = people();
        let count = |prefix: &str| {
            people
                .people
                .iter()
                .filter(|p| p.id.starts_with(prefix))
                .count()
        };
        assert_eq!((count("town-"), count("deputy-")), (12, 12));
        assert_eq!(count("head-"), 60);
        assert_eq!(
            (count("dam-"), count("rescue-"), count("duty-")),
            (4, 10, 3)
        );
    }

    #[test]
    fn names_and_ids_are_unique_and_numbers_cannot_be_rung() {
        let people = people();
        let names: BTreeSet<_> = people.people.iter().map(|p| &p.name).collect();
        let ids: BTreeSet<_> = people.people.iter().map(|p| &p.id).collect();
        assert_eq!(names.len(), people.people.len());
        assert_eq!(ids.len(), people.people.len());
        assert!(
            people
                .people
                .iter()
                .all(|p| p.phone.starts_with("138-0000-"))
        );
    }

    #[test]
    fn substitutes_members_and_logins_name_people_who_exist() {
        let people = people();
        let ids: BTreeSet<&str> = people.people.iter().map(|p| p.id.as_str()).collect();
        for person in &people.people {
            assert!(
                person
                    .substitute
                    .as_deref()
                    .is_none_or(|s| ids.contains(s) && s != person.id)
            );
        }
        for group in &people.groups {
            assert!(!group.members.is_empty(), "{}", group.id);
            assert!(
                group.members.iter().all(|m| ids.contains(m.as_str())),
                "{}",
                group.id
            );
        }
        assert_eq!(
            people.logins.len(),
            people.people.len(),
            "one login a person"
        );
        assert!(
            people
                .logins
                .iter()
                .all(|l| ids.contains(l.person.as_str()))
        );
    }
}
