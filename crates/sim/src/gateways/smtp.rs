//! A mail relay that keeps what it gets: as much of SMTP as a sender needs.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::record::{Heard, Record};

/// How one mail fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFault {
    /// Asked to come again: 451.
    Later,
    /// No such mailbox: 550.
    NoMailbox,
    /// Taken, and the line breaks before it is said.
    Cut,
}

/// A relay that is open.
pub struct MailSink {
    address: SocketAddr,
    post: Arc<Post>,
    serving: JoinHandle<()>,
}

struct Post {
    record: Record,
    faults: Mutex<VecDeque<MailFault>>,
}

impl MailSink {
    /// Opens a relay on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
    pub async fn open(faults: impl IntoIterator<Item = MailFault>) -> anyhow::Result<MailSink> {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .context("could not open a stand-in mail relay")?;
        let address = listener.local_addr().context("the relay has no address")?;
        let post = Arc::new(Post {
            record: Record::default(),
            faults: Mutex::new(faults.into_iter().collect()),
        });
        let own = Arc::clone(&post);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let post = Arc::clone(&own);
                tokio::spawn(async move {
                    if let Err(error) = talk(stream, &post).await {
                        tracing::debug!(%error, "a mail's line broke");
                    }
                });
            }
        });
        Ok(MailSink {
            address,
            post,
            serving,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it got; the page of a mail is its Message-ID.
    pub fn record(&self) -> &Record {
        &self.post.record
    }
}

impl Drop for MailSink {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn talk(stream: TcpStream, post: &Post) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 stand-in ESMTP\r\n").await?;
    let mut to = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let word = line.trim_end().to_ascii_uppercase();
        let said: &[u8] = if word.starts_with("EHLO") || word.starts_with("HELO") {
            b"250-stand-in\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 SMTPUTF8\r\n"
        } else if word.starts_with("AUTH PLAIN ") {
            b"235 2.7.0 welcome\r\n"
        } else if word.starts_with("RCPT") {
            to = between(&line, '<', '>').to_owned();
            b"250 ok\r\n"
        } else if word == "DATA" {
            stream.write_all(b"354 go on\r\n").await?;
            let mail = read_mail(&mut stream).await?;
            match take(post, &to, &mail) {
                Some(said) => said,
                None => return Ok(()),
            }
        } else if word == "QUIT" {
            stream.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            b"250 ok\r\n"
        };
        stream.write_all(said).await?;
    }
}

async fn read_mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut mail = String::new();
    loop {
        let start = mail.len();
        let read = stream.read_line(&mut mail).await?;
        if read == 0 || &mail[start..] == ".\r\n" {
            mail.truncate(start);
            return Ok(mail);
        }
    }
}

/// Keeps a mail and says what becomes of it; nothing where the line is to break.
fn take(post: &Post, to: &str, mail: &str) -> Option<&'static [u8]> {
    let fault = post
        .faults
        .lock()
        .expect("nobody panics with it")
        .pop_front();
    let id = mail
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID: "));
    let (answered, said): (_, Option<&'static [u8]>) = match fault {
        None => ("accepted", Some(b"250 2.0.0 queued as 4711\r\n")),
        Some(MailFault::Later) => ("later", Some(b"451 4.3.0 come again\r\n")),
        Some(MailFault::NoMailbox) => ("refused", Some(b"550 5.1.1 no such mailbox\r\n")),
        Some(MailFault::Cut) => ("silence", None),
    };
    post.record.add(Heard {
        page: between(id.unwrap_or_default(), '<', '@').to_owned(),
        to: to.to_owned(),
        text: mail.to_owned(),
        answered,
    });
    said
}

fn between(text: &str, open: char, close: char) -> &str {
    let after = text.split_once(open).map_or("", |(_, after)| after);
    after.split_once(close).map_or("", |(inside, _)| inside)
}
