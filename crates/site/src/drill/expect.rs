//! What a script expects of whom, and where that will be seen.

use model::PostId;
use model::drill::{About, Expect};

use super::check::Checker;
use super::read::{Drafted, Hoped, Said, Written};
use crate::Jurisdiction;
use crate::diagnose::{Diagnostics, Problem};

/// What an expectation is called in the file, in the order in which they come.
const STEPS: [&str; 4] = ["acknowledged", "commanded", "on_scene", "proven"];

impl Checker<'_> {
    pub(super) fn expect(
        &self,
        hoped: &Hoped,
        drafted: &Drafted,
        written: &Written,
        county: &Jurisdiction,
        out: &mut Diagnostics,
    ) -> Option<Expect> {
        let posts = &county.config.organisation.posts;
        let post = &hoped.post;
        if !posts.iter().any(|one| one.id.as_str() == post.text) {
            let what = format!("posts.toml has no post `{}`", post.text);
            let known = posts.iter().map(|one| one.id.as_str());
            out.push(self.at(post, what).near(&post.text, known));
        }
        let asked: Vec<(&str, i64)> = STEPS
            .into_iter()
            .zip(hoped.within)
            .filter_map(|(step, within)| Some((step, within?)))
            .collect();
        if asked.is_empty() && !hoped.to_nobody {
            let problem = Problem::at(self.source, hoped.span.clone(), "nothing is expected");
            let keys = STEPS.join(", ");
            out.push(problem.expecting(format!("at least one of {keys}, escalated")));
        }
        for pair in asked.windows(2) {
            let [(first, sooner), (then, later)] = pair else {
                continue;
            };
            if later < sooner {
                let what = format!("`{then}` is due before `{first}`");
                out.push(Problem::at(self.source, hoped.span.clone(), what));
            }
        }
        Some(Expect {
            post: PostId(post.text.clone()),
            about: self.about(hoped, drafted, written, county, out)?,
            acknowledged_ms: hoped.within[0],
            commanded_ms: hoped.within[1],
            on_scene_ms: hoped.within[2],
            proven_ms: hoped.within[3],
            escalated_to_nobody: hoped.to_nobody,
        })
    }

    /// Where what is expected will be seen.
    fn about(
        &self,
        hoped: &Hoped,
        drafted: &Drafted,
        written: &Written,
        county: &Jurisdiction,
        out: &mut Diagnostics,
    ) -> Option<About> {
        if let Some(word) = &hoped.station {
            self.station(word, &county.config, out)?;
            return Some(About::Station {
                station: word.text.clone(),
                from_ms: drafted.at.0,
            });
        }
        let of = match &hoped.about {
            Some(word) => {
                let known = || written.injects.iter().map(|one| one.id.text.as_str());
                let other = written.injects.iter().find(|one| one.id.text == word.text);
                if other.is_none() {
                    let what = format!("there is no inject `{}`", word.text);
                    out.push(self.at(word, what).near(&word.text, known()));
                }
                other?
            }
            None => drafted,
        };
        match &of.what {
            Said::Values { station, .. }
            | Said::Ramp { station, .. }
            | Said::Silence { station, .. } => Some(About::Station {
                station: station.text.clone(),
                from_ms: of.at.0,
            }),
            Said::Report { .. } => Some(About::Report {
                inject: of.id.text.clone(),
            }),
            Said::Recorded { .. }
            | Said::Interface { .. }
            | Said::Unreachable { .. }
            | Said::Note(_) => {
                let what = format!(
                    "nothing comes of `{}` that could be acknowledged",
                    of.id.text
                );
                let problem = Problem::at(self.source, hoped.span.clone(), what);
                out.push(problem.hint(
                    "say `station = …` or `about = …` with the id of an inject of readings or a report",
                ));
                None
            }
        }
    }
}
