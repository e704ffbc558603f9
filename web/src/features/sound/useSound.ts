// When the desk sounds: at annunciations of the server and at nothing else, and when contact is lost.
import { useCallback, useEffect, useRef, useState } from "react";
import { i18n, locale } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { countyOf } from "../../state/select";
import { useApp } from "../../state/store";
import { loudest, since, type Tone } from "../../state/tones";
import { situationName } from "../situations/situationWords";
import { play, soundReady, speak, startSound } from "./sound";

/** Between the sound and the spoken place, ms. */
const PAUSE_MS = 1_700;

export function useSound() {
  const county = useApp(countyOf);
  const lost = useApp((state) => state.connection.phase === "lost");
  const [ready, setReady] = useState(soundReady);
  const [silenced, setSilenced] = useState(false);
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
    const one = county.situations.get(found.of.situation);
    if (!one) return;
    const words = `${levelName(found.of.level)}${i18n.t("，")}${situationName(one)}`;
    setTimeout(() => speak(words, locale() === "en" ? "en-GB" : "zh-CN"), PAUSE_MS);
  }, [county, silenced]);

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
