// Bottom bar: what happened in the last hours, one lane per kind. Draws only what the feed told us.
import { useEffect, useMemo, useRef, useState } from "react";
import { hm } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { shownLevel } from "../../state/select";
import type { County } from "../../state/world";
import { useNow } from "../clock/useNow";

const HOURS = 6;
const LABELS = 84;
const AXIS = 20;

export function Lanes({ county }: { county: County }) {
  const box = useRef<HTMLElement>(null);
  const [size, setSize] = useState({ width: 1200, height: 116 });
  // A lane moves by a pixel in some seconds: a redraw every ten is enough.
  const now = Math.floor(useNow() / 10_000) * 10_000;
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  const from = now - HOURS * 3_600_000;
  const { width, height } = size;
  const x = (time: string | number) => {
    const at = typeof time === "number" ? time : Date.parse(time);
    return LABELS + ((at - from) / (now - from)) * (width - LABELS - 24);
  };
  const lane = Math.max(0, height - AXIS) / 3;
  const lanes = [i18n.t("报警"), i18n.t("指令"), i18n.t("上报")];
  const { alarms, commands, reports } = useMemo(() => events(county), [county]);
  const recent = (time: string) => Date.parse(time) >= from;
  const hours = Array.from(
    { length: HOURS + 1 },
    (_, n) => Math.ceil(from / 3_600_000) * 3_600_000 + n * 3_600_000,
  );
  if (!now) return <section ref={box} className="lanes" />;
  return (
    <section
      ref={box}
      className="lanes greys"
      aria-label={i18n.t("最近 {hours} 小时", { hours: HOURS })}
      data-testid="lanes"
    >
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={i18n.t("最近 {hours} 小时", { hours: HOURS })}
      >
        {lanes.map((name, row) => (
          <g key={name}>
            <text x="12" y={row * lane + lane / 2 + 4}>
              {name}
            </text>
            <line
              x1={LABELS}
              x2={width}
              y1={(row + 1) * lane}
              y2={(row + 1) * lane}
              stroke="var(--line-1)"
            />
          </g>
        ))}
        {hours
          .filter((hour) => hour <= now)
          .map((hour) => (
            <g key={hour}>
              <line x1={x(hour)} x2={x(hour)} y1="0" y2={height - AXIS} stroke="var(--line-1)" />
              <text x={x(hour)} y={height - 6} textAnchor="middle">
                {hm(hour)}
              </text>
            </g>
          ))}
        {alarms
          .filter((one) => recent(one.time))
          .map((one) => (
            <rect
              key={`${one.id}/${one.time}`}
              x={x(one.time) - 1}
              width="2.5"
              y={lane - 3 - one.level * (lane / 5)}
              height={one.level * (lane / 5)}
              fill={`var(--lv${one.level}-text)`}
            />
          ))}
        {commands
          .filter((one) => recent(one.time))
          .map((one) => (
            <g key={one.id}>
              <path d={`M${x(one.time)} ${lane + 6}l8 5-8 5z`} fill="var(--ink-1)" />
              <text
                x={x(one.time) - 6}
                y={lane + lane / 2 + 4}
                textAnchor="end"
                style={{ fill: "var(--ink-2)" }}
              >
                {one.title}
              </text>
            </g>
          ))}
        {reports
          .filter((one) => recent(one.time))
          .map((one) => (
            <rect
              key={one.id}
              x={x(one.time) - 2}
              y={lane * 2 + lane / 2 - 3}
              width="5"
              height="5"
              fill="none"
              stroke="var(--ink-2)"
            />
          ))}
        <line
          x1={x(now)}
          x2={x(now)}
          y1="0"
          y2={height - AXIS}
          stroke="var(--accent)"
          strokeWidth="2"
        />
      </svg>
    </section>
  );
}

function events(county: County) {
  const alarms = [...county.alarms.values()].flatMap((alarm) =>
    [...new Set([alarm.raised, alarm.changed])].map((time) => ({
      id: alarm.key,
      time,
      level: shownLevel(alarm),
    })),
  );
  const commands = [...county.commands.values()].map((command) => ({
    id: command.id,
    time: command.issued,
    title: say(command.title),
  }));
  const reports = [...county.commands.values()].flatMap((command) =>
    command.tasks.flatMap((task) =>
      task.facts
        .filter(
          (fact) => fact.by === task.person && fact.fact !== "delivered" && fact.fact !== "seen",
        )
        .map((fact, place) => ({ id: `${task.id}/${place}`, time: fact.at })),
    ),
  );
  return { alarms, commands, reports };
}
