// The band over every screen of a drill: what it is, its own clock, the newest word to those who take part.
import { useEffect } from "react";
import { hm, hms } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import type { DrillMark } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDrills } from "./useDrills";

export function DrillBand({ drill }: { drill: DrillMark }) {
  const now = useNow();
  const notes = useDrills()?.here?.notes ?? [];
  const newest = notes[0];
  const over = now !== null && now >= Date.parse(drill.end);
  useEffect(() => {
    // The frame stands before anybody has signed in where the server could say so; here it is certain.
    document.documentElement.dataset.drill = "";
    const title = document.title;
    document.title = `【演练 DRILL】${title}`;
    return () => {
      document.title = title;
    };
  }, []);
  return (
    <>
      <div className="drillband" data-testid="drill-band">
        <b>{i18n.t("【演练】{title}", { title: say(drill.title) })}</b>
        <span>{i18n.t("演练时钟 {time}", { time: now ? hms(now) : "--:--:--" })}</span>
        <span className="wideonly">
          {over
            ? i18n.t("演练已结束，分数可看")
            : i18n.t("真实联系人不可用，每条消息带【演练】前缀")}
        </span>
      </div>
      {newest ? (
        <details className="drillnote" data-testid="drill-note">
          <summary>
            <b>{i18n.t("导调 {time}", { time: hm(newest.at) })}</b> {say(newest.text)}
          </summary>
          {notes.slice(1).map((note) => (
            <p key={note.at}>
              <b>{hm(note.at)}</b> {say(note.text)}
            </p>
          ))}
        </details>
      ) : null}
    </>
  );
}
