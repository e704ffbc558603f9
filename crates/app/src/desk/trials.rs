//! Trials wait for their turn: one at a time, and none for somebody who has gone.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use api::{BacktestRequest, CallTrialRequest, NotTried, ProblemView, ReviewView};
use model::JurisdictionSlot;
use model::backtest::Report;
use model::backtest::calls::CallReport;
use runtime::{Replays, Stopped};
use site::Site;

use super::{Desk, aside, changes, difference, told};
use crate::backtest::happened;
use crate::trial::{Patience, Subject};

impl Desk {
    pub(super) async fn try_night(&self, asked: BacktestRequest) -> Result<Report, NotTried> {
        let code = asked.jurisdiction.clone();
        let work = move |subject: &Subject, replays: &Replays, stop: &AtomicBool| {
            subject.run(replays, &asked, stop)
        };
        self.in_turn(code.as_deref(), work).await
    }

    pub(super) async fn try_other_calls(
        &self,
        asked: CallTrialRequest,
    ) -> Result<CallReport, NotTried> {
        let code = asked.jurisdiction.clone();
        let work = move |subject: &Subject, replays: &Replays, stop: &AtomicBool| {
            subject.calls(replays, &asked, stop)
        };
        self.in_turn(code.as_deref(), work).await
    }

    /// Waits for its turn, and stops the work when whoever asked lets go of it.
    async fn in_turn<T: Send + 'static>(
        &self,
        code: Option<&str>,
        work: impl FnOnce(&Subject, &Replays, &AtomicBool) -> Result<T, NotTried> + Send + 'static,
    ) -> Result<T, NotTried> {
        let _place = self.trials.try_acquire().map_err(|_| NotTried::Queue)?;
        let trial = Arc::clone(&self.trial).lock_owned().await;
        let subject = self.subject(code).await?;
        let patience = Patience::default();
        let stop = patience.watch();
        let work = move |replays: &Replays| {
            let report = work(&subject, replays, &stop);
            drop(trial);
            report
        };
        let done = self.past.replays.aside(work).await;
        done.map_err(|cause| NotTried::Said(told(cause)))?
    }

    pub(crate) async fn subject(&self, code: Option<&str>) -> Result<Subject, NotTried> {
        let failed = |cause: Stopped| NotTried::Said(told(cause));
        let now = self.in_force().await.map_err(failed)?;
        let place = match (code, now.len()) {
            (Some(code), _) => now.iter().position(|config| config.code == code),
            (None, 1) => Some(0),
            (None, _) => None,
        };
        let place = place.ok_or_else(|| {
            let asked = code.unwrap_or("was named, and there are several");
            NotTried::Said(format!("no jurisdiction {asked}"))
        })?;
        let slot = JurisdictionSlot(place as u16);
        let events = self.inbox.ask(move |fleet| happened(fleet, slot)).await;
        Ok(Subject {
            folder: self.folder.clone(),
            texts: self.past.texts.clone(),
            config: Arc::clone(&now[place]),
            events: events.map_err(failed)?,
        })
    }

    /// What is wrong with files that `read` takes as if they were the site's, or what they would change.
    pub(super) async fn reviewed(
        &self,
        read: impl FnOnce(&Path) -> Result<(Site, Vec<ProblemView>), NotTried> + Send + 'static,
    ) -> Result<ReviewView, String> {
        let folder = self.folder.clone();
        let (site, notes) = match aside(move || read(&folder)).await? {
            Ok(read) => read,
            Err(NotTried::Unsound(problems)) => {
                return Ok(ReviewView {
                    problems,
                    ..ReviewView::default()
                });
            }
            Err(NotTried::Said(why)) => return Err(why),
            Err(why @ (NotTried::TooMany { .. } | NotTried::Queue)) => {
                return Err(format!("{why:?}"));
            }
        };
        let now = self.in_force().await.map_err(told)?;
        Ok(ReviewView {
            problems: notes,
            difference: difference(&now, &site),
            changes: changes(&now, &site),
            applied: false,
        })
    }
}
