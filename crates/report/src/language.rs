//! The two languages of a report.

use model::config::Text;

/// Which language a report is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Chinese,
    English,
}

impl Language {
    /// The language of a tag: `en…` is English, everything else Chinese.
    pub fn of_tag(tag: &str) -> Language {
        match tag.starts_with("en") {
            true => Language::English,
            false => Language::Chinese,
        }
    }

    /// The tag of documents.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// A text in this language, else in the other.
    pub fn say(self, text: &Text) -> &str {
        let (first, second) = match self {
            Language::Chinese => (&text.zh, &text.en),
            Language::English => (&text.en, &text.zh),
        };
        if first.is_empty() { second } else { first }
    }

    /// One of two.
    pub(crate) const fn of<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Language::Chinese => zh,
            Language::English => en,
        }
    }
}
