//! The two families of topics: `obs/<station>/<quantity>` in, `down/<station>/…` out.
//!
//! A name may hold what a topic level cannot; `/ + # %` are percent-encoded in both directions.

use std::borrow::Cow;

/// Station and quantity of an observation's topic, decoded; `None` for any other topic.
pub fn observation(topic: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let (station, quantity) = topic.strip_prefix("obs/")?.split_once('/')?;
    if station.is_empty() || quantity.is_empty() || quantity.contains('/') {
        return None;
    }
    Some((decode(station)?, decode(quantity)?))
}

/// Appends the topic of a series.
pub fn write_observation(station: &str, quantity: &str, out: &mut String) {
    out.push_str("obs/");
    encode(station, out);
    out.push('/');
    encode(quantity, out);
}

/// The first two levels of the topics that reach `station`, with the slash after them.
pub fn down(station: &str) -> String {
    let mut topic = String::from("down/");
    encode(station, &mut topic);
    topic.push('/');
    topic
}

/// The station whose downlinks a filter is about; `None` when it is about no single one.
pub fn down_station(filter: &str) -> Option<Cow<'_, str>> {
    let (station, _) = filter.strip_prefix("down/")?.split_once('/')?;
    if station.is_empty() || station.contains(['+', '#']) {
        return None;
    }
    decode(station)
}

/// Whether a subscription to `filter` takes in `topic`.
pub fn matches(filter: &str, topic: &str) -> bool {
    let (mut filters, mut levels) = (filter.split('/'), topic.split('/'));
    loop {
        match (filters.next(), levels.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(wanted), Some(level)) if wanted == level => {}
            (Some(_) | None, Some(_)) | (Some(_), None) => return false,
        }
    }
}

/// Whether `#` and `+` stand only where MQTT lets them stand.
pub fn is_filter(filter: &str) -> bool {
    let levels: Vec<&str> = filter.split('/').collect();
    let last = levels.len() - 1;
    !filter.is_empty()
        && levels.iter().enumerate().all(|(at, level)| match *level {
            "+" => true,
            "#" => at == last,
            plain => !plain.contains(['+', '#', '\0']),
        })
}

fn encode(part: &str, out: &mut String) {
    for letter in part.chars() {
        match letter {
            '/' => out.push_str("%2F"),
            '+' => out.push_str("%2B"),
            '#' => out.push_str("%23"),
            '%' => out.push_str("%25"),
            other => out.push(other),
        }
    }
}

fn decode(part: &str) -> Option<Cow<'_, str>> {
    if !part.contains('%') {
        return Some(Cow::Borrowed(part));
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let (code, tail) = tail.split_at_checked(2)?;
            bytes.push(hex::decode(code).ok()?[0]);
            rest = tail;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_topics_of_the_contract() {
        let (station, quantity) = observation("obs/0000-R0123/rain").expect("a topic of ours");
        assert_eq!(
            (station.as_ref(), quantity.as_ref()),
            ("0000-R0123", "rain")
        );
        for topic in [
            "",
            "obs",
            "obs/a",
            "obs/a/",
            "obs//b",
            "obs/a/b/c",
            "down/a/b",
            "obs/a%2/b",
        ] {
            assert_eq!(observation(topic), None, "{topic}");
        }
    }

    #[test]
    fn filters_match_as_mqtt_says() {
        for (filter, topic, want) in [
            ("down/a/#", "down/a/siren", true),
            ("down/a/#", "down/a", true),
            ("down/a/#", "down/ab/siren", false),
            ("down/+/siren", "down/a/siren", true),
            ("down/+/siren", "down/a/siren/on", false),
            ("#", "down/a", true),
            ("down/a", "down/a/b", false),
        ] {
            assert_eq!(matches(filter, topic), want, "{filter} {topic}");
        }
        for (filter, want) in [
            ("down/#", true),
            ("down/#/a", false),
            ("down/a+", false),
            ("", false),
        ] {
            assert_eq!(is_filter(filter), want, "{filter}");
        }
    }

    proptest! {
        #[test]
        fn any_name_passes_through_a_topic(station in "\\PC{1,12}", quantity in "[a-z/+#%é]{1,8}") {
            let mut topic = String::new();
            write_observation(&station, &quantity, &mut topic);
            prop_assert!(!topic.contains(['+', '#']));
            let (s, q) = observation(&topic).expect("own topic");
            prop_assert_eq!((s.as_ref(), q.as_ref()), (station.as_str(), quantity.as_str()));
        }
    }
}
