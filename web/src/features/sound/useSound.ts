// When the desk sounds: a new or risen red or orange nobody has taken note of, and contact lost.
import { useCallback, useEffect, useRef, useState } from "react";
import { countyOf, isUnacked, shownLevel } from "../../state/select";
import { useApp } from "../../state/store";
import { play, soundReady, startSound, type Tone } from "./sound";

/** While a red stands unacknowledged it sounds again this often, ms. */
const REPEAT_MS = 30_000;

export function useSound() {
  const county = useApp(countyOf);
  const lost = useApp((state) => state.connection.phase === "lost");
  const [ready, setReady] = useState(false);
  const [silenced, setSilenced] = useState(false);
  const heard = useRef<Map<string, number> | null>(null);

  useEffect(() => {
    if (!county) return;
    const open = [...county.alarms.values()].filter(
      (alarm) => isUnacked(alarm) && alarm.process === "active",
    );
    const levels = new Map(open.map((alarm) => [alarm.episode, shownLevel(alarm) as number]));
    // What stood before the page was opened is not news.
    const before = heard.current ?? levels;
    heard.current = levels;
    const fresh = [...levels].filter(([episode, level]) => level > (before.get(episode) ?? 0));
    const worst = Math.max(0, ...fresh.map(([, level]) => level));
    if (worst === 4) {
      setSilenced(false);
      play("red");
    } else if (worst === 3 && !silenced) play("orange");
  }, [county, silenced]);

  const red = county
    ? [...county.alarms.values()].some(
        (a) => isUnacked(a) && a.process === "active" && shownLevel(a) === 4,
      )
    : false;
  useEffect(() => {
    if (!red || silenced) return;
    const timer = setInterval(() => play("red"), REPEAT_MS);
    return () => clearInterval(timer);
  }, [red, silenced]);

  useEffect(() => {
    if (!lost) return;
    const timer = setTimeout(() => play("lost"), 3_000);
    return () => clearTimeout(timer);
  }, [lost]);

  const check = useCallback(async () => {
    setReady(await startSound());
    setSilenced(false);
    const tones: Tone[] = ["red", "orange", "lost"];
    for (const [place, tone] of tones.entries()) setTimeout(() => play(tone), place * 1_900);
  }, []);
  return { ready: ready && soundReady(), silenced, check, silence: () => setSilenced(true) };
}
