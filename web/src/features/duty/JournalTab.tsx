// The journal of the shift: it writes itself from what happens and what is pressed; people add lines to it.
import { useEffect, useMemo, useState } from "react";
import { wantTexts } from "../../actions/read";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { journal, PARTS, type Part, partOf, sealsOf, shiftSpan } from "../../state/journal";
import { interval } from "../../state/report";
import { mayTry } from "../../state/select";
import { useApp } from "../../state/store";
import { Button, Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import { useMinute } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKnownBy, useLanes } from "../timebar/useLanes";
import { JournalList } from "./JournalList";
import { partName } from "./journalWords";
import { NoteNow, NotesUnderWay, useNotes } from "./NoteNow";
import type { DutyTabProps } from "./OnDutyTab";

/** The lanes are asked for in as many pieces as a bar of this width would show. */
const WIDTH = 360;

export function JournalTab({ county, posts, now }: DutyTabProps) {
  const { move } = useDesk();
  const reads = useApp((state) => mayTry(state.me?.person));
  const minute = useMinute();
  const [only, setOnly] = useState<Part | null>(null);
  const { from } = shiftSpan(posts, now);
  const to = minute + 60_000;
  const { lanes, failed } = useLanes(county.code, { from, to }, WIDTH, useKnownBy(now));
  const all = useMemo(
    () => journal(county, posts, lanes?.deeds ?? [], { from, to }),
    [county, posts, lanes, from, to],
  );
  useEffect(() => wantTexts(sealsOf(all)), [all]);
  const entries = all.filter((entry) => entry.at <= now);
  const shown = only ? entries.filter((entry) => partOf(entry) === only) : entries;
  const count = (part: Part) => entries.filter((entry) => partOf(entry) === part).length;
  const reached = (level: 3 | 4) =>
    lanes?.alarms.reduce((sum, counts) => sum + (counts[level] ?? 0), 0) ?? 0;
  const notes = useNotes(all);
  return (
    <div className="journal" data-testid="journal">
      <div className="pf">
        <Chip on={only === null} onPress={() => setOnly(null)} testId="journal-only-all">
          {i18n.t("全部 {n}", { n: entries.length })}
        </Chip>
        {PARTS.map((part) => (
          <Chip
            key={part}
            on={only === part}
            onPress={() => setOnly(only === part ? null : part)}
            testId={`journal-only-${part}`}
          >
            {partName(part)} {count(part)}
          </Chip>
        ))}
        <span className="g" />
        <Button
          small
          disabled={!reads}
          onPress={() => move({ to: "report", ask: interval(from, now) })}
          testId="journal-report"
        >
          {i18n.t("这一班的复盘报告")}
        </Button>
      </div>
      <p className="s i2 padx" data-testid="journal-span">
        {i18n.t(
          "{from} 起，到橙色 {orange} 次、到红色 {red} 次；已结束的报警只在复盘报告里逐条列。",
          {
            from: stamp(from, now),
            orange: reached(3),
            red: reached(4),
          },
        )}
        {failed ? ` ${i18n.t("没有取到最新的按键和记事，还在试。")}` : ""}
      </p>
      {!lanes && !failed ? (
        <div className="pb">
          <Empty title={i18n.t("正在取…")} />
        </div>
      ) : shown.length === 0 ? (
        <div className="pb">
          <Empty title={i18n.t("这一班还没有记录。")}>
            {i18n.t("签到、报警、指令、决定、上报、静默会自己记在这里。")}
          </Empty>
        </div>
      ) : (
        <JournalList key={only} county={county} entries={shown} now={now} />
      )}
      <NotesUnderWay notes={notes.list} now={now} />
      <NoteNow now={now} onKept={notes.add} />
    </div>
  );
}
