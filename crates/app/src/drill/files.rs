//! What a drill says where a real site keeps files: its files are those of its script, and the real ones,
//! with everybody's telephone in them, are not shown.

use std::collections::BTreeMap;

use api::{
    BacktestRequest, CallTrialRequest, Later, NotTried, PhoneBook, PhoneRequest, RegistryView,
    ReviewView, RuleFileView, SheetView, SiteDesk, Taken, Trial, Upload,
};
use model::backtest::calls::CallReport;
use model::{Origin, PersonId};

const NO_FILES: &str = "this is a drill: the site's files are neither shown nor changed here";
const NO_PHONES: &str = "this is a drill: it wakes no phone; keep the page open";

/// Files that nobody sees.
pub(super) struct NoFiles;

fn refuse<T: Send + 'static>() -> Later<'static, T> {
    Box::pin(std::future::ready(Err(NO_FILES.to_owned())))
}

impl SiteDesk for NoFiles {
    fn review(&self, _apply: bool, _by: Origin) -> Later<'_, Taken<ReviewView>> {
        refuse()
    }

    fn registry(
        &self,
        _upload: Upload,
        _apply: bool,
        _by: PersonId,
    ) -> Later<'_, Taken<RegistryView>> {
        refuse()
    }

    fn rule_files(&self) -> Later<'_, Vec<RuleFileView>> {
        refuse()
    }

    fn sheet(&self, _: String, _: String, _: Option<String>) -> Later<'_, SheetView> {
        refuse()
    }

    fn workbook(&self, _: SheetView) -> Later<'_, Vec<u8>> {
        refuse()
    }

    fn try_rules(&self, _files: BTreeMap<String, String>) -> Later<'_, ReviewView> {
        refuse()
    }

    fn backtest(&self, _asked: BacktestRequest) -> Trial<'_> {
        Box::pin(std::future::ready(Err(NotTried::Said(NO_FILES.to_owned()))))
    }

    fn organisation_files(&self, _jurisdiction: String) -> Later<'_, Vec<RuleFileView>> {
        refuse()
    }

    fn try_organisation(
        &self,
        _jurisdiction: String,
        _files: BTreeMap<String, String>,
    ) -> Later<'_, ReviewView> {
        refuse()
    }

    fn try_calls(&self, _asked: CallTrialRequest) -> Trial<'_, CallReport> {
        Box::pin(std::future::ready(Err(NotTried::Said(NO_FILES.to_owned()))))
    }
}

/// Phones that nobody wakes: a subscription is a way to a real person.
pub(super) struct NoPhones;

impl PhoneBook for NoPhones {
    fn key(&self) -> String {
        String::new()
    }

    fn note(&self, _: &str, _: &PersonId, _: PhoneRequest) -> Result<(), String> {
        Err(NO_PHONES.to_owned())
    }

    fn forget(&self, _endpoint: &str) {}
}
