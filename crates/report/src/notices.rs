//! Conditions of the system itself, from their beginning to their end.

use model::config::Text;
use model::effect::SystemKind;
use model::{OpId, SituationId};

use crate::chronicle::{Chronicle, World};
use crate::course::What;
use crate::facts::{About, Moment, NoticeRow};

impl Chronicle {
    pub(crate) fn notice(
        &mut self,
        moment: Moment,
        kind: SystemKind,
        subject: &str,
        on: bool,
        world: &dyn World,
    ) {
        if self.scope.incident.is_some() && !self.is_own_notice(kind, subject) {
            return;
        }
        let key = (kind, subject.to_owned());
        let config = world.config();
        let stem = subject.split('/').next().unwrap_or(subject);
        let station = config
            .stations
            .iter()
            .find(|s| s.id == subject || s.id == stem);
        let name = station.map_or_else(|| Text::same(subject), |s| s.name.clone());
        match (on, self.notices.get(&key).copied()) {
            (true, None) => {
                self.notices.insert(key, self.report.notices.len());
                self.report.notices.push(NoticeRow {
                    kind,
                    subject: subject.to_owned(),
                    name: name.clone(),
                    began: moment,
                    ended: None,
                });
            }
            (false, Some(place)) => {
                self.notices.remove(&key);
                self.report.notices[place].ended = Some(moment);
            }
            // Told again with another level or owner, or it began before the interval.
            (true, Some(_)) | (false, None) => return,
        }
        let about = About::Station {
            id: subject.to_owned(),
            name,
            title: Text::default(),
            level: 0,
        };
        self.tell(moment, None, about, What::Notice { kind, on }, None);
    }

    fn is_own_notice(&self, kind: SystemKind, subject: &str) -> bool {
        let own = |id: &OpId| self.scope.incident.as_ref().is_some_and(|i| i.id == *id);
        match kind {
            SystemKind::Unanswered | SystemKind::NeedHelp | SystemKind::CrewOverdue => {
                let mut commands = self.commands.keys();
                commands.any(|id| subject.starts_with(id.as_str()) && self.concerns_command(id))
            }
            SystemKind::Undecided => {
                let situation = subject.parse::<SituationId>().ok();
                situation.is_some_and(|id| self.concerns(Some(id)))
            }
            SystemKind::ReportOverdue => {
                let incident = subject.split('/').next().unwrap_or_default();
                own(&OpId::from(incident))
            }
            SystemKind::SightLost | SystemKind::BlindSpot => {
                self.report.alarms.iter().any(|row| row.station == subject)
            }
            SystemKind::LinkDown
            | SystemKind::ClockStepped
            | SystemKind::DiskFull
            | SystemKind::InterfaceDown
            | SystemKind::UnstableSignal
            | SystemKind::SuppressionEnding
            | SystemKind::FloodMode
            | SystemKind::RulesRefused
            | SystemKind::RuleFailing
            | SystemKind::SensorRepair
            | SystemKind::EmptyStep
            | SystemKind::CallsExhausted
            | SystemKind::LegalClock
            | SystemKind::CoverageGap
            | SystemKind::NotSignedIn
            | SystemKind::HandoverOpen
            | SystemKind::ChannelLost => false,
        }
    }
}
