//! Pages as requests to another program, by the template of its file.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Request, Uri};
use protocols::gateway::{Escape, Filling, Hole, HttpWay, Method};

use super::attempt::{Load, Outcome};
use super::equipment::Exit;
use super::sign::Signature;
use super::{Shared, sign};

pub(crate) async fn send(shared: &Shared, exit: &Exit, way: &HttpWay, load: &Load<'_>) -> Outcome {
    if let Some(lack) = lack(way, load) {
        return Outcome::NoWay { why: lack };
    }
    let signature = match &way.sign {
        Some(wanted) => sign::sign(wanted.scheme, exit.secret(&wanted.secret), sign::now_ms()),
        None => Signature::default(),
    };
    let request = match request(exit, way, load, &signature) {
        Ok(request) => request,
        // The file was checked; what was filled in made it none.
        Err(cause) => return Outcome::refused(&format!("no request could be made: {cause}")),
    };
    match shared.client.ask(shared.reach, request).await {
        Ok(answer) => Outcome::of(way.success.judge(answer.status, &answer.body), answer.wait),
        Err(no_answer) => no_answer.into(),
    }
}

/// What the template asks for and the person does not have.
fn lack(way: &HttpWay, load: &Load<'_>) -> Option<&'static str> {
    let patterns = std::iter::once(&way.url)
        .chain(way.headers.iter().map(|(_, pattern)| pattern))
        .chain(&way.body);
    for hole in patterns.flat_map(|pattern| pattern.holes()) {
        match hole {
            Hole::Phone | Hole::Mobile if load.contact.phone.is_none() => {
                return Some("no telephone number");
            }
            Hole::Mail if load.contact.mail.is_none() => return Some("no mailbox"),
            Hole::Phone
            | Hole::Mobile
            | Hole::Mail
            | Hole::Page
            | Hole::Code
            | Hole::Text
            | Hole::Title
            | Hole::Name
            | Hole::Level
            | Hole::SignTime
            | Hole::Sign
            | Hole::Secret(_) => {}
        }
    }
    None
}

fn request(
    exit: &Exit,
    way: &HttpWay,
    load: &Load<'_>,
    signature: &Signature,
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let filling = Filling {
        page: load.page.id.as_str(),
        code: &load.words.code,
        text: &load.words.text,
        title: &load.words.title,
        phone: load.contact.phone.as_deref().unwrap_or_default(),
        mail: load.contact.mail.as_deref().unwrap_or_default(),
        name: &load.contact.name,
        level: load.page.level,
        sign_time: &signature.time,
        sign: &signature.value,
    };
    let fill = |pattern: &protocols::gateway::Pattern, escape| {
        pattern.fill(&filling, escape, |name| exit.secret(name))
    };
    let method = match way.method {
        Method::Get => hyper::Method::GET,
        Method::Post => hyper::Method::POST,
        Method::Put => hyper::Method::PUT,
    };
    let url: Uri = fill(&way.url, Escape::Url).try_into()?;
    let mut request = Request::builder().method(method).uri(url);
    if way.body.is_some() {
        request = request.header(CONTENT_TYPE, way.kind.content_type());
    }
    for (name, pattern) in &way.headers {
        let name: HeaderName = name.parse()?;
        let value = HeaderValue::from_str(&fill(pattern, Escape::Header))?;
        request = request.header(name, value);
    }
    let body = way.body.as_ref().map(|body| fill(body, way.kind.escape()));
    request.body(Full::new(Bytes::from(body.unwrap_or_default())))
}
