// Speaks of announced red by name and of the rest as a count, for those who hear the screen.
import { useEffect, useRef, useState } from "react";
import { i18n } from "../../i18n/i18n";
import { levelName, noticeName } from "../../i18n/words";
import { since } from "../../state/tones";
import type { County } from "../../state/world";
import { situationName } from "../situations/situationWords";

export function Announcer({ county }: { county: County }) {
  const heard = useRef<{ seq: number; n: number } | null>(null);
  const [words, setWords] = useState("");
  useEffect(() => {
    const last = county.told.at(-1);
    const before = heard.current;
    heard.current = last ? { seq: last.seq, n: last.n } : { seq: -1, n: -1 };
    if (!before) return;
    const fresh = since(county.told, before);
    if (fresh.length === 0) return;
    const red = fresh.filter((one) => one.level === 4);
    if (red.length === 0) {
      setWords(i18n.t("又告知 {n} 次", { n: fresh.length }));
      return;
    }
    const places = red.slice(-3).map((one) => {
      const situation = county.situations.get(one.situation);
      const place = situation ? situationName(situation) : "";
      return `${levelName(one.level)} ${place} ${noticeName(one.reason)}`;
    });
    setWords(places.join(i18n.t("，")));
  }, [county]);
  return (
    <div className="vh" role="alert" data-testid="announcer">
      {words}
    </div>
  );
}
