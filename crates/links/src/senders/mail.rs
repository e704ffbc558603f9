//! Pages as mails to a relay, each with its own id as its Message-ID, so that a repeat is seen as one.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use protocols::gateway::{MailSecurity, MailWay, plain_reason};

use super::attempt::{Load, Outcome};
use super::equipment::Exit;
use super::{Reach, Shared, is_near};

/// The domain of Message-IDs; it need not exist.
const DOMAIN: &str = "watchfire.local";

pub(crate) async fn send(shared: &Shared, exit: &Exit, way: &MailWay, load: &Load<'_>) -> Outcome {
    if shared.reach == Reach::Loopback && !is_near(&way.host) {
        return Outcome::refused("a made-up site reaches nobody real");
    }
    let Some(mail) = &load.contact.mail else {
        return Outcome::NoWay { why: "no mailbox" };
    };
    let message = match message(way, mail, load) {
        Ok(message) => message,
        Err(why) => return Outcome::refused(why),
    };
    let patience = Duration::from_millis(exit.gateway.pace.timeout_ms);
    let relay = match relay(exit, way, patience) {
        Ok(relay) => relay,
        Err(cause) => return Outcome::unclear(&words(&cause)),
    };
    match relay.send(message).await {
        Ok(response) => Outcome::Accepted {
            reference: response.message().next().map(plain_reason),
        },
        Err(cause) if cause.is_permanent() => Outcome::refused(&words(&cause)),
        Err(cause) => Outcome::unclear(&words(&cause)),
    }
}

fn message(way: &MailWay, mail: &str, load: &Load<'_>) -> Result<Message, &'static str> {
    let from: Mailbox = way.from.parse().map_err(|_| "the sender is no mailbox")?;
    let address = mail.parse().map_err(|_| "not a mailbox")?;
    let to = Mailbox::new(Some(load.contact.name.clone()), address);
    // An id is of letters, digits and dots or is made so: it stands between < and >.
    let id: String = load
        .page
        .id
        .as_str()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' || c == '-' {
                c
            } else {
                '-'
            }
        })
        .collect();
    Message::builder()
        .from(from)
        .to(to)
        .subject(load.words.title.clone())
        .message_id(Some(format!("<{id}@{DOMAIN}>")))
        .body(format!("{}\r\n", load.words.text))
        .map_err(|_| "no mail could be made of it")
}

fn relay(
    exit: &Exit,
    way: &MailWay,
    patience: Duration,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, Error> {
    let tls = match way.security {
        MailSecurity::Plain => Tls::None,
        MailSecurity::StartTls => Tls::Required(TlsParameters::new(way.host.clone())?),
        MailSecurity::Tls => Tls::Wrapper(TlsParameters::new(way.host.clone())?),
    };
    let mut relay = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&way.host)
        .port(way.port)
        .tls(tls)
        .timeout(Some(patience));
    if let Some((user, secret)) = &way.login {
        let password = exit.secret(secret).to_owned();
        relay = relay.credentials(Credentials::new(user.clone(), password));
    }
    Ok(relay.build())
}

/// A relay's words, without the address they may repeat.
fn words(cause: &Error) -> String {
    let status = cause.status().map(|code| format!("SMTP {code}"));
    status.unwrap_or_else(|| plain_reason(&cause.to_string()))
}
