//! What an inquiry finds wrong, each named as what it is.

/// Something that is not as it was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    #[error("entry {record} was changed, in {file}")]
    Changed { record: u64, file: String },
    /// One block of an archive does not say which of its records it is.
    #[error("an entry from {from} to {to} was changed, in {file}")]
    ChangedAmong { from: u64, to: u64, file: String },
    #[error("entries {from} to {to} were removed, in {file}")]
    Removed { from: u64, to: u64, file: String },
    #[error("entries {one} and {other} were swapped, in {file}")]
    Swapped { one: u64, other: u64, file: String },
    #[error("the entries from {record} on do not follow from those before, in {file}")]
    Unlinked { record: u64, file: String },
    /// The file was cut from outside; entries that were confirmed may be missing.
    #[error("the end of {file} was cut off after entry {last}")]
    Shortened { last: u64, file: String },
    /// No part is left that holds the first entries.
    #[error("entries 1 to {to} are missing: the journal begins at entry {}", to + 1)]
    CutHead { to: u64 },
    #[error("the journal ends at entry {last}, but entry {known} was signed at {time}")]
    CutTail {
        last: u64,
        known: u64,
        time: model::Time,
    },
    #[error("the checkpoint at entry {number} of {time} is forged: {why}")]
    Forged {
        number: u64,
        time: model::Time,
        why: &'static str,
    },
    /// Signed by somebody whose key nobody vouches for; a public key that lies there is no reason to
    /// believe it.
    #[error(
        "the checkpoint at entry {number} of {time} is foreign: key {key} is none of this journal's"
    )]
    Foreign {
        number: u64,
        time: model::Time,
        key: String,
    },
    #[error("line {line} of the checkpoints is none")]
    NoCheckpoint { line: usize },
    /// The chain is whole, and is not the one that was signed.
    #[error("entries between {after} and {upto} were rewritten after they were signed at {time}")]
    Rewritten {
        after: u64,
        upto: u64,
        time: model::Time,
    },
}

impl Finding {
    /// What it means that nothing is left up to `before`; `None` when nothing has to be.
    pub(crate) fn cut_head(before: u64) -> Option<Finding> {
        (before > 0).then_some(Finding::CutHead { to: before })
    }
}
