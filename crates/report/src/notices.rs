//! Conditions of the system itself, from their beginning to their end.

use model::config::{AreaKind, Text};
use model::effect::SystemKind;
use model::page::{About as Called, Channel};
use model::view::RunView;
use model::{OpId, RunId, SituationId, TaskId};

use crate::chronicle::{Chronicle, World, about_situation};
use crate::course::What;
use crate::facts::{About, Moment, NoticeRow};
use crate::language::Language;
use crate::words;

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
        let about = about(kind, subject, world);
        let name = if let About::Station { name, .. } = &about {
            name.clone()
        } else {
            Text::same(subject)
        };
        match (on, self.notices.get(&key).copied()) {
            (true, None) => {
                self.notices.insert(key, self.report.notices.len());
                self.report.notices.push(NoticeRow {
                    kind,
                    subject: subject.to_owned(),
                    name,
                    about: about.clone(),
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
            | SystemKind::ChannelLost
            | SystemKind::ReplyUnread
            | SystemKind::JournalBroken => false,
        }
    }
}

/// What a notice is about, as people call it; its own subject where nothing has that name any more.
pub(crate) fn about(kind: SystemKind, subject: &str, world: &dyn World) -> About {
    let stem = subject.split(['/', '#']).next().unwrap_or(subject);
    let found = match kind {
        SystemKind::Unanswered | SystemKind::NeedHelp | SystemKind::CrewOverdue => {
            about_task(&TaskId(subject.to_owned()), world)
        }
        SystemKind::Undecided => {
            let id = subject.parse::<SituationId>().ok();
            id.and_then(|id| world.situation(id))
                .map(|view| about_situation(&view))
        }
        SystemKind::ReportOverdue => Some(About::Incident {
            id: OpId::from(stem),
        }),
        SystemKind::EmptyStep | SystemKind::CallsExhausted | SystemKind::LegalClock => {
            let run = world.run(&RunId(stem.to_owned()));
            run.and_then(|run| about_run(&run, world))
        }
        SystemKind::CoverageGap | SystemKind::NotSignedIn | SystemKind::HandoverOpen => {
            let mut posts = world.config().organisation.posts.iter();
            let post = posts.find(|post| post.id.as_str() == subject);
            post.map(|post| named(subject, post.title.clone()))
        }
        SystemKind::ChannelLost => about_channel(subject, world),
        SystemKind::ReplyUnread => about_reply(subject),
        SystemKind::SightLost
        | SystemKind::LinkDown
        | SystemKind::ClockStepped
        | SystemKind::DiskFull
        | SystemKind::BlindSpot
        | SystemKind::InterfaceDown
        | SystemKind::UnstableSignal
        | SystemKind::SuppressionEnding
        | SystemKind::FloodMode
        | SystemKind::RulesRefused
        | SystemKind::JournalBroken
        | SystemKind::RuleFailing
        | SystemKind::SensorRepair => {
            let mut stations = world.config().stations.iter();
            let station = stations.find(|s| s.id == subject || s.id == stem);
            station.map(|station| named(subject, station.name.clone()))
        }
    };
    found.unwrap_or_else(|| named(subject, Text::same(subject)))
}

fn named(subject: &str, name: Text) -> About {
    About::Station {
        id: subject.to_owned(),
        name,
        title: Text::default(),
        level: 0,
    }
}

fn about_task(id: &TaskId, world: &dyn World) -> Option<About> {
    let task = world.task(id)?;
    let title = world.command(&task.command)?.title;
    Some(About::Command {
        id: task.command,
        title,
        person: Some(task.person),
    })
}

/// What people were called about; of a test or a roll-call its own name.
pub(crate) fn about_run(run: &RunView, world: &dyn World) -> Option<About> {
    match &run.about {
        Called::Situation(id) => Some(about_situation(&world.situation(*id)?)),
        Called::Task(id) => about_task(id, world),
        Called::Notice { .. } | Called::RollCall(_) | Called::Test(_) => {
            Some(named(&run.id.0, run.title.clone()))
        }
    }
}

/// `sms/330624112`: the channel, and where it reaches nobody.
/// Whose reply it was; nobody is named whose number is of nobody known.
fn about_reply(subject: &str) -> Option<About> {
    let (channel, person) = subject.split_once('/')?;
    let channel = Channel::of_word(channel)?;
    let behind = |l: Language| match person {
        "" => l.of("不认识的号码", "an unknown number").to_owned(),
        known => known.to_owned(),
    };
    let said = |l| format!("{} · {}", words::channel(channel, l), behind(l));
    let name = Text::new(&said(Language::Chinese), &said(Language::English));
    Some(named(subject, name))
}

fn about_channel(subject: &str, world: &dyn World) -> Option<About> {
    let (channel, code) = subject.split_once('/')?;
    let channel = Channel::of_word(channel)?;
    let mut areas = world.config().areas.iter();
    let area = areas.find(|area| area.kind == AreaKind::Township && area.code == code)?;
    let said = |l| format!("{} · {}", words::channel(channel, l), l.say(&area.title));
    let name = Text::new(&said(Language::Chinese), &said(Language::English));
    Some(named(subject, name))
}
