// The stand-in's answers to presses about situations and about what makes no noise.
import { markQuiet } from "./situations.mjs";
import { iso, MIN } from "./storm.mjs";

const HOUR = 60 * MIN;

/** The answer and the changes to tell, or null where the action is none of these. */
export function applyLedger(night, act, by, now, seal) {
  const { county } = night;
  const { action } = act;
  const changes = [];
  const done = () => ({ answer: { answer: "done" }, changes });
  const refuse = (why) => ({ answer: { answer: "refused", why }, changes: [] });
  const find = (id) => county.suppressions.find((one) => one.id === id);
  const tell = (suppression) => {
    changes.push({ kind: "suppression", suppression });
    const before = new Map(county.alarms.map((one) => [one.key, JSON.stringify(one.quiet)]));
    markQuiet(county);
    for (const alarm of county.alarms)
      if (before.get(alarm.key) !== JSON.stringify(alarm.quiet))
        changes.push({ kind: "alarm", alarm });
  };
  const begin = (kind, more) => {
    const entry = {
      id: act.op,
      kind,
      by: by.id,
      from: iso(now),
      until: null,
      reason: null,
      ticket: null,
      matcher: null,
      alarm: null,
      stations: [],
      approved_by: null,
      waits_for_approval: false,
      matches: [],
      ended: false,
      ...more,
    };
    county.suppressions.push(entry);
    tell(entry);
    return done();
  };
  const end = (entry) => {
    entry.ended = true;
    county.suppressions = county.suppressions.filter((one) => one !== entry);
    const gone = night.system.findIndex((one) => one.subject === entry.id);
    if (gone >= 0) {
      const [notice] = night.system.splice(gone, 1);
      changes.push({ kind: "system", system: { ...notice, until: iso(now) } });
    }
    tell(entry);
    return done();
  };
  const matching = (m) =>
    county.alarms.filter((alarm) => {
      const station = county.stations.find((one) => one.id === alarm.station);
      const agrees = (wanted, has) => !wanted || wanted === has;
      return (
        agrees(m.hazard, alarm.hazard) &&
        agrees(m.rule, alarm.rule) &&
        agrees(m.station, alarm.station) &&
        agrees(m.township, station?.township) &&
        agrees(m.catchment, station?.catchment) &&
        (alarm.level || alarm.worst) <= (m.up_to ?? 3)
      );
    });

  switch (action.action) {
    case "acknowledge_situation": {
      if (!county.situations.some((one) => one.id === action.situation))
        return refuse("no_such_situation");
      for (const key of action.alarms) {
        const alarm = county.alarms.find((one) => one.key === key);
        if (!alarm || alarm.ack) continue;
        const lease = alarm.level >= 3 ? iso(now + 15 * MIN) : null;
        alarm.ack = { by: by.id, at: iso(now), lease_until: lease };
        changes.push({ kind: "alarm", alarm });
      }
      const one = county.situations.find((each) => each.id === action.situation);
      if (one.manual) {
        Object.assign(one.manual, { acked_by: by.id, acked_at: iso(now) });
        one.unacked = 0;
        changes.push({ kind: "situation", situation: one });
      }
      return done();
    }
    case "shelve": {
      const alarm = county.alarms.find((one) => one.key === action.alarm);
      if (!alarm) return refuse("no_such_alarm");
      const until = Date.parse(action.until);
      if (until <= now) return refuse("not_in_future");
      if (until - now > 12 * HOUR) return refuse("too_long");
      return begin("shelved", {
        alarm: alarm.key,
        until: action.until,
        reason: action.reason ? seal(action.reason) : null,
        matches: [alarm.key],
      });
    }
    case "unshelve": {
      const entry = county.suppressions.find(
        (one) => one.kind === "shelved" && one.alarm === action.alarm,
      );
      return entry ? end(entry) : refuse("no_such_suppression");
    }
    case "silence": {
      const m = action.matcher;
      if (!m.hazard && !m.rule && !m.station && !m.township && !m.catchment)
        return refuse("matches_everything");
      const red = m.up_to === 4;
      const until = Date.parse(action.until);
      if (until <= now) return refuse("not_in_future");
      if (until - now > (red ? 2 : 12) * HOUR + MIN) return refuse("too_long");
      return begin("silenced", {
        matcher: m,
        until: action.until,
        reason: seal(action.reason),
        waits_for_approval: red,
        matches: matching(m).map((one) => one.key),
      });
    }
    case "maintain":
      if (Date.parse(action.until) <= now) return refuse("not_in_future");
      return begin("maintenance", {
        from: action.from,
        until: action.until,
        reason: action.ticket ? seal(action.ticket) : null,
        stations: action.stations,
        matches: county.alarms
          .filter((one) => action.stations.includes(one.station))
          .map((one) => one.key),
      });
    case "take_out_of_service":
      if (!county.stations.some((one) => one.id === action.station))
        return refuse("no_such_station");
      return begin("out_of_service", {
        stations: [action.station],
        reason: seal(action.reason),
        waits_for_approval: true,
        matches: county.alarms
          .filter((one) => one.station === action.station)
          .map((one) => one.key),
      });
    case "approve_suppression": {
      const entry = find(action.suppression);
      if (!entry) return refuse("no_such_suppression");
      if (!entry.waits_for_approval) return refuse("nothing_to_approve");
      if (entry.by === by.id) return refuse("approver_is_owner");
      Object.assign(entry, { waits_for_approval: false, approved_by: by.id });
      if (entry.matcher) entry.matches = matching(entry.matcher).map((one) => one.key);
      tell(entry);
      return done();
    }
    case "end_suppression": {
      const entry = find(action.suppression);
      return entry ? end(entry) : refuse("no_such_suppression");
    }
    default:
      return null;
  }
}
