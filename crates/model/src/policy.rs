//! Numbers of the semantics that a site may change, with their defaults.

use serde::{Deserialize, Serialize};

use crate::level::Level;

/// Numbers of semantics sections 1, 3, 4 and 9 that a site may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Readings of a series remembered exactly for recognising repeats.
    pub remember_ms: i64,
    /// A reading further ahead of its arrival than this has a suspect clock.
    pub suspect_ahead_ms: i64,
    /// A reading further ahead than this is refused as `future`.
    pub refuse_ahead_ms: i64,
    /// Tenths of the expected interval after which a series is LATE, STALE; then DEAD in ms.
    pub late_tenths: i64,
    pub stale_tenths: i64,
    pub dead_ms: i64,
    /// However long the interval, a series is STALE after this; 0: no such bound.
    #[serde(default)]
    pub stale_max_ms: i64,
    /// Tenths of the expected interval after which a condition is UNKNOWN.
    pub horizon_tenths: i64,
    /// Acknowledgement leases of blue, yellow, orange, red; 0 for none.
    pub lease_ms: [i64; 4],
    /// After a missed `ack_by`, the next automatic step comes this much later.
    pub escalate_ms: i64,
    #[serde(default)]
    pub blind_spot: BlindSpot,
    #[serde(default)]
    pub interface_down: InterfaceDown,
    #[serde(default)]
    pub flapping: Flapping,
    #[serde(default)]
    pub grouping: Grouping,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub command: CommandPolicy,
}

/// What large and grave commands wait for. All zero: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandPolicy {
    /// A command to more people than this is confirmed by its number and held; 0: none is.
    pub mass_above: u16,
    /// How long a confirmed large command can be stopped before anybody is told.
    pub hold_ms: i64,
    /// A prepared command that nobody confirms is dropped after this.
    pub prepared_ms: i64,
    /// Commands of this level and above need a second person; 0: none does.
    pub approve_from: u8,
    /// An assignee takes note of the end of their task within this, else they are reminded, then
    /// the desk is told; 0: no such clock.
    pub end_seen_ms: i64,
    /// A warning of this level becomes a decision within this, else the desk is told; 0: none is
    /// asked for.
    #[serde(default)]
    pub decide_ms: [i64; 4],
    /// Whoever has a task and is not heard is called on the next of their channels after a quarter of
    /// the time they have to accept it, but not before this; 0: nobody is called, a task is only shown.
    #[serde(default)]
    pub call_next_ms: i64,
}

/// Where nothing says until when a task is to be accepted, calls are this many times as far apart.
const UNHURRIED: i64 = 5;

impl CommandPolicy {
    /// From one channel to the next, for a task that is to be accepted within `ack_by_ms`; `None` where
    /// nobody is called.
    pub fn next_channel_ms(&self, ack_by_ms: Option<i64>) -> Option<i64> {
        let least = self.call_next_ms;
        let quarter = ack_by_ms.map_or(least.saturating_mul(UNHURRIED), |within| within / 4);
        (least > 0).then(|| quarter.max(least))
    }
}

/// When a quiet gauge among active neighbours is called a blind spot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindSpot {
    /// Active stations in the same catchment (or township) that make it one; 0: never.
    pub neighbours: u16,
    /// A weather warning of this level or above over the gauge makes it one too; absent: never.
    #[serde(default)]
    pub weather: Option<Level>,
}

impl BlindSpot {
    /// Whether anything makes a blind spot.
    pub fn is_on(&self) -> bool {
        self.neighbours > 0 || self.weather.is_some()
    }
}

/// When single quiet gauges are one interface that is down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceDown {
    /// Share of the interface's series STALE, in percent; 0: never.
    pub percent: u8,
    /// They all went within this.
    pub within_ms: i64,
    /// An interface with fewer series than this is never called down.
    pub least: u16,
}

/// When an alarm is called unstable. All zero: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    /// This many changes of level within `slow_ms` …
    pub slow: u16,
    pub slow_ms: i64,
    /// … or this many within `fast_ms`.
    pub fast: u16,
    pub fast_ms: i64,
    /// Off-delays are multiplied by this while it lasts.
    pub factor: i64,
}

/// How alarms are gathered and told. A `merge_above` of 0 keeps every group apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grouping {
    /// From the first alarm of a group to its notice, by level blue to red.
    pub wait_ms: [i64; 4],
    /// Between two notices about new members.
    pub interval_ms: i64,
    /// Repeats while nobody has acknowledged, by level; 0: none.
    pub repeat_ms: [i64; 4],
    /// More active groups under one parent than this become one.
    pub merge_above: u16,
    /// People at risk must grow by more than this many percent to be news.
    pub people_percent: u16,
    /// Without an active alarm of a hazard for this long, the next one begins a new storm.
    pub storm_gap_ms: i64,
    /// After a start, notices below red wait this long for sources.
    pub settle_ms: i64,
}

/// Bounds on what may be kept quiet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub silence_ms: i64,
    /// For silences that cover red; they also need a second person.
    pub silence_red_ms: i64,
    pub shelve_ms: i64,
    /// Before a silence ends, its owner and the desk are warned.
    pub warn_ms: i64,
    /// A silence ends early when everything it matched has been normal for this long.
    pub idle_ms: i64,
    /// Targets of an inhibition that ended wait this long before they are told.
    pub after_inhibition_ms: i64,
    /// Alarm changes in `flood_ms` above which the desk goes into flood mode, and below which it leaves.
    pub flood_above: u16,
    pub flood_below: u16,
    pub flood_ms: i64,
}

impl Policy {
    /// Silence after which a series of this expected interval is STALE; never before it is LATE.
    pub fn stale_ms(&self, interval_ms: i64) -> i64 {
        let after = |tenths: i64| (interval_ms * tenths / 10).max(1);
        let stale_ms = after(self.stale_tenths);
        match self.stale_max_ms {
            0 => stale_ms,
            most => stale_ms.min(most.max(after(self.late_tenths))),
        }
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            remember_ms: 24 * 3_600_000,
            suspect_ahead_ms: 120_000,
            refuse_ahead_ms: 24 * 3_600_000,
            late_tenths: 20,
            stale_tenths: 40,
            dead_ms: 24 * 3_600_000,
            stale_max_ms: 12 * 3_600_000,
            horizon_tenths: 25,
            lease_ms: [0, 0, 3_600_000, 900_000],
            escalate_ms: 120_000,
            blind_spot: BlindSpot {
                neighbours: 2,
                weather: Some(Level::Yellow),
            },
            interface_down: InterfaceDown {
                percent: 60,
                within_ms: 300_000,
                least: 3,
            },
            flapping: Flapping {
                slow: 4,
                slow_ms: 1_800_000,
                fast: 5,
                fast_ms: 300_000,
                factor: 4,
            },
            grouping: Grouping {
                wait_ms: [60_000, 60_000, 20_000, 0],
                interval_ms: 180_000,
                repeat_ms: [0, 0, 600_000, 180_000],
                merge_above: 5,
                people_percent: 20,
                storm_gap_ms: 6 * 3_600_000,
                settle_ms: 60_000,
            },
            limits: Limits {
                silence_ms: 12 * 3_600_000,
                silence_red_ms: 2 * 3_600_000,
                shelve_ms: 12 * 3_600_000,
                warn_ms: 600_000,
                idle_ms: 1_800_000,
                after_inhibition_ms: 60_000,
                flood_above: 10,
                flood_below: 5,
                flood_ms: 600_000,
            },
            command: CommandPolicy {
                mass_above: 20,
                hold_ms: 10_000,
                prepared_ms: 600_000,
                approve_from: 0,
                end_seen_ms: 300_000,
                decide_ms: [0, 0, 1_800_000, 600_000],
                call_next_ms: 60_000,
            },
        }
    }
}
