//! Who would have been called: a server's journal lived through under two sites.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use backtest::{CallsInWords, Files, Heard, MOST_CALLS, Nights, RuleSet};
use engine::Engine;
use model::{Config, Effect, Effects, Input, Time};
use runtime::Replayed;
use store::Store;

use crate::args::Backtest;
use crate::say;

/// Lives through the journal and prints the comparison.
pub(crate) fn calls(asked: &Backtest) -> anyhow::Result<()> {
    let data = &asked.data;
    if !Store::is_in(data) {
        bail!(
            "{} is no data folder of a server: presses and receipts stand in its journal alone",
            data.display()
        );
    }
    let against = asked.against.as_deref().unwrap_or(&asked.rules);
    let a = files(&asked.rules, asked.jurisdiction.as_deref())?;
    let b = files(against, Some(&a.config.code))?;
    let (from, to) = (asked.from.unwrap_or(Time::MIN), asked.to);
    let to = to.unwrap_or(Time::from_ms(i64::MAX));
    if from > to {
        bail!("--from lies after --to");
    }
    let mut past = Past {
        code: a.config.code.clone(),
        engine: None,
        out: Effects::default(),
    };
    let mut files = Some((a, b));
    let mut nights: Option<Nights> = None;
    let mut last = from;
    let mut drill = false;
    let lived = runtime::replay(data, |replayed| {
        if let Input::Configured(configured) = replayed.input {
            drill |= configured.config.drill.is_some();
        }
        if replayed.at < from {
            past.live(replayed);
        } else if replayed.at <= to {
            last = replayed.at;
            if let Some((a, b)) = files.take() {
                nights = Some(Nights::begin(past.engine.as_ref(), a, b, from));
            }
            if let Some(nights) = nights.as_mut().filter(|n| n.calls() <= MOST_CALLS) {
                past.tell(replayed, nights);
            }
        } else {
            last = to;
        }
    });
    if drill {
        bail!(
            "{} holds a drill; what was made up is no history",
            data.display()
        );
    }
    lived.with_context(|| format!("the journal in {} is not whole", data.display()))?;
    let Some(nights) = nights else {
        bail!("nothing was entered in that time");
    };
    if nights.calls() > MOST_CALLS {
        bail!("more than {MOST_CALLS} calls lie in that time; choose a shorter one");
    }
    let report = nights.end(last);
    if asked.json {
        say(&serde_json::to_string(&report).context("could not write JSON")?)
    } else {
        say(CallsInWords(&report).to_string().trim_end())
    }
}

/// The files of one jurisdiction of a site folder.
fn files(path: &Path, code: Option<&str>) -> anyhow::Result<Files> {
    let set = RuleSet::open(path, None);
    let set = set.with_context(|| format!("could not try the site in {}", path.display()))?;
    let config = match (code, set.configs()) {
        (None, [only]) => only.clone(),
        (None, _) => bail!(
            "{} has several jurisdictions: name one with --jurisdiction",
            path.display()
        ),
        (Some(code), all) => {
            let mine = all.iter().find(|config| config.code == code);
            let mine = mine.cloned();
            mine.with_context(|| format!("{} has no jurisdiction {code}", path.display()))?
        }
    };
    Ok(Files {
        name: path.display().to_string(),
        config,
    })
}

/// The jurisdiction as it stood before the time that is asked for.
struct Past {
    code: String,
    engine: Option<Engine>,
    out: Effects,
}

impl Past {
    /// The config that an input came under, when it is this jurisdiction's or the process's.
    fn config<'r>(&self, replayed: &'r Replayed<'_>) -> Option<&'r Arc<Config>> {
        let slot = replayed.fleet.jurisdiction(&self.code)?;
        let theirs = slot == replayed.jurisdiction || *replayed.input == Input::Resumed;
        replayed.fleet.config(slot).filter(|_| theirs)
    }

    fn live(&mut self, replayed: &Replayed<'_>) {
        let Some(config) = self.config(replayed) else {
            if let Some(engine) = &mut self.engine {
                engine.fire(replayed.at, &mut self.out);
            }
            drop(self.out.drain());
            return;
        };
        match &mut self.engine {
            Some(engine) => engine.apply(replayed.at, replayed.input, &mut self.out),
            None => self.engine = Some(Engine::new(Arc::clone(config))),
        }
        drop(self.out.drain());
    }

    fn tell(&self, replayed: &Replayed<'_>, nights: &mut Nights) {
        let Some(config) = self.config(replayed) else {
            return nights.pass(replayed.at);
        };
        let decisions = replayed.decisions.as_slice().iter();
        let mine = decisions.filter(|d| d.jurisdiction == Some(replayed.jurisdiction));
        let outcomes: Vec<&Effect> = mine.map(|decision| &decision.effect).collect();
        nights.hear(&Heard {
            at: replayed.at,
            input: replayed.input,
            config,
            outcomes: &outcomes,
        });
    }
}
