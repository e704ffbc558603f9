//! What a command is beyond its tasks: its kind, its phases before anybody is told, what proves it.

use serde::{Deserialize, Serialize};

use crate::config::Text;
use crate::id::{PersonId, Seal};
use crate::time::Time;

/// What a template is for; decides what proves that it was carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TemplateKind {
    #[default]
    Plain,
    /// Closes by head-count: to move = moved + refused + unreachable, per village.
    Evacuation,
    /// Closes by a picture or a named witness.
    Rescue,
    /// Takes back the command before it: "disregard the last order". Waits for nothing where it reaches
    /// only those whom that one reached.
    Correction,
}

/// Where a command is before and after its people are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Phase {
    /// It would reach so many people that the officer types the number first.
    Prepared { until: Time },
    /// A second person has to agree.
    Waiting,
    /// It goes out by itself at `until` unless somebody stops it.
    Held { until: Time },
    /// Its people have tasks.
    #[default]
    Issued,
    /// Nobody was told. `by` is absent when nobody confirmed it in time.
    Stopped { by: Option<PersonId>, at: Time },
}

/// A question the template asks with the report "done".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Field {
    pub id: String,
    pub title: Text,
    /// The phone does not send "done" without it.
    pub required: bool,
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum FieldKind {
    Text,
    Choice {
        options: Vec<Choice>,
    },
    /// A whole number within both bounds.
    Number {
        least: i64,
        most: i64,
    },
}

/// One answer to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Choice {
    pub id: String,
    pub title: Text,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FormAnswer {
    pub field: String,
    #[serde(flatten)]
    pub value: FormValue,
}

/// What was answered; free text stands outside, by seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum FormValue {
    Text { text: Seal },
    Choice { option: String },
    Number { number: i64 },
}

/// How many people have to leave one village.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct VillageTarget {
    pub village: String,
    pub to_move: u32,
}

/// One village as counted by someone who was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct VillageCount {
    pub village: String,
    pub to_move: u32,
    pub moved: u32,
    pub refused: u32,
    pub unreachable: u32,
    /// Each person who refused or was not found, with a name or a picture.
    #[serde(default)]
    pub left: Vec<LeftBehind>,
}

/// Someone who was not moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LeftBehind {
    pub why: Left,
    pub name: Option<Seal>,
    pub photo: Option<Seal>,
}

/// Why someone was not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Left {
    Refused,
    Unreachable,
}

impl VillageCount {
    /// People of `to_move` who are not accounted for, or accounted for twice.
    pub fn people_short(&self, to_move: u32) -> u32 {
        let found = u64::from(self.moved) + u64::from(self.refused) + u64::from(self.unreachable);
        let short = u64::from(to_move).abs_diff(found);
        u32::try_from(short).unwrap_or(u32::MAX)
    }

    /// Refused and unreachable people without a name or a picture.
    pub fn names_short(&self) -> u32 {
        let known = |why: Left| {
            let known = self.left.iter();
            let known = known.filter(|l| l.why == why && (l.name.is_some() || l.photo.is_some()));
            known.count() as u32
        };
        self.refused.saturating_sub(known(Left::Refused))
            + self.unreachable.saturating_sub(known(Left::Unreachable))
    }
}

/// What a crew is watched for while it is out there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CrewKind {
    /// All of the crew were counted; any word of theirs does.
    Personnel,
    Vehicle,
    Commander,
    /// How long they have been exposed to the danger.
    Exposure,
    /// They were relieved.
    Rotation,
}

/// A crew checks in at least this often while it is on the scene; warned at 80 %, critical at 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CrewTimer {
    pub timer: CrewKind,
    pub every_ms: i64,
}

/// A reading that proves that something was done: "the stage falls below the bound".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProofBound {
    pub station: String,
    pub quantity: String,
    /// True: proven at or below the bound; false: at or above it.
    pub below: bool,
    /// In steps of the quantity's decimals.
    pub bound: i64,
}

/// The reading that proved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProofReading {
    pub station: String,
    pub quantity: String,
    /// As shown, with the quantity's decimals.
    pub value: String,
    pub observed: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(moved: u32, refused: u32, unreachable: u32) -> VillageCount {
        VillageCount {
            village: "v".to_owned(),
            to_move: 100,
            moved,
            refused,
            unreachable,
            left: Vec::new(),
        }
    }

    #[test]
    fn a_head_count_is_short_both_ways() {
        assert_eq!(count(90, 5, 5).people_short(100), 0);
        assert_eq!(count(90, 5, 0).people_short(100), 5);
        assert_eq!(count(100, 5, 0).people_short(100), 5);
        assert_eq!(
            count(u32::MAX, u32::MAX, u32::MAX).people_short(0),
            u32::MAX
        );
    }

    #[test]
    fn each_person_left_needs_a_name_or_a_picture_of_their_own_kind() {
        let seal = || Some(Seal("0".repeat(64)));
        let mut village = count(96, 2, 2);
        assert_eq!(village.names_short(), 4);
        let left = |why, name, photo| LeftBehind { why, name, photo };
        village.left = vec![
            left(Left::Refused, seal(), None),
            left(Left::Refused, None, seal()),
            left(Left::Refused, seal(), None),
            left(Left::Unreachable, None, None),
        ];
        assert_eq!(
            village.names_short(),
            2,
            "a third refusal names nobody unreachable"
        );
    }
}
