// One line about ourselves: a sentence, where it leads, who looks after it, and how a person ends it.
import { type ReactNode, useEffect } from "react";
import { wantTexts } from "../../actions/read";
import { age } from "../../i18n/format";
import { systemSentence } from "../../i18n/words";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { SystemView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { NoticeActs, TakeAll } from "./NoticeActs";
import { type Place, placeOfMany } from "./noticePlace";
import { manySentence, reportOf, subjectName } from "./noticeWords";

interface NoticeLineProps {
  line: readonly SystemView[];
  county: County | null;
  now: number;
  children: ReactNode;
}

export function NoticeLine({ line, county, now, children }: NoticeLineProps) {
  const [entry] = line;
  const texts = useApp((state) => state.texts);
  const title =
    county && entry?.kind === "report_overdue"
      ? (reportOf(county, entry.subject)?.incident.title ?? null)
      : null;
  useEffect(() => wantTexts([title]), [title]);
  if (!entry) return null;
  const passed = age(now - Date.parse(entry.since));
  const single = line.length === 1;
  return (
    <div data-testid="system-alarm" data-kind={entry.kind}>
      <span className="g">
        {single
          ? systemSentence(entry.kind, subjectName(county, entry, texts), passed)
          : manySentence(county, line)}
      </span>
      <Leads place={county && placeOfMany(county, line)} />
      {single ? (
        <NoticeActs entry={entry} county={county} />
      ) : (
        <TakeAll line={line} county={county} />
      )}
      {children}
    </div>
  );
}

function Leads({ place }: { place: Place | null }) {
  const { move } = useDesk();
  if (!place) return null;
  return (
    <button
      type="button"
      className="btn sm"
      onClick={() => move(place.go)}
      data-testid="open-notice"
    >
      {place.words}
    </button>
  );
}
