// When the desk sounds: at annunciations of the server, at notices that wait for a person, and when contact is lost.
import { useCallback, useEffect, useRef, useState } from "react";
import { i18n, locale } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { countyOf } from "../../state/select";
import { useApp } from "../../state/store";
import { loudest, type Rung, ring, since, type Tone } from "../../state/tones";
import { usePast } from "../clock/usePast";
import { situationName } from "../situations/situationWords";
import { noticeOf } from "../status/notices";
import { subjectName } from "../status/noticeWords";
import { play, soundReady, speak, startSound } from "./sound";

/** Between the sound and the spoken place, ms. */
const PAUSE_MS = 1_700;
/** How often notices are looked at that sound again, ms. */
const LOOK_MS = 5_000;
/** A call for help is announced and a notice too: one sound is enough for both, ms. */
const TOGETHER_MS = 3_000;

const sayAfter = (words: string) =>
  setTimeout(() => speak(words, locale() === "en" ? "en-GB" : "zh-CN"), PAUSE_MS);

export function useSound() {
  const county = useApp(countyOf);
  const lost = useApp((state) => state.connection.phase === "lost");
  const [ready, setReady] = useState(soundReady);
  const [silenced, setSilenced] = useState(false);
  const system = useApp((state) => state.world.system);
  const past = usePast();
  const rung = useRef<Rung | null>(null);
  const sounded = useRef(Number.NEGATIVE_INFINITY);
  const heard = useRef<{ code: string; seq: number; n: number } | null>(null);

  useEffect(() => {
    if (!county) return;
    const last = county.told.at(-1);
    const before = heard.current;
    heard.current = { code: county.code, seq: last?.seq ?? -1, n: last?.n ?? -1 };
    // What was told before the page was opened, or in another county, is not news.
    if (!before || before.code !== county.code) return;
    const flood = county.load.flood_since !== null;
    const found = loudest(since(county.told, before), flood, silenced);
    if (!found) return;
    if (found.breaks) setSilenced(false);
    play(found.tone);
    sounded.current = performance.now();
    const one = county.situations.get(found.of.situation);
    if (!one) return;
    sayAfter(`${levelName(found.of.level)}${i18n.t("，")}${situationName(one)}`);
  }, [county, silenced]);

  useEffect(() => {
    if (past || !county) return;
    const look = () => {
      const now = performance.now();
      const { rung: next, due } = ring(system, county, rung.current, now);
      rung.current = next;
      if (!due || (silenced && !(due.news && due.tone === "red"))) return;
      if (silenced) setSilenced(false);
      if (now - sounded.current < TOGETHER_MS) return;
      sounded.current = now;
      play(due.tone);
      sayAfter(`${noticeOf(due.of.kind).name()}${i18n.t("，")}${subjectName(county, due.of)}`);
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [system, county, silenced, past]);

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
