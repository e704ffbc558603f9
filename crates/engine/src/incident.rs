//! Incidents: one named operation that gathers situations, commands, notes and the reports that are
//! owed about it. Reporting clocks are engine deadlines; a sent report is a version, never changed.

use std::collections::BTreeSet;

use model::action::{Act, Why};
use model::effect::SystemKind;
use model::id::Seal;
use model::incident::{
    Closing, IncidentNote, IncidentView, OwedReport, ReportClock, SentReport, StillOpen,
};
use model::loss::{Filed, LossTable};
use model::{CommandId, Effect, Effects, Level, OpId, PersonId, SituationId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::loss::Losses;
use crate::timers::Due;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Incident {
    title: Seal,
    class: String,
    by: PersonId,
    pub(crate) opened: Time,
    pub(crate) situations: BTreeSet<SituationId>,
    pub(crate) commands: BTreeSet<CommandId>,
    pub(crate) clocks: Vec<Clock>,
    notes: Vec<IncidentNote>,
    pub(crate) merged_into: Option<OpId>,
    pub(crate) closed: Option<Closing>,
    #[serde(default)]
    pub(crate) losses: Losses,
}

/// A report that is owed. What it is called is kept with it: files may change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Clock {
    pub(crate) spec: ReportClock,
    pub(crate) due: Time,
    overdue: bool,
    sent: Vec<SentReport>,
    /// What ended it besides: the loss reports it asks for are in.
    #[serde(default)]
    pub(crate) filed: Option<Filed>,
}

impl Clock {
    /// When what it asks for was done first.
    pub(crate) fn met_at(&self) -> Option<Time> {
        let sent = self.sent.first().map(|sent| sent.at);
        let filed = self.filed.as_ref().map(|filed| filed.at);
        sent.into_iter().chain(filed).min()
    }
}

impl Incident {
    pub(crate) fn is_open(&self) -> bool {
        self.closed.is_none() && self.merged_into.is_none()
    }

    /// What two runs must agree on, so nothing of when it was pressed.
    pub(crate) fn canon(&self) -> String {
        let clocks = self.clocks.iter();
        let clocks: Vec<_> = clocks
            .map(|c| (&c.spec.id, c.overdue, c.sent.len()))
            .collect();
        let notes: Vec<_> = self.notes.iter().map(|note| &note.text).collect();
        let closed = self.closed.as_ref().map(|c| (&c.by, &c.reason, &c.open));
        let parts = (&self.situations, &self.commands, &self.merged_into);
        let words = (&self.title, &self.class, &self.by);
        let losses = self.losses.canon();
        let filed = self.clocks.iter().filter(|c| c.filed.is_some());
        let filed: String = filed.map(|c| format!(" filed {}", c.spec.id)).collect();
        format!("{words:?} {parts:?} {clocks:?} {notes:?} {closed:?}{losses}{filed}")
    }
}

/// The subject of a notice about one clock of an incident.
fn subject(incident: &OpId, clock: &str) -> String {
    format!("{incident}/{clock}")
}

impl Engine {
    pub(crate) fn open_incident(
        &mut self,
        act: &Act,
        (title, class): (&Seal, &str),
        (situations, commands): (&[SituationId], &[CommandId]),
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        self.know_parts(situations, commands)?;
        let spec = self.config.event_classes.iter().find(|c| c.id == class);
        if spec.is_none() && !class.is_empty() {
            return Err(Why::NoSuchClass);
        }
        let clocks = spec.map_or(&[][..], |spec| &spec.clocks);
        let clocks = clocks.iter().map(|spec| Clock {
            due: at.plus_ms(spec.within_ms),
            spec: spec.clone(),
            overdue: false,
            sent: Vec::new(),
            filed: None,
        });
        let incident = Incident {
            title: title.clone(),
            class: class.to_owned(),
            by: act.by.clone(),
            opened: at,
            situations: situations.iter().copied().collect(),
            commands: commands.iter().cloned().collect(),
            clocks: clocks.collect(),
            notes: Vec::new(),
            merged_into: None,
            closed: None,
            losses: Losses::default(),
        };
        for clock in &incident.clocks {
            let due = Due::Report {
                incident: act.op.clone(),
                clock: clock.spec.id.clone(),
            };
            self.state.timers.arm(clock.due, due);
        }
        self.state.incidents.insert(act.op.clone(), incident);
        self.note_concerned(&act.op);
        out.push(Effect::Incident(act.op.clone()));
        Ok(())
    }

    fn know_parts(&self, situations: &[SituationId], commands: &[CommandId]) -> Result<(), Why> {
        let list = &self.state.situations.list;
        if situations.iter().any(|id| !list.contains_key(id)) {
            return Err(Why::NoSuchSituation);
        }
        if commands
            .iter()
            .any(|id| !self.state.commands.contains_key(id))
        {
            return Err(Why::NoSuchCommand);
        }
        Ok(())
    }

    fn incident_mut(&mut self, id: &OpId) -> Result<&mut Incident, Why> {
        let incident = self.state.incidents.get_mut(id);
        incident.filter(|i| i.is_open()).ok_or(Why::NoSuchIncident)
    }

    pub(crate) fn gather_incident(
        &mut self,
        id: &OpId,
        (situations, commands): (&[SituationId], &[CommandId]),
        out: &mut Effects,
    ) -> Result<(), Why> {
        self.know_parts(situations, commands)?;
        let incident = self.incident_mut(id)?;
        incident.situations.extend(situations);
        incident.commands.extend(commands.iter().cloned());
        self.note_concerned(id);
        out.push(Effect::Incident(id.clone()));
        Ok(())
    }

    pub(crate) fn note_incident(
        &mut self,
        act: &Act,
        id: &OpId,
        (text, photos): (&Seal, &[Seal]),
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let note = IncidentNote {
            by: act.by.clone(),
            at,
            text: text.clone(),
            photos: photos.to_vec(),
        };
        self.incident_mut(id)?.notes.push(note);
        out.push(Effect::Incident(id.clone()));
        Ok(())
    }

    /// Two incidents turn out to be one; what is owed on either stays owed once.
    pub(crate) fn merge_incident(
        &mut self,
        id: &OpId,
        into: &OpId,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        if id == into {
            return Err(Why::NoSuchIncident);
        }
        self.incident_mut(into)?;
        let part = self.incident_mut(id)?;
        part.merged_into = Some(into.clone());
        let part = part.clone();
        self.end_clocks(id, at, out);
        let whole = self.incident_mut(into)?;
        whole.situations.extend(part.situations);
        whole.commands.extend(part.commands);
        whole.notes.extend(part.notes);
        whole.notes.sort_by_key(|note| note.at);
        whole.losses.take_over(part.losses);
        for clock in part.clocks {
            self.owe_also(into, clock, at, out)?;
        }
        out.push(Effect::Incident(id.clone()));
        out.push(Effect::Incident(into.clone()));
        Ok(())
    }

    /// An incident takes over what is owed on another one. A report that both owe is due when the first of
    /// them was, and sent when it was sent for either.
    fn owe_also(
        &mut self,
        id: &OpId,
        clock: Clock,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let incident = self.incident_mut(id)?;
        let name = clock.spec.id.clone();
        let known = incident.clocks.iter_mut().find(|c| c.spec.id == name);
        let (before, due, owed) = match known {
            Some(known) => {
                let before = known.due;
                known.sent.extend(clock.sent);
                known.sent.sort_by_key(|sent| sent.at);
                let filed = known.filed.take().into_iter().chain(clock.filed);
                known.filed = filed.min_by_key(|filed| filed.at);
                known.due = before.min(clock.due);
                let met = known.met_at();
                known.overdue = met.map_or(known.overdue, |met| met > known.due);
                (Some(before), known.due, met.is_none())
            }
            None => {
                let (due, owed) = (clock.due, clock.met_at().is_none());
                incident.clocks.push(clock);
                (None, due, owed)
            }
        };
        if !owed {
            self.stop_clock(id, &name, before.unwrap_or(due), at, out);
        } else if before != Some(due) {
            let row = Due::Report {
                incident: id.clone(),
                clock: name.clone(),
            };
            if let Some(before) = before {
                self.state.timers.disarm(before, row.clone());
            }
            if due > at {
                self.state.timers.arm(due, row);
            } else {
                self.miss_report(id, &name, at, out);
            }
        }
        Ok(())
    }

    /// Closes it with a reason; what is still open is written down with it.
    pub(crate) fn close_incident(
        &mut self,
        act: &Act,
        id: &OpId,
        reason: &Seal,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        self.incident_mut(id)?;
        self.note_concerned(id);
        let open = self.still_open(id);
        let incident = self.incident_mut(id)?;
        incident.closed = Some(Closing {
            by: act.by.clone(),
            at,
            reason: reason.clone(),
            open,
        });
        self.end_clocks(id, at, out);
        out.push(Effect::Incident(id.clone()));
        Ok(())
    }

    fn still_open(&self, id: &OpId) -> Vec<StillOpen> {
        let Some(incident) = self.state.incidents.get(id) else {
            return Vec::new();
        };
        let situations = incident.situations.iter().filter(|id| {
            let situation = self.state.situations.list.get(*id);
            situation.is_some_and(|s| !s.closed)
        });
        let situations = situations.map(|id| StillOpen::Situation { situation: *id });
        let commands = incident.commands.iter().filter(|id| {
            let command = self.state.commands.get(*id);
            command.is_some_and(|c| c.is_open())
        });
        let commands = commands.map(|id| StillOpen::Command {
            command: id.clone(),
        });
        let reports = incident.clocks.iter().filter(|c| c.met_at().is_none());
        let reports = reports.map(|c| StillOpen::Report {
            clock: c.spec.id.clone(),
        });
        situations.chain(commands).chain(reports).collect()
    }

    /// A report was sent: its proof is this very press.
    pub(crate) fn send_report(
        &mut self,
        act: &Act,
        (id, clock): (&OpId, &str),
        (text, received_by, photos): (&Seal, &Seal, &[Seal]),
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let incident = self.incident_mut(id)?;
        let found = incident.clocks.iter_mut().find(|c| c.spec.id == clock);
        let found = found.ok_or(Why::NoSuchReport)?;
        found.sent.push(SentReport {
            by: act.by.clone(),
            at,
            text: text.clone(),
            received_by: received_by.clone(),
            photos: photos.to_vec(),
        });
        let due = found.due;
        self.stop_clock(id, clock, due, at, out);
        out.push(Effect::Incident(id.clone()));
        Ok(())
    }

    pub(crate) fn stop_clock(
        &mut self,
        id: &OpId,
        clock: &str,
        due: Time,
        at: Time,
        out: &mut Effects,
    ) {
        let row = Due::Report {
            incident: id.clone(),
            clock: clock.to_owned(),
        };
        self.state.timers.disarm(due, row);
        self.notice(
            SystemKind::ReportOverdue,
            &subject(id, clock),
            false,
            at,
            out,
        );
    }

    fn end_clocks(&mut self, id: &OpId, at: Time, out: &mut Effects) {
        let Some(incident) = self.state.incidents.get(id) else {
            return;
        };
        let clocks = incident.clocks.iter();
        let clocks: Vec<_> = clocks.map(|c| (c.spec.id.clone(), c.due)).collect();
        for (clock, due) in clocks {
            self.stop_clock(id, &clock, due, at, out);
        }
    }

    /// A report was not sent in time.
    pub(crate) fn miss_report(&mut self, id: &OpId, clock: &str, at: Time, out: &mut Effects) {
        let Ok(incident) = self.incident_mut(id) else {
            return;
        };
        let found = incident.clocks.iter_mut().find(|c| c.spec.id == clock);
        let Some(found) = found.filter(|c| c.met_at().is_none()) else {
            return;
        };
        found.overdue = true;
        let red = Some(Level::Red);
        self.notice_at(SystemKind::ReportOverdue, &subject(id, clock), red, at, out);
        out.push(Effect::Incident(id.clone()));
    }

    /// One incident, open or closed.
    pub fn incident_view(&self, id: &OpId) -> Option<IncidentView> {
        let incident = self.state.incidents.get(id)?;
        Some(incident_view(id, incident, self.loss_table(id)))
    }

    /// Every incident, open or closed.
    pub fn incident_views(&self) -> Vec<IncidentView> {
        let list = self.state.incidents.iter();
        list.map(|(id, incident)| incident_view(id, incident, self.loss_table(id)))
            .collect()
    }
}

fn incident_view(id: &OpId, incident: &Incident, losses: LossTable) -> IncidentView {
    let report = |clock: &Clock| OwedReport {
        id: clock.spec.id.clone(),
        title: clock.spec.title.clone(),
        to: clock.spec.to.clone(),
        due: clock.due,
        overdue: clock.overdue,
        sent: clock.sent.clone(),
        filed: clock.filed.clone(),
    };
    IncidentView {
        id: id.clone(),
        title: incident.title.clone(),
        class: incident.class.clone(),
        by: incident.by.clone(),
        opened: incident.opened,
        situations: incident.situations.iter().copied().collect(),
        commands: incident.commands.iter().cloned().collect(),
        reports: incident.clocks.iter().map(report).collect(),
        notes: incident.notes.clone(),
        merged_into: incident.merged_into.clone(),
        closed: incident.closed.clone(),
        losses,
    }
}
