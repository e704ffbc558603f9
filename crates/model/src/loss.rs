//! Loss reports: what a township lost in an incident, in versions that are added and never changed.
//!
//! The unit is the township, the reporter is the county. A total is never stored: it is read from the
//! versions whenever it is asked for, and names each of them.

use serde::{Deserialize, Serialize};

use crate::id::{OpId, PersonId, Seal};
use crate::time::Time;

/// Pictures that a version needs at least where a response level was decided.
pub const PHOTOS_NEEDED: usize = 3;
/// The clock of an incident that the first reports of its townships end.
pub const FIRST_CLOCK: &str = "first_loss";

/// Where a version stands in the legal order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum LossStage {
    /// Within two hours of the event.
    First,
    FollowUp,
    /// The final figures, by somebody who reported none of them.
    Verified,
    /// After the final figures, with a reason; it waits to be verified anew.
    Correction,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum LossItem {
    /// People who suffered the event.
    Affected,
    Dead,
    Missing,
    Injured,
    /// Moved to safety at once.
    Relocated,
    /// Need help to live.
    InNeed,
    /// Homes that fell, in households.
    HomesCollapsed,
    /// Homes that are damaged, in households.
    HomesDamaged,
    /// Fields, in hundredths of a hectare.
    Crops,
    /// Direct loss, in hundredths of ten thousand yuan.
    Money,
}

impl LossItem {
    /// Every item, in the order of the table.
    pub const ALL: [LossItem; 10] = [
        LossItem::Affected,
        LossItem::Dead,
        LossItem::Missing,
        LossItem::Injured,
        LossItem::Relocated,
        LossItem::InNeed,
        LossItem::HomesCollapsed,
        LossItem::HomesDamaged,
        LossItem::Crops,
        LossItem::Money,
    ];

    /// How many of the last digits of a value stand behind the point.
    pub const fn decimals(self) -> u8 {
        match self {
            LossItem::Crops | LossItem::Money => 2,
            LossItem::Affected
            | LossItem::Dead
            | LossItem::Missing
            | LossItem::Injured
            | LossItem::Relocated
            | LossItem::InNeed
            | LossItem::HomesCollapsed
            | LossItem::HomesDamaged => 0,
        }
    }
}

/// One number of a version. What a version does not say stays as it was said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LossFigure {
    pub item: LossItem,
    /// In whole steps of the item's decimals.
    pub value: u64,
}

/// What a case of a ledger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CaseKind {
    Dead,
    Missing,
    /// The home of one household.
    Home,
}

impl CaseKind {
    /// The number that counts such cases.
    pub const fn item(self) -> LossItem {
        match self {
            CaseKind::Dead => LossItem::Dead,
            CaseKind::Missing => LossItem::Missing,
            CaseKind::Home => LossItem::HomesCollapsed,
        }
    }

    /// Whether it is a person's.
    pub const fn is_person(self) -> bool {
        match self {
            CaseKind::Dead | CaseKind::Missing => true,
            CaseKind::Home => false,
        }
    }
}

/// A case of a township's ledger within an incident.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CaseRef {
    pub incident: OpId,
    pub township: String,
    pub case: String,
}

/// One dead or missing person, or one collapsed home, as a version says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LossCase {
    /// Given where it was entered; the same id again says more of the same case.
    pub case: String,
    pub kind: CaseKind,
    pub village: String,
    /// Of the person or of the household, by seal; absent: as it was said before, or not known.
    pub name: Option<Seal>,
    pub note: Option<Seal>,
    /// Cases that bear the same name, as the door found when it came in: names stand outside the journal.
    #[serde(default)]
    pub alike: Vec<CaseRef>,
}

/// What a version does to a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CaseChange {
    /// A new case, or more about one that is there.
    Enter(LossCase),
    /// It counts no longer; it stays to be seen.
    Withdraw { case: String, reason: Seal },
}

impl CaseChange {
    /// The case it is about.
    pub fn case(&self) -> &str {
        match self {
            CaseChange::Enter(case) => &case.case,
            CaseChange::Withdraw { case, .. } => case,
        }
    }
}

/// The next version of a township's losses; its id is the op id of the press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLoss {
    pub incident: OpId,
    pub township: String,
    pub stage: LossStage,
    /// Number of the version before it, as the screen showed it; 0: none.
    pub after: u32,
    pub figures: Vec<LossFigure>,
    /// What changes in the ledgers.
    #[serde(default)]
    pub cases: Vec<CaseChange>,
    #[serde(default)]
    pub photos: Vec<Seal>,
    #[serde(default)]
    pub note: Option<Seal>,
}

/// A version as it was entered; nothing of it ever changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LossVersion {
    /// Op id of the press that brought it.
    pub id: OpId,
    /// 1, 2, 3 … within its township.
    pub number: u32,
    pub stage: LossStage,
    /// Which one of its stage: the second follow-up is 2.
    pub nth: u32,
    pub by: PersonId,
    pub at: Time,
    pub figures: Vec<LossFigure>,
    pub cases: Vec<CaseChange>,
    pub photos: Vec<Seal>,
    pub note: Option<Seal>,
    /// Response level 1 (Ⅰ) to 4 (Ⅳ) that stood then.
    pub response: Option<u8>,
    /// A first report that came after its time.
    pub late: bool,
}

impl LossVersion {
    /// What it says of an item.
    pub fn value(&self, item: LossItem) -> Option<u64> {
        let figure = self.figures.iter().find(|figure| figure.item == item);
        figure.map(|figure| figure.value)
    }
}

/// A number of the table and every version that stated another one before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LossCell {
    pub item: LossItem,
    pub value: u64,
    /// Each time it was first stated or changed, oldest first; the last is what stands.
    pub steps: Vec<LossStep>,
    /// Cases of the ledger it counts; absent: there is none for this item.
    #[serde(default)]
    pub listed: Option<u32>,
}

/// A value and the version that first stated it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LossStep {
    pub version: OpId,
    pub value: u64,
    /// It is less than the one before.
    pub down: bool,
}

/// A case as all versions together say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CaseView {
    pub case: String,
    pub kind: CaseKind,
    /// What it was said to be before, oldest first: missing, then found dead.
    pub was: Vec<CaseKind>,
    pub village: String,
    pub name: Option<Seal>,
    pub note: Option<Seal>,
    /// Every version that says something of it, oldest first.
    pub versions: Vec<OpId>,
    /// Why it counts no longer.
    pub withdrawn: Option<Seal>,
}

/// The losses of one township.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TownshipLoss {
    pub township: String,
    /// Its first report is owed and has not come.
    pub owed: bool,
    /// Oldest first.
    pub versions: Vec<LossVersion>,
    /// In the order of the table; what nobody stated is not there.
    pub cells: Vec<LossCell>,
    pub cases: Vec<CaseView>,
}

/// The sum of an item over the townships that stated it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LossTotal {
    pub item: LossItem,
    pub value: u64,
    /// Townships that stated it.
    pub townships: u32,
    /// The versions it is made of.
    pub versions: Vec<OpId>,
}

/// Why something may be counted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DoubleKind {
    /// Two cases bear the same name.
    SameName,
    /// Two townships list cases of one village.
    SameVillage,
    /// Another incident has a report of the same township.
    OtherIncident,
}

/// Names a possible double count of an incident, as its table shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DoubleRef {
    pub kind: DoubleKind,
    pub township: String,
    pub case: Option<String>,
    pub other_incident: OpId,
    pub other_township: String,
    pub other_case: Option<String>,
}

/// Somebody looked at what may be counted twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgeDouble {
    pub incident: OpId,
    pub double: DoubleRef,
    /// It is two, and both count; false: the question is open again.
    pub apart: bool,
    pub reason: Seal,
}

/// Who found that it is two, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Settled {
    /// Op id of the press.
    pub id: OpId,
    pub by: PersonId,
    pub at: Time,
    pub reason: Seal,
}

/// What may be counted twice. Nothing is merged: people look, and a later version says what is so, or
/// somebody that it is two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PossibleDouble {
    pub kind: DoubleKind,
    pub township: String,
    /// Absent: the whole report.
    pub case: Option<String>,
    pub other_incident: OpId,
    pub other_township: String,
    pub other_case: Option<String>,
    /// Somebody found that it is two, and nothing new was said of either since.
    #[serde(default)]
    pub settled: Option<Settled>,
}

impl PossibleDouble {
    /// What names it.
    pub fn named(&self) -> DoubleRef {
        DoubleRef {
            kind: self.kind,
            township: self.township.clone(),
            case: self.case.clone(),
            other_incident: self.other_incident.clone(),
            other_township: self.other_township.clone(),
            other_case: self.other_case.clone(),
        }
    }

    /// Whether it is what `double` names.
    pub fn names(&self, double: &DoubleRef) -> bool {
        self.named() == *double
    }
}

/// The township table of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LossTable {
    pub townships: Vec<TownshipLoss>,
    pub totals: Vec<LossTotal>,
    pub doubles: Vec<PossibleDouble>,
}

/// The first reports of every township concerned are in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Filed {
    /// Whose report was the last of them.
    pub by: PersonId,
    pub at: Time,
}
