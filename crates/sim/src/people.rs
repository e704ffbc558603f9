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

/// Grid workers of a village; two villages of three have one more.
const GRIDS: usize = 5;

/// What people are certified for, as groups ask for it: keeping a grid, driving a rescue boat, first
/// aid, flying a drone.
const GRID_WORKER: &str = "grid-worker";
const BOAT: &str = "boat";
const FIRST_AID: &str = "first-aid";
const DRONE: &str = "drone";

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
    /// Code of the village or grid they answer for.
    pub area: Option<String>,
    pub certificates: Vec<&'static str>,
}

/// People who receive a command together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub members: Members,
}

/// Who belongs to a group: named people, or everybody with something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Members {
    Named(Vec<String>),
    /// With this certificate, in this township where one is given.
    Certified(&'static str, Option<String>),
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
        other_heads(&mut hall, county, &heads);
        grid_workers(&mut hall, county);
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

/// Characters of given names of those who came to the county's lists later.
const FIRST: [&str; 24] = [
    "家", "兴", "宝", "景", "思", "嘉", "良", "仁", "泽", "文", "振", "友", "惠", "秋", "瑞", "清",
    "世", "茂", "正", "方", "润", "和", "静", "全",
];
const SECOND: [&str; 24] = [
    "富", "祥", "英", "娣", "琴", "芳", "荣", "标", "炎", "飞", "娟", "奇", "康", "林", "庆", "妹",
    "洪", "琼", "培", "涛", "莲", "良", "江", "仙",
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
        self.enter(id, role, name, post, post_en)
    }

    /// As [`Hall::add`], from the longer list of names.
    fn add_one_of_many(&mut self, id: &str, post: &str, post_en: &str) -> &mut Person {
        let name = loop {
            let mut of = |all: &[&'static str]| all[self.dice.below(all.len())];
            let name = [of(&FAMILY), of(&FIRST), of(&SECOND)].concat();
            if self.taken.insert(name.clone()) {
                break name;
            }
        };
        self.enter(id, "responder", name, post, post_en)
    }

    fn enter(
        &mut self,
        id: &str,
        role: &'static str,
        name: String,
        post: &str,
        post_en: &str,
    ) -> &mut Person {
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
            area: None,
            certificates: Vec::new(),
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
        let id = format!("head-{:02}", number + 1);
        let (post, post_en) = head_of(county, slot);
        let person = hall.add(&id, "responder", &post, &post_en);
        settle(person, county, slot);
        heads.push((id, slot, river));
    }
    heads
}

/// Heads of all other villages, in the order of their codes.
fn other_heads(hall: &mut Hall, county: &County, heads: &[(String, usize, usize)]) {
    let there: BTreeSet<usize> = heads.iter().map(|(_, slot, _)| *slot).collect();
    let others = (0..county.villages.len()).filter(|slot| !there.contains(slot));
    for (number, slot) in (heads.len() + 1..).zip(others) {
        let (post, post_en) = head_of(county, slot);
        let person = hall.add_one_of_many(&format!("head-{number:02}"), &post, &post_en);
        settle(person, county, slot);
    }
}

/// Who keeps an eye on a grid of a village; one of a village is certified for first aid, one of some
/// villages drives a boat or flies a drone.
fn grid_workers(hall: &mut Hall, county: &County) {
    for (slot, village) in county.villages.iter().enumerate() {
        let riverside = village.river.is_some();
        let town = county.ground.townships[village.township].name.as_str();
        for grid in 1..=grids(slot) {
            let id = format!("grid-{:03}-{grid}", slot + 1);
            let post = format!(
                "{}{}第{grid}网格员",
                town.trim_end_matches("街道"),
                village.name
            );
            let post_en = format!("Grid worker {grid}, {} village", village.name_en);
            let person = hall.add_one_of_many(&id, &post, &post_en);
            settle(person, county, slot);
            person.area = Some(grid_code(&village.code, grid));
            person.certificates.push(GRID_WORKER);
            match grid {
                1 => person.certificates.push(FIRST_AID),
                2 if riverside => person.certificates.push(BOAT),
                3 if slot % 10 == 0 => person.certificates.push(DRONE),
                _ => {}
            }
        }
    }
}

/// Grids of a village by its slot.
pub(crate) fn grids(slot: usize) -> usize {
    GRIDS + usize::from(!slot.is_multiple_of(3))
}

/// Code of a village's grid.
pub(crate) fn grid_code(village: &str, grid: usize) -> String {
    format!("{village}-{grid}")
}

fn head_of(county: &County, slot: usize) -> (String, String) {
    let village = &county.villages[slot];
    let town = county.ground.townships[village.township].name.as_str();
    (
        format!("{}{}主任", town.trim_end_matches("街道"), village.name),
        format!("Head of {} village", village.name_en),
    )
}

/// Where somebody of a village belongs, and that the township's duty chief stands in for them.
fn settle(person: &mut Person, county: &County, slot: usize) {
    let village = &county.villages[slot];
    let town = &county.ground.townships[village.township].code;
    person.township = Some(town.clone());
    person.substitute = Some(format!("town-{}", &town[6..]));
    person.area = Some(village.code.clone());
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
        person.certificates.push(match number % 3 {
            0 => DRONE,
            1 => BOAT,
            _ => FIRST_AID,
        });
        person.substitute = Some(if number == 1 { "duty-2" } else { "rescue-01" }.to_owned());
    }
}

fn groups(hall: &Hall, county: &County, heads: &[(String, usize, usize)]) -> Vec<Group> {
    let mut groups = vec![Group {
        id: "townships".to_owned(),
        title: "各乡镇街道值班长".to_owned(),
        title_en: "Duty chiefs of all townships".to_owned(),
        members: Members::Named(hall.ids(|p| p.id.starts_with("town-"))),
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
            members: Members::Named(members),
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
            members: Members::Named(hall.ids(|p| p.id.starts_with(prefix))),
        });
    }
    for town in &county.ground.townships {
        groups.push(Group {
            id: format!("town-{}", &town.code[6..]),
            title: format!("{}值班与村主任", town.name),
            title_en: format!("Duty and village heads, {}", town.name_en),
            members: Members::Named(hall.ids(|p| {
                p.township.as_deref() == Some(town.code.as_str())
                    && !p.certificates.contains(&GRID_WORKER)
            })),
        });
    }
    for town in &county.ground.townships {
        groups.push(Group {
            id: format!("grid-{}", &town.code[6..]),
            title: format!("{}网格员", town.name),
            title_en: format!("Grid workers, {}", town.name_en),
            members: Members::Certified(GRID_WORKER, Some(town.code.clone())),
        });
    }
    let able = [
        ("boats", "会开冲锋舟的", "Who can drive a rescue boat", BOAT),
        (
            "first-aid",
            "有急救证的",
            "Certified for first aid",
            FIRST_AID,
        ),
        ("drones", "会飞无人机的", "Who can fly a drone", DRONE),
    ];
    groups.extend(able.map(|(id, title, title_en, certificate)| Group {
        id: id.to_owned(),
        title: title.to_owned(),
        title_en: title_en.to_owned(),
        members: Members::Certified(certificate, None),
    }));
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
        assert_eq!((count("head-"), count("grid-")), (292, 1654));
        assert!((1_950..=2_050).contains(&people.people.len()));
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
            let Members::Named(members) = &group.members else {
                continue;
            };
            assert!(!members.is_empty(), "{}", group.id);
            assert!(
                members.iter().all(|m| ids.contains(m.as_str())),
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
