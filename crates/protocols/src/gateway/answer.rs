//! What a gateway's answer to a request means.

use serde_json::Value;

use super::reason::{plain_reason, said};

/// Where an answer says that it took the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Success {
    /// JSON pointer to the word that decides; absent: the status alone does.
    pub at: Option<String>,
    /// What stands there when it was taken.
    pub is: Vec<String>,
    /// What stands there when it should be sent again later.
    pub again: Vec<String>,
    /// JSON pointer to the provider's own number for it.
    pub reference: Option<String>,
}

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// A definite yes.
    Accepted { reference: Option<String> },
    /// A definite no: sending it again changes nothing.
    Refused { why: String },
    /// Nobody knows whether it was taken, or the other side asks for patience.
    Unclear { why: String },
}

/// Statuses that say "later" although they begin with a 4.
const LATER: [u16; 3] = [408, 425, 429];

/// Longest reference kept.
const LONGEST_REFERENCE: usize = 200;

impl Success {
    /// Judges an answer by its status and body.
    pub fn judge(&self, status: u16, body: &[u8]) -> Judgement {
        match status {
            200..=299 => self.judge_body(body),
            400..=499 if LATER.contains(&status) => Judgement::Unclear {
                why: format!("HTTP {status}"),
            },
            400..=499 => Judgement::Refused {
                why: format!("HTTP {status}"),
            },
            // A redirect was not followed: the message may carry a secret that is not its target's.
            300..=399 => Judgement::Refused {
                why: format!("HTTP {status}, another address"),
            },
            _ => Judgement::Unclear {
                why: format!("HTTP {status}"),
            },
        }
    }

    fn judge_body(&self, body: &[u8]) -> Judgement {
        let value: Option<Value> = serde_json::from_slice(body).ok();
        let find = |at: &str| value.as_ref()?.pointer(at).and_then(said);
        let reference = self.reference.as_deref().and_then(find);
        let reference = reference.filter(|r| !r.is_empty() && r.len() <= LONGEST_REFERENCE);
        let Some(at) = &self.at else {
            return Judgement::Accepted { reference };
        };
        let Some(word) = find(at) else {
            // Taken by the status, but not in the words agreed on: a person may have been reached.
            return Judgement::Unclear {
                why: format!("an answer without {at}"),
            };
        };
        if self.is.contains(&word) {
            Judgement::Accepted { reference }
        } else if self.again.contains(&word) {
            Judgement::Unclear {
                why: plain_reason(&format!("{at} is {word}")),
            }
        } else {
            Judgement::Refused {
                why: plain_reason(&format!("{at} is {word}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn robot() -> Success {
        Success {
            at: Some("/errcode".to_owned()),
            is: vec!["0".to_owned()],
            again: vec!["130101".to_owned()],
            reference: Some("/id".to_owned()),
        }
    }

    fn word(judged: &Judgement) -> &'static str {
        match judged {
            Judgement::Accepted { .. } => "accepted",
            Judgement::Refused { .. } => "refused",
            Judgement::Unclear { .. } => "unclear",
        }
    }

    #[track_caller]
    fn check(success: &Success, status: u16, body: &str, expected: &str) {
        let judged = success.judge(status, body.as_bytes());
        assert_eq!(word(&judged), expected, "{status} {body}: {judged:?}");
    }

    #[test]
    fn a_status_says_yes_no_or_nothing() {
        let plain = Success::default();
        for (status, expected) in [
            (200, "accepted"),
            (202, "accepted"),
            (302, "refused"),
            (400, "refused"),
            (404, "refused"),
            (408, "unclear"),
            (429, "unclear"),
            (500, "unclear"),
            (503, "unclear"),
        ] {
            check(&plain, status, "", expected);
        }
    }

    #[test]
    fn the_word_in_the_body_decides_where_one_was_agreed_on() {
        check(&robot(), 200, r#"{"errcode":0}"#, "accepted");
        check(&robot(), 200, r#"{"errcode":"0"}"#, "accepted");
        check(&robot(), 200, r#"{"errcode":310000}"#, "refused");
        check(&robot(), 200, r#"{"errcode":130101}"#, "unclear");
        check(&robot(), 200, "it is done", "unclear");
        check(&robot(), 500, r#"{"errcode":0}"#, "unclear");
        let judged = robot().judge(200, br#"{"errcode":0,"id":"x-1"}"#);
        let reference = Some("x-1".to_owned());
        assert_eq!(judged, Judgement::Accepted { reference });
    }
}
