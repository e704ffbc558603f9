// Speaks of announced red by name and of the rest as a count, for those who hear the screen.
import { useState } from "react";
import { i18n } from "../../i18n/i18n";
import { levelName, noticeName } from "../../i18n/words";
import { since } from "../../state/tones";
import type { County } from "../../state/world";
import { situationName } from "../situations/situationWords";

export function Announcer({ county }: { county: County }) {
  const last = county.told.at(-1);
  const [seq, n] = [last?.seq ?? -1, last?.n ?? -1];
  const [heard, setHeard] = useState({ seq, n, words: "" });
  // While it is drawn, never in an effect: announcements come in swarms.
  if (heard.seq !== seq || heard.n !== n)
    setHeard({ seq, n, words: news(county, heard) || heard.words });
  return (
    <div className="vh" role="alert" data-testid="announcer">
      {heard.words}
    </div>
  );
}

/** What was announced after this; empty where nothing was. */
function news(county: County, before: { seq: number; n: number }): string {
  const fresh = since(county.told, before);
  if (fresh.length === 0) return "";
  const red = fresh.filter((one) => one.level === 4);
  if (red.length === 0) return i18n.t("又告知 {n} 次", { n: fresh.length });
  const places = red.slice(-3).map((one) => {
    const situation = county.situations.get(one.situation);
    const place = situation ? situationName(situation) : "";
    return `${levelName(one.level)} ${place} ${noticeName(one.reason)}`;
  });
  return places.join(i18n.t("，"));
}
