//! Instants as people of the county write them.

use jiff::tz::TimeZone;
use model::Time;

/// The county's time.
#[derive(Clone, Debug)]
pub struct Local {
    zone: TimeZone,
}

impl Local {
    /// Of a named zone, else of the jurisdiction: counties with a six-digit code lie in one time zone.
    pub fn of(zone: Option<&str>, jurisdiction: &str) -> Local {
        let digits = jurisdiction.len() == 6 && jurisdiction.bytes().all(|b| b.is_ascii_digit());
        let name = zone.unwrap_or(if digits { "Asia/Shanghai" } else { "UTC" });
        let zone = TimeZone::get(name).unwrap_or(TimeZone::UTC);
        Local { zone }
    }

    fn civil(&self, time: Time) -> jiff::civil::DateTime {
        self.zone.to_datetime(time.timestamp())
    }

    /// `02:13`.
    pub fn hm(&self, time: Time) -> String {
        let at = self.civil(time);
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// `08-21 02:13:40`.
    pub fn stamp(&self, time: Time) -> String {
        let at = self.civil(time);
        let (date, second) = (self.day(time), at.second());
        format!("{date} {:02}:{:02}:{second:02}", at.hour(), at.minute())
    }

    /// `08-21`.
    pub fn day(&self, time: Time) -> String {
        let at = self.civil(time);
        format!("{:02}-{:02}", at.month(), at.day())
    }

    /// `2026-08-21 02:13`.
    pub fn full(&self, time: Time) -> String {
        let at = self.civil(time);
        format!("{:04}-{} {}", at.year(), self.day(time), self.hm(time))
    }

    /// How far it is ahead of UTC at an instant, ms.
    pub fn ahead_ms(&self, time: Time) -> i64 {
        i64::from(self.zone.to_offset(time.timestamp()).seconds()) * 1000
    }
}

/// `04:05` under an hour, `1:04:05` above; a sign where it is negative.
pub(crate) fn span(ms: i64) -> String {
    let sign = if ms < 0 { "−" } else { "" };
    let all = ms.unsigned_abs() / 1000;
    let (h, m, s) = (all / 3600, all / 60 % 60, all % 60);
    match h {
        0 => format!("{sign}{m:02}:{s:02}"),
        _ => format!("{sign}{h}:{m:02}:{s:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_has_its_own_time() {
        let at = Time::from_ms(1_787_321_620_000);
        let told = |zone, code| Local::of(zone, code).full(at);
        assert_eq!(at.to_string(), "2026-08-21T14:13:40Z");
        assert_eq!(told(None, "330624"), "2026-08-21 22:13");
        assert_eq!(told(None, "demo"), "2026-08-21 14:13");
        assert_eq!(told(Some("Europe/Berlin"), "330624"), "2026-08-21 16:13");
        assert_eq!(told(Some("nowhere"), "330624"), "2026-08-21 14:13");
    }

    #[test]
    fn spans_are_read_at_a_glance() {
        let check = |ms, want: &str| assert_eq!(span(ms), want);
        check(0, "00:00");
        check(245_000, "04:05");
        check(3_845_999, "1:04:05");
        check(-60_000, "−01:00");
    }
}
