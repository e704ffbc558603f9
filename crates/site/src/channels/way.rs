//! What carries a page: `[http]`, `[mail]`, `[push]` or `[loudspeaker]`, one of them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use model::level::Level;
use model::page::Channel;
use protocols::gateway::{
    BadPattern, BodyKind, Escape, Filling, Hole, HttpWay, LoudspeakerWay, MailSecurity, MailWay,
    Method, Pattern, PushWay, Sign, SignScheme, Success, Way,
};

use super::Around;
use super::receipts::pointer;
use crate::diagnose::{Diagnostics, Problem};
use crate::document::{Table, Value, Word};

type Secrets = BTreeMap<String, PathBuf>;

pub(super) fn read_way(
    file: &mut Table<'_>,
    channel: Option<Channel>,
    secrets: &Secrets,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Option<Way> {
    const WAYS: [&str; 4] = ["http", "mail", "push", "loudspeaker"];
    let named = WAYS.iter().filter(|way| file.has(way)).count();
    let source = file.source();
    let mut ways = Vec::new();
    ways.extend(file.optional("http", out, |value, out| {
        read_http(value, channel, secrets, around, out).map(|way| Way::Http(Box::new(way)))
    }));
    ways.extend(file.optional("mail", out, |value, out| {
        read_mail(value, secrets, around, out).map(Way::Mail)
    }));
    ways.extend(file.optional("push", out, |value, out| {
        read_push(value, out).map(Way::Push)
    }));
    ways.extend(file.optional("loudspeaker", out, |value, out| {
        read_loudspeaker(value, out).map(Way::Loudspeaker)
    }));
    if named != 1 {
        let what = format!("a channel goes by one way; here are {named}");
        out.push(
            Problem::whole(source, what).expecting("one of [http], [mail], [push], [loudspeaker]"),
        );
        return None;
    }
    let way = ways.pop()?;
    let fits = match (&way, channel?) {
        (Way::Http(_), channel) => channel != Channel::Push,
        (Way::Mail(_), channel) => channel == Channel::Mail,
        (Way::Push(_), channel) => channel == Channel::Push,
        (Way::Loudspeaker(_), channel) => channel == Channel::Loudspeaker,
    };
    if !fits {
        out.push(Problem::whole(
            source,
            "this way does not carry that channel",
        ));
        return None;
    }
    Some(way)
}

fn read_http(
    value: Value<'_>,
    channel: Option<Channel>,
    secrets: &Secrets,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Option<HttpWay> {
    let whole = value.problem("");
    let mut table = value.table(out)?;
    let method = table.optional("method", out, |value, out| {
        value.one_of(
            &[
                ("POST", Method::Post),
                ("PUT", Method::Put),
                ("GET", Method::Get),
            ],
            out,
        )
    });
    let method = method.unwrap_or(Method::Post);
    let kind = table.optional("kind", out, |value, out| {
        value.one_of(
            &[
                ("json", BodyKind::Json),
                ("form", BodyKind::Form),
                ("text", BodyKind::Text),
            ],
            out,
        )
    });
    let kind = kind.unwrap_or(BodyKind::Json);
    let sign = table.optional("sign", out, |value, out| read_sign(value, secrets, out));
    let mut holes = Vec::new();
    let mut take = |value: Value<'_>, out: &mut Diagnostics| {
        let pattern = read_pattern(&value, secrets, sign.is_some(), out)?;
        holes.extend(pattern.holes().cloned());
        Some(pattern)
    };
    let url = table.required("url", out, |value, out| {
        let place = value.problem("this is no address of a gateway");
        let pattern = take(value, out)?;
        sound_url(&pattern, place, around, out).then_some(pattern)
    });
    let headers = table.optional("headers", out, |value, out| {
        let mut headers = Vec::new();
        for (name, value) in value.pairs(out)? {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if !name.text.chars().all(fits) {
                let what = format!("`{}` is no name of a header", name.text);
                out.push(Problem::at(value.source, name.span, what));
                continue;
            }
            headers.extend(take(value, out).map(|pattern| (name.text, pattern)));
        }
        Some(headers)
    });
    let body = table.optional("body", out, |value, out| {
        let place = value.problem("the filled-in body is no JSON");
        let pattern = take(value, out)?;
        if kind == BodyKind::Json && !is_json(&pattern) {
            out.push(place.hint("a text is filled in between quotes: \"{{text}}\""));
        }
        Some(pattern)
    });
    let success = table.optional("success", out, read_success);
    table.close(out);
    if method == Method::Get && body.is_some() {
        out.push(whole.clone().saying("a GET has no body"));
    }
    tell_holes(&holes, channel, sign.is_some(), &whole, out);
    Some(HttpWay {
        method,
        url: url?,
        headers: headers.unwrap_or_default(),
        body,
        kind,
        sign,
        success: success.unwrap_or_default(),
    })
}

/// What a request cannot do without.
fn tell_holes(
    holes: &[Hole],
    channel: Option<Channel>,
    signed: bool,
    whole: &Problem,
    out: &mut Diagnostics,
) {
    let any = |wanted: &[Hole]| holes.iter().any(|hole| wanted.contains(hole));
    let calls = matches!(channel, Some(Channel::Sms | Channel::Voice));
    if calls && !any(&[Hole::Phone, Hole::Mobile]) {
        let problem = whole.clone().saying("nothing says whom to call");
        out.push(problem.expecting("{{to.phone}} somewhere in url, headers or body"));
    }
    if !any(&[Hole::Text, Hole::Title]) {
        let problem = whole.clone().saying("nothing says what it is about");
        out.push(problem.expecting("{{text}} or {{title}}"));
    }
    if !any(&[Hole::Page, Hole::Code, Hole::Text]) {
        let problem = whole.clone().saying("the other side cannot tell a repeat");
        out.push(problem.expecting("{{page}}").noted());
    }
    if signed && !any(&[Hole::Sign]) {
        let problem = whole
            .clone()
            .saying("the signature is asked for and not sent");
        out.push(problem.expecting("{{sign}} and {{sign.time}}"));
    }
}

fn read_pattern(
    value: &Value<'_>,
    secrets: &Secrets,
    signed: bool,
    out: &mut Diagnostics,
) -> Option<Pattern> {
    let Some(text) = value.as_text() else {
        out.push(value.problem("this must be a text in quotes"));
        return None;
    };
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(bad) => {
            let words: Vec<&str> = Pattern::words().collect();
            let problem = value.problem(bad.to_string());
            let expected = format!("{}, or secret.<name>", words.join(", "));
            let near = match &bad {
                BadPattern::Unknown { word, .. } => word.as_str(),
                BadPattern::Open { .. } => "",
            };
            out.push(problem.expecting(expected).near(near, words));
            return None;
        }
    };
    for hole in pattern.holes() {
        match hole {
            Hole::Secret(name) if !secrets.contains_key(name) => {
                let what = format!("[secrets] names no file for `{name}`");
                let known = secrets.keys().map(String::as_str);
                out.push(value.problem(what).near(name, known));
            }
            Hole::Sign | Hole::SignTime if !signed => {
                let problem = value.problem("there is no signature to fill in");
                out.push(problem.expecting("sign = { as = \"dingtalk\", secret = \"…\" }"));
            }
            Hole::Secret(_)
            | Hole::Sign
            | Hole::SignTime
            | Hole::Page
            | Hole::Code
            | Hole::Text
            | Hole::Title
            | Hole::Phone
            | Hole::Mobile
            | Hole::Mail
            | Hole::Name
            | Hole::Level => {}
        }
    }
    Some(pattern)
}

/// A pattern filled with words that need every escape there is.
fn sample(pattern: &Pattern, escape: Escape) -> String {
    let filling = Filling {
        page: "p-\"1\"",
        code: "7f3a",
        text: "a \"b\"\nc",
        title: "a",
        phone: "+8613000000000",
        mail: "a@b.cn",
        name: "a",
        level: Some(Level::Red),
        sign_time: "1",
        sign: "a+b=",
    };
    pattern.fill(&filling, escape, |_| "s")
}

fn is_json(pattern: &Pattern) -> bool {
    serde_json::from_str::<serde_json::Value>(&sample(pattern, Escape::Json)).is_ok()
}

fn sound_url(
    pattern: &Pattern,
    place: Problem,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> bool {
    let expected = "http://… or https://… with its host written out";
    let filled = sample(pattern, Escape::Url);
    let Ok(url) = url::Url::parse(&filled) else {
        out.push(place.expecting(expected));
        return false;
    };
    // Where a message goes stands in the file, not in what is filled in.
    let host_stands = pattern
        .head()
        .split_once("://")
        .is_some_and(|(_, rest)| pattern.holes().next().is_none() || rest.contains('/'));
    let Some(host) = url.host_str().filter(|_| host_stands) else {
        out.push(place.expecting(expected));
        return false;
    };
    match url.scheme() {
        "https" => {}
        "http" if is_near(host) => {}
        "http" => {
            let problem = place
                .clone()
                .saying("telephone numbers travel readable by anybody");
            out.push(problem.expecting("https").noted());
        }
        _ => {
            out.push(place.expecting(expected));
            return false;
        }
    }
    sound_reach(host, &place, around, out)
}

/// Whether a host is this very machine.
fn is_near(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    bare == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// A site whose people or whose time are made up speaks to stand-ins alone.
fn sound_reach(host: &str, place: &Problem, around: &Around<'_>, out: &mut Diagnostics) -> bool {
    let sound = !around.near_only || is_near(host);
    if !sound {
        let what = "a site that is made up, or whose time is, reaches nobody real";
        let problem = place.clone().saying(what);
        out.push(problem.expecting("a stand-in on this machine, such as http://127.0.0.1:9000/…"));
    }
    sound
}

fn read_sign(value: Value<'_>, secrets: &Secrets, out: &mut Diagnostics) -> Option<Sign> {
    let source = value.source;
    let mut table = value.table(out)?;
    let scheme = table.required("as", out, |value, out| {
        value.one_of(
            &[
                ("dingtalk", SignScheme::DingTalk),
                ("feishu", SignScheme::Feishu),
            ],
            out,
        )
    });
    let secret = table.required("secret", out, Value::text);
    table.close(out);
    let secret = secret?;
    known_secret(&secret, source, secrets, out).then_some(())?;
    Some(Sign {
        scheme: scheme?,
        secret: secret.text,
    })
}

fn known_secret(
    word: &Word,
    source: &crate::diagnose::Source,
    secrets: &Secrets,
    out: &mut Diagnostics,
) -> bool {
    let known = secrets.contains_key(&word.text);
    if !known {
        let what = format!("[secrets] names no file for `{}`", word.text);
        let problem = Problem::at(source, word.span.clone(), what);
        out.push(problem.near(&word.text, secrets.keys().map(String::as_str)));
    }
    known
}

fn read_success(value: Value<'_>, out: &mut Diagnostics) -> Option<Success> {
    let mut table = value.table(out)?;
    let words = |value: Value<'_>, out: &mut Diagnostics| {
        let words = value.words(out)?;
        Some(words.into_iter().map(|word| word.text).collect::<Vec<_>>())
    };
    let success = Success {
        at: table.optional("at", out, pointer),
        is: table.optional("is", out, words).unwrap_or_default(),
        again: table.optional("again", out, words).unwrap_or_default(),
        reference: table.optional("reference", out, pointer),
    };
    if success.at.is_some() == success.is.is_empty() {
        let problem = Problem::at(table.source(), table.span(), "`at` and `is` go together");
        out.push(problem.expecting("{ at = \"/errcode\", is = [\"0\"] }"));
    }
    table.close(out);
    Some(success)
}

fn read_mail(
    value: Value<'_>,
    secrets: &Secrets,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Option<MailWay> {
    let mut table = value.table(out)?;
    let relay = table.required("relay", out, |value, out| read_relay(&value, around, out));
    let from = table.required("from", out, |value, out| {
        let problem = value.problem("nobody can answer to this sender");
        let text = value.text(out)?.text;
        if !text.contains('@') {
            out.push(problem.expecting("\"烽火 <watchfire@example.cn>\""));
            return None;
        }
        Some(text)
    });
    let login = table.optional("login", out, |value, out| {
        let source = value.source;
        let mut login = value.table(out)?;
        let user = login.required("user", out, Value::text);
        let secret = login.required("secret", out, Value::text);
        login.close(out);
        let secret = secret?;
        known_secret(&secret, source, secrets, out).then_some((user?.text, secret.text))
    });
    table.close(out);
    let (security, host, port) = relay?;
    Some(MailWay {
        security,
        host,
        port,
        from: from?,
        login,
    })
}

fn read_relay(
    value: &Value<'_>,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Option<(MailSecurity, String, u16)> {
    let expected = "smtps://host, smtp+starttls://host, or smtp://127.0.0.1:25";
    let place = value.problem("this is no mail relay");
    let text = value.as_text().unwrap_or_default();
    let known = [
        ("smtps://", MailSecurity::Tls, 465),
        ("smtp+starttls://", MailSecurity::StartTls, 587),
        ("smtp://", MailSecurity::Plain, 25),
    ];
    let scheme = known.iter().find(|(scheme, ..)| text.starts_with(scheme));
    let Some((scheme, security, usual)) = scheme else {
        out.push(place.expecting(expected));
        return None;
    };
    let rest = text[scheme.len()..].trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (rest, Some(*usual)),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let sound = !host.is_empty() && host.chars().all(fits);
    let Some(port) = port.filter(|_| sound) else {
        out.push(place.expecting(expected));
        return None;
    };
    if *security == MailSecurity::Plain && !is_near(host) {
        let problem = place.saying("a mail leaves this machine unencrypted");
        out.push(problem.expecting(expected));
        return None;
    }
    sound_reach(host, &place, around, out).then(|| (*security, host.to_owned(), port))
}

fn read_push(value: Value<'_>, out: &mut Diagnostics) -> Option<PushWay> {
    let mut table = value.table(out)?;
    let contact = table.required("contact", out, |value, out| {
        let problem = value.problem("a push service could not write to this");
        let text = value.text(out)?.text;
        if !text.starts_with("mailto:") && !text.starts_with("https://") {
            out.push(problem.expecting("\"mailto:duty@example.cn\""));
            return None;
        }
        Some(text)
    });
    let keep = table.optional("keep", out, Value::duration);
    table.close(out);
    Some(PushWay {
        contact: contact?,
        keep_s: keep.map_or(900, |ms| u32::try_from(ms / 1000).unwrap_or(u32::MAX)),
    })
}

fn read_loudspeaker(value: Value<'_>, out: &mut Diagnostics) -> Option<LoudspeakerWay> {
    let mut table = value.table(out)?;
    let path = table.optional("path", out, |value, out| {
        let problem = value.problem("a topic cannot hold that");
        let text = value.text(out)?.text;
        if text.contains(['#', '+']) || text.starts_with('/') {
            out.push(problem.expecting("the part behind down/<station>/, such as \"announce\""));
            return None;
        }
        Some(text)
    });
    let lives = table.optional("lives", out, Value::duration);
    table.close(out);
    Some(LoudspeakerWay {
        path: path.unwrap_or_else(|| "announce".to_owned()),
        lives_ms: lives.map_or(600_000, |ms| u64::try_from(ms).unwrap_or(0)),
    })
}
