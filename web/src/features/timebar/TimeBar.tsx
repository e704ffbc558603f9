// The bar under every screen: which time is shown, what happened when, and the way to any of it.
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { mark } from "../../actions/marks";
import { goLive, goTo, know, pace } from "../../actions/time";
import { hm, hms, day as dayOf, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { isPast, mayMark } from "../../state/select";
import { useApp } from "../../state/store";
import {
  around,
  following,
  holding,
  LENGTHS,
  placeOf,
  SPEEDS,
  type Span,
  ticks,
  timeAt,
} from "../../state/timebar";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { useNow } from "../clock/useNow";
import { useKeys } from "../keys/useKeys";
import { LaneRows, laneNames } from "./LaneRows";
import { useLanes } from "./useLanes";

const LABELS = 84;
const AXIS = 18;
const STEP = 5 * 60_000;
const FINE_STEP = 60_000;
/** A press that moves less than this, px, is a press and no drag. */
const STILL = 5;

export function TimeBar({ county }: { county: County }) {
  const now = useNow();
  const past = useApp(isPast);
  const replay = useApp((state) => state.world.heartbeat?.view.replay ?? null);
  const [hours, setHours] = useState<number>(6);
  const [kept, setKept] = useState<Span | null>(null);
  const [chosen, setChosen] = useState<Span | null>(null);
  const last = replay ? Date.parse(replay.last) : now;
  // Live moves with the seconds by whole tens; a moment of the past stays where the hand left it.
  const live = following(Math.ceil(now / 10_000) * 10_000, hours);
  const span = past && kept ? holding(kept, now) : live;
  useEffect(() => {
    if (!past) setKept(null);
    else if (kept !== span) setKept(span);
  }, [past, kept, span]);

  const go = (at: number) => {
    setKept(span);
    goTo(Math.min(at, last));
  };
  const speed = replay?.speed ?? 0;
  const [wanted, setWanted] = useState<number>(10);
  const play = () => {
    if (!past) go(now);
    else pace(speed > 0 ? 0 : wanted);
  };
  useKeys({
    space: play,
    left: () => go(now - STEP),
    right: () => past && go(now + STEP),
    "shift+left": () => go(now - FINE_STEP),
    "shift+right": () => past && go(now + FINE_STEP),
    home: goLive,
  });
  if (!now) return <section className="timebar" />;
  return (
    <section
      className={`timebar${past ? " past" : ""}`}
      aria-label={i18n.t("时间条")}
      data-testid="timebar"
      data-mode={past ? "replay" : "live"}
    >
      <div className="tb-head">
        {past ? (
          <b className="tb-now" data-testid="replay-now" data-at={new Date(now).toISOString()}>
            {dayOf(now)} {hms(now)}
          </b>
        ) : (
          <span className="i2">{i18n.t("跟随实况")}</span>
        )}
        <Button small onPress={() => go(now - STEP)} testId="step-back">
          −5 min
        </Button>
        <Button small hint="Space" onPress={play} testId="play">
          {past ? (speed > 0 ? i18n.t("暂停") : i18n.t("播放")) : i18n.t("定住")}
        </Button>
        <Button small disabled={!past} onPress={() => go(now + STEP)} testId="step-on">
          +5 min
        </Button>
        {past ? (
          <>
            <span className="tb-set">
              {SPEEDS.map((one) => (
                <Chip
                  key={one}
                  on={(speed > 0 ? speed : wanted) === one}
                  onPress={() => {
                    setWanted(one);
                    pace(one);
                  }}
                  testId={`speed-${one}`}
                >
                  ×{one}
                </Chip>
              ))}
            </span>
            <span className="tb-set">
              <Chip
                on={replay?.knowledge === "then"}
                onPress={() => know("then")}
                testId="know-then"
              >
                {i18n.t("当时知道的")}
              </Chip>
              <Chip on={replay?.knowledge === "now"} onPress={() => know("now")} testId="know-now">
                {i18n.t("现在知道的")}
              </Chip>
            </span>
            <span className="s i2 el wideonly">
              {replay?.knowledge === "now"
                ? i18n.t("含 {time} 之后才收到的数据", { time: hm(now) })
                : i18n.t("只有 {time} 之前收到的数据", { time: hm(now) })}
            </span>
          </>
        ) : null}
        <span className="g" />
        {chosen ? (
          <span className="tb-set" data-testid="interval">
            <span className="s">
              {stamp(chosen.from, now)} – {stamp(chosen.to, now)}
            </span>
            <Button
              small
              onPress={() => {
                setKept(chosen);
                setHours((chosen.to - chosen.from) / 3_600_000);
                setChosen(null);
                goTo(Math.min(chosen.from, last));
              }}
              testId="interval-open"
            >
              {i18n.t("只看这段")}
            </Button>
            <NoteField
              onKeep={(text) => {
                void mark(chosen.from, chosen.to, text);
                setChosen(null);
              }}
            />
            <Button small onPress={() => setChosen(null)} testId="interval-drop">
              {i18n.t("不选")}
            </Button>
          </span>
        ) : null}
        <span className="tb-set">
          {LENGTHS.map((one) => (
            <Chip
              key={one}
              on={hours === one}
              onPress={() => {
                setHours(one);
                if (past) setKept(around(now, one, last));
              }}
              testId={`length-${one}`}
            >
              {one < 48 ? `${one} h` : i18n.t("{n} 天", { n: one / 24 })}
            </Chip>
          ))}
        </span>
        {past ? (
          <>
            <span className="s i2 tb-why" data-testid="past-why">
              {i18n.t("复盘里不能操作，也不叫任何人")}
            </span>
            <Button small hint="Home" onPress={goLive} testId="go-live">
              {i18n.t("回到实况")}
            </Button>
          </>
        ) : null}
      </div>
      <Strip
        county={county}
        span={span}
        now={now}
        last={last}
        past={past}
        chosen={chosen}
        onChoose={setChosen}
        onGo={go}
      />
    </section>
  );
}

/** A button that becomes a line to write on. */
function NoteField({ onKeep }: { onKeep: (text: string) => void }) {
  const allowed = useApp(mayMark);
  const [text, setText] = useState<string | null>(null);
  if (!allowed) return null;
  if (text === null)
    return (
      <Button small onPress={() => setText("")} testId="note">
        {i18n.t("写标记…")}
      </Button>
    );
  const keep = () => text.trim() !== "" && onKeep(text.trim());
  return (
    <span className="tb-set">
      <input
        className="in"
        // biome-ignore lint/a11y/noAutofocus: the officer just asked to write here
        autoFocus
        aria-label={i18n.t("标记")}
        placeholder={i18n.t("这里发生了什么")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && keep()}
        data-testid="note-text"
      />
      <Button small kind="primary" disabled={text.trim() === ""} onPress={keep} testId="note-keep">
        {i18n.t("记下")}
      </Button>
    </span>
  );
}

interface StripProps {
  county: County;
  span: Span;
  now: number;
  last: number;
  past: boolean;
  chosen: Span | null;
  onChoose: (span: Span | null) => void;
  onGo: (at: number) => void;
}

/** The lanes themselves: press to go there, drag to choose an interval. */
function Strip({ county, span, now, last, past, chosen, onChoose, onGo }: StripProps) {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 1200, height: 116 });
  const [hover, setHover] = useState<number | null>(null);
  const held = useRef<{ x: number; scrubs: boolean; told: number } | null>(null);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const width = Math.max(100, size.width - LABELS - 16);
  const names = laneNames();
  const row = Math.max(8, (size.height - AXIS) / names.length);
  const { lanes, failed } = useLanes(county.code, span, width);
  const x = (time: number) => placeOf(time, span, width);
  const at = (event: PointerEvent) => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    return event.clientX - left - LABELS;
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const place = at(event);
    if (place < 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = { x: place, scrubs: past && Math.abs(place - x(now)) < 8, told: 0 };
    onChoose(null);
  };
  const move = (event: PointerEvent) => {
    const place = at(event);
    setHover(place >= 0 && place <= width ? place : null);
    const hold = held.current;
    if (!hold) return;
    if (hold.scrubs) {
      // A hand moves faster than a world can be made: the server takes the last place it hears.
      if (performance.now() - hold.told < 80) return;
      hold.told = performance.now();
      onGo(timeAt(place, span, width));
    } else if (Math.abs(place - hold.x) >= STILL) {
      const ends = [timeAt(hold.x, span, width), timeAt(place, span, width)];
      onChoose({ from: Math.min(...ends), to: Math.max(...ends) });
    }
  };
  const up = (event: PointerEvent) => {
    const hold = held.current;
    held.current = null;
    if (!hold) return;
    const place = at(event);
    if (hold.scrubs || Math.abs(place - hold.x) < STILL) onGo(timeAt(place, span, width));
  };
  const bottom = row * names.length;
  const liveInside = last <= span.to;
  return (
    <div
      ref={box}
      className="tb-lanes greys"
      data-testid="lanes"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerLeave={() => setHover(null)}
    >
      <svg width={size.width} height={size.height} role="img" aria-label={i18n.t("发生过什么")}>
        {names.map((name, place) => (
          <g key={name}>
            <text x="12" y={row * place + row - 2}>
              {name}
            </text>
            <line
              x1={LABELS}
              x2={LABELS + width}
              y1={row * (place + 1)}
              y2={row * (place + 1)}
              stroke="var(--line-1)"
            />
          </g>
        ))}
        <g transform={`translate(${LABELS} 0)`}>
          {ticks(span, width, 84).map((time) => (
            <g key={time}>
              <line x1={x(time)} x2={x(time)} y1="0" y2={bottom} stroke="var(--line-1)" />
              <text x={x(time)} y={bottom + 13} textAnchor="middle">
                {stamp(time, now)}
              </text>
            </g>
          ))}
          {lanes ? <LaneRows lanes={lanes} span={span} width={width} row={row} /> : null}
          {failed ? (
            <text className="tb-word" x={width / 2} y={row * 3} textAnchor="middle">
              {i18n.t("取不到这段时间发生过什么；连上服务器后自己再取。")}
            </text>
          ) : null}
          {chosen ? (
            <rect
              x={x(chosen.from)}
              width={Math.max(1, x(chosen.to) - x(chosen.from))}
              y="0"
              height={bottom}
              fill="var(--sel)"
              opacity="0.5"
            />
          ) : null}
          {liveInside ? (
            <line
              x1={x(last)}
              x2={x(last)}
              y1="0"
              y2={bottom}
              stroke="var(--accent)"
              strokeWidth="2"
              strokeDasharray={past ? "3 3" : undefined}
            />
          ) : (
            <text className="tb-word" x={width} y="11" textAnchor="end">
              {i18n.t("实况 {time} →", { time: stamp(last, now) })}
            </text>
          )}
          {past ? (
            <>
              <line
                x1={x(now)}
                x2={x(now)}
                y1="0"
                y2={bottom}
                stroke="var(--replay)"
                strokeWidth="2"
                data-testid="cursor"
              />
              <rect x={x(now) - 26} y={bottom} width="52" height="16" fill="var(--replay)" />
              <text className="tb-flag" x={x(now)} y={bottom + 12} textAnchor="middle">
                {hm(now)}
              </text>
            </>
          ) : null}
          {hover !== null && held.current === null ? (
            <>
              <line x1={hover} x2={hover} y1="0" y2={bottom} stroke="var(--ink-3)" />
              <text
                className="tb-word"
                x={hover + (hover > width - 70 ? -6 : 6)}
                y={bottom - 3}
                textAnchor={hover > width - 70 ? "end" : "start"}
              >
                {stamp(timeAt(hover, span, width), now)}
              </text>
            </>
          ) : null}
        </g>
      </svg>
    </div>
  );
}
