//! Who may do what: one table, asked by every endpoint.
//!
//! The engine checks roles of acts again from the journal's own words; this table answers early
//! and guards what is read.

use model::PersonId;
use model::config::Role;

/// The person named by every act that came with the ready file's token.
pub const LOCAL_CHECK: &str = "local-check";

/// Something an endpoint lets people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The feed, transitions, series, system alarms.
    See,
    /// Counts of intake and the state hash.
    Diagnose,
    /// Readings over HTTP.
    SendReadings,
    /// Acknowledge, mark, reset.
    TendAlarms,
    /// Enter and drop events of the county.
    KeepEvents,
    /// Issue and cancel commands.
    Command,
    /// Facts about one's own task.
    ReportOwnTask,
    /// Facts about anybody's task, in their name.
    ReportAnyTask,
    /// Photos and videos.
    Upload,
    /// Tasks, notes, photos and positions of everybody.
    SeeEveryTask,
    /// Telephone numbers.
    SeePhones,
    /// Notes on a time of the past.
    Mark,
    /// After-action reports: read, write to, take away; single entries of the journal.
    Report,
    /// The site's files: rules, thresholds, stations, people.
    KeepSite,
}

impl Deed {
    /// Whether `role` may do this.
    pub const fn allowed(self, role: Role) -> bool {
        let row = match self {
            //                    viewer planner responder officer administrator
            Deed::See =>
            /*       */
            {
                [true, true, true, true, true]
            }
            Deed::Diagnose =>
            /*  */
            {
                [false, true, false, true, true]
            }
            Deed::KeepSite => [false, false, false, false, true],
            Deed::KeepEvents => [false, true, false, true, true],
            Deed::Mark => [false, true, false, true, true],
            Deed::Report => [false, true, false, true, true],
            Deed::SendReadings => [false, false, false, false, true],
            Deed::TendAlarms =>
            /**/
            {
                [false, false, false, true, true]
            }
            Deed::Command =>
            /*   */
            {
                [false, false, false, true, true]
            }
            Deed::ReportOwnTask => [false, false, true, true, true],
            Deed::ReportAnyTask => [false, false, false, true, true],
            Deed::Upload =>
            /*    */
            {
                [false, false, true, true, true]
            }
            Deed::SeeEveryTask => [false, true, false, true, true],
            Deed::SeePhones =>
            /* */
            {
                [false, false, false, true, true]
            }
        };
        match role {
            Role::Viewer => row[0],
            Role::Planner => row[1],
            Role::Responder => row[2],
            Role::DutyOfficer => row[3],
            Role::Administrator => row[4],
        }
    }
}

/// Names a session without opening it: the hash of its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(pub(crate) [u8; 32]);

/// Who a request comes from, as far as it may see and act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub person: PersonId,
    pub role: Role,
    /// The only jurisdiction it sees; absent for the token of a ready file, which sees all.
    pub jurisdiction: Option<String>,
    /// The session it came by; absent for a token.
    pub session: Option<SessionId>,
}

impl Principal {
    /// The bearer of the ready file's token.
    pub fn local_check() -> Principal {
        Principal {
            person: PersonId::from(LOCAL_CHECK),
            role: Role::Administrator,
            jurisdiction: None,
            session: None,
        }
    }

    /// Whether this person may do `deed`.
    pub fn may(&self, deed: Deed) -> bool {
        deed.allowed(self.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_may_do_more_than_an_administrator() {
        for deed in [
            Deed::See,
            Deed::Diagnose,
            Deed::SendReadings,
            Deed::Command,
            Deed::SeePhones,
            Deed::KeepSite,
        ] {
            assert!(deed.allowed(Role::Administrator), "{deed:?}");
        }
        assert!(!Deed::Command.allowed(Role::Responder));
        assert!(!Deed::SeePhones.allowed(Role::Responder));
        assert!(!Deed::SeeEveryTask.allowed(Role::Viewer));
        assert!(Deed::ReportOwnTask.allowed(Role::Responder));
    }
}
