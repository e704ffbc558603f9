//! Messages that were refused, shown on the terminal of whoever looks after the links.

use std::path::Path;

use anyhow::{Context as _, bail};
use model::intake::Refusal;
use store::{Body, Bounds, Quarantine};

use crate::say;

/// Messages looked through for those that are asked for.
const LOOKED_AT: usize = 200_000;
/// Characters shown of a message.
const SHOWN: usize = 300;

/// Prints the newest refused messages, newest first.
pub(crate) fn refused(
    data: &Path,
    interface: Option<&str>,
    kind: Option<&str>,
    newest: usize,
) -> anyhow::Result<()> {
    let kind = kind.map(kind_of).transpose()?;
    let folder = data.join("quarantine");
    if !folder.is_dir() {
        bail!("{} holds no data of a server", data.display());
    }
    let quarantine = Quarantine::open(&folder, Bounds::default());
    let looked_at = match (interface, kind) {
        (None, None) => newest,
        _ => LOOKED_AT,
    };
    let items = quarantine.and_then(|quarantine| quarantine.newest(looked_at));
    let items = items.with_context(|| format!("could not read {}", folder.display()))?;
    let wanted = items.into_iter().filter(|item| {
        interface.is_none_or(|id| item.interface == id) && kind.is_none_or(|kind| item.kind == kind)
    });
    let mut shown = 0usize;
    for item in wanted.take(newest) {
        shown += 1;
        let (at, by, kind) = (item.at, &item.interface, item.kind.word());
        say(&format!("{at}  {by}  {kind}  {}", item.topic))?;
        say(&format!("    {}", item.reason))?;
        say(&format!("    {}", beginning(&item.body)))?;
    }
    if shown == 0 {
        say("nothing was refused")?;
    }
    Ok(())
}

fn kind_of(word: &str) -> anyhow::Result<Refusal> {
    let found = Refusal::ALL.into_iter().find(|kind| kind.word() == word);
    let words = Refusal::ALL.map(Refusal::word).join(", ");
    found.with_context(|| format!("`{word}` is no kind of refusal; there are {words}"))
}

/// One line of a message, whatever is in it.
fn beginning(body: &Body) -> String {
    let kept = body.text.as_deref().or(body.hex.as_deref());
    let kept = kept.unwrap_or_default();
    let plain = kept.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut line: String = plain.take(SHOWN).collect();
    if body.cut || kept.chars().count() > SHOWN {
        line.push_str(&format!(" … ({} bytes)", body.bytes));
    }
    line
}
