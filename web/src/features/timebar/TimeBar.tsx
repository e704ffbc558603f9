// The bar under every screen: which time is shown, what happened when, and the way to any of it.
import { type KeyboardEvent, useEffect, useState } from "react";
import { mark } from "../../actions/marks";
import { goLive, goTo, know, noteBar, pace } from "../../actions/time";
import { day as dayOf, hm, hms, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { interval } from "../../state/report";
import { mayTry } from "../../state/select";
import { useApp } from "../../state/store";
import { around, following, LENGTHS, SPEEDS, type Span, shownSpan } from "../../state/timebar";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { setDraft } from "../backtest/useTrial";
import { useNow } from "../clock/useNow";
import { usePast } from "../clock/usePast";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { NoteField } from "./NoteField";
import { Strip } from "./Strip";

const STEP = 5 * 60_000;
const FINE_STEP = 60_000;

/** On the bar the space key plays and freezes, whichever of its buttons was pressed last. */
function isSpace(event: KeyboardEvent): boolean {
  if (event.key !== " " || (event.target as HTMLElement).matches("input")) return false;
  event.preventDefault();
  return true;
}

export function TimeBar({ county }: { county: County }) {
  const now = useNow();
  const past = usePast();
  const reads = useApp((state) => mayTry(state.me?.person));
  const { move } = useDesk();
  const replay = useApp((state) => state.world.heartbeat?.view.replay ?? null);
  const [hours, setHours] = useState<number>(6);
  const [kept, setKept] = useState<Span | null>(null);
  const [chosen, setChosen] = useState<Span | null>(null);
  const last = replay ? Date.parse(replay.last) : now;
  // Live moves with the seconds by whole tens; a moment of the past stays where the hand left it.
  const live = following(Math.ceil(now / 10_000) * 10_000, hours);
  const { span, keep } = shownSpan(kept, past, live, now);
  // While it is drawn, never in an effect: there it would be set again with everything the page hears.
  if (kept !== keep) setKept(keep);
  const { from, to } = chosen ?? span;
  useEffect(() => {
    if (to > 0) noteBar({ from, to });
  }, [from, to]);

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
      className={`timebar${past ? " notlive" : ""}`}
      aria-label={i18n.t("时间条")}
      data-testid="timebar"
      data-mode={past ? "replay" : "live"}
      onKeyDown={(event) => isSpace(event) && play()}
      onKeyUp={isSpace}
    >
      <div className={`tb-head${chosen ? " picks" : ""}`}>
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
            <span className="tb-set tb-speeds">
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
                : i18n.t("只有 {time} 之前收到的数据；淡的是后来的", { time: hm(now) })}
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
            <Button
              small
              disabled={!reads}
              onPress={() => move({ to: "report", ask: interval(chosen.from, chosen.to) })}
              testId="interval-report"
            >
              {i18n.t("复盘报告")}
            </Button>
            <Button
              small
              disabled={!reads}
              onPress={() => {
                setDraft({ when: "bar" });
                move({ to: "backtest", rule: null });
              }}
              testId="interval-whatif"
            >
              {i18n.t("推演这段")}
            </Button>
            <NoteField
              onKeep={(text) => mark(chosen.from, chosen.to, text)}
              onKept={() => setChosen(null)}
            />
            <Button small onPress={() => setChosen(null)} testId="interval-drop">
              {i18n.t("不选")}
            </Button>
          </span>
        ) : null}
        {chosen ? null : (
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
        )}
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
