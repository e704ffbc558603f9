//! What a gateway got, in order, and a way to wait for it.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;

/// One message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The id that came with it, empty where the channel carries none.
    pub page: String,
    /// The number or address it is for.
    pub to: String,
    pub text: String,
    /// What it was answered with, in a word.
    pub answered: &'static str,
}

/// What arrived so far.
#[derive(Debug, Default)]
pub struct Record {
    heard: Mutex<Vec<Heard>>,
    news: Notify,
}

impl Record {
    pub(super) fn add(&self, heard: Heard) {
        self.heard
            .lock()
            .expect("nobody panics with it")
            .push(heard);
        self.news.notify_waiters();
    }

    /// Everything so far, in order.
    pub fn all(&self) -> Vec<Heard> {
        self.heard.lock().expect("nobody panics with it").clone()
    }

    /// Waits until `count` messages have arrived.
    ///
    /// # Panics
    /// After ten seconds, with everything that arrived.
    pub async fn await_count(&self, count: usize) -> Vec<Heard> {
        let waiting = async {
            loop {
                let news = self.news.notified();
                let all = self.all();
                if all.len() >= count {
                    return all;
                }
                news.await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(10), waiting).await {
            Ok(all) => all,
            Err(_) => panic!("{count} messages were awaited, there are {:#?}", self.all()),
        }
    }
}
