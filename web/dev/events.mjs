// The stand-in's book of events and its weather warnings, and the presses that change them.
import { iso, MIN } from "./storm.mjs";

export function eventsOf(night, now) {
  const { county } = night;
  const event = (id, minutes, more) => ({
    id,
    source: "entered",
    kind: "flood",
    area: null,
    stations: [],
    level: 3,
    from: iso(now - minutes * MIN),
    until: null,
    text: null,
    by: "p-zhou",
    alarm: null,
    truth: null,
    dropped: false,
    ...more,
  });
  if (county.alarms.length === 0) return [];
  const area = county.areas.find((one) => one.kind === "township");
  const { key, station, hazard } = county.alarms[3];
  const words = "西坑村过水路面漫顶，绕行；没有人员伤亡。";
  night.texts["event-1"] = words;
  return [
    event("ev-1", 96, { area: { kind: area.kind, code: area.code }, text: "event-1" }),
    event(`${key}-1`, 40, {
      source: "marked",
      kind: hazard,
      stations: [station],
      alarm: key,
      truth: "true",
      level: 2,
    }),
  ];
}

export function weatherOf(now) {
  return [
    {
      id: "we-1",
      kind: "rainstorm",
      area: { kind: "county", code: "330624" },
      level: 3,
      by: "p-zhou",
      from: iso(now - 130 * MIN),
      until: iso(now + 230 * MIN),
      ended: false,
    },
  ];
}

/** The presses this file knows; others are for the night itself. */
export function pressEvent(night, act, person, now, seal) {
  const { action, ...asked } = act.action;
  const done = (...changes) => ({ answer: { answer: "done" }, changes });
  const { county } = night;
  switch (action) {
    case "keep_event": {
      const event = {
        ...asked,
        id: act.op,
        source: "entered",
        text: seal(asked.text),
        by: person.id,
        alarm: null,
        truth: null,
        dropped: false,
      };
      night.events.push(event);
      return done({ kind: "event", event });
    }
    case "drop_event": {
      const event = { ...night.events.find((one) => one.id === asked.event), dropped: true };
      night.events = night.events.filter((one) => one.id !== asked.event);
      return done({ kind: "event", event });
    }
    case "warn_of_weather": {
      const weather = { ...asked, id: act.op, by: person.id, from: iso(now), ended: false };
      county.weather.push(weather);
      return done({ kind: "weather", weather });
    }
    case "lift_weather": {
      const weather = { ...county.weather.find((one) => one.id === asked.warning), ended: true };
      county.weather = county.weather.filter((one) => one.id !== asked.warning);
      return done({ kind: "weather", weather });
    }
    default:
      return null;
  }
}
