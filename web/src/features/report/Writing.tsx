// Writing to a section: always a new version beside the facts, never over them.
import { useEffect, useState } from "react";
import { wantTexts } from "../../actions/read";
import { writeReport } from "../../actions/report";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { type ReportAsk, versions } from "../../state/report";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { ReportSection, ReportText } from "../../wire/report";
import { useKeep } from "../keep/useKeep";
import { sectionName } from "./reportWords";

interface WritingProps {
  county: County;
  ask: ReportAsk;
  section: ReportSection;
  list: readonly ReportText[];
  now: number;
  onDone: () => void;
}

export function Writing({ county, ask, section, list, now, onDone }: WritingProps) {
  const own = versions(list, ask, section);
  const newest = own.at(-1);
  const texts = useApp((state) => state.texts);
  const known = newest ? texts.get(newest.text) : "";
  const [text, setText] = useState<string | null>(null);
  const { keep, unkept } = useKeep();
  useEffect(() => wantTexts(own.map((one) => one.text)), [own]);
  const shown = text ?? known ?? "";
  return (
    <Panel
      title={sectionName(section)}
      className="g"
      testId="writing"
      aside={
        <Button small onPress={onDone} testId="writing-done">
          {i18n.t("关上")}
        </Button>
      }
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (text === null || text === known) return;
          keep(() => writeReport(ask, section, text.trim()), onDone);
        }}
      >
        <label>
          <span className="lab">{i18n.t("手写，列在事实旁边")}</span>
          <textarea
            className="in"
            rows={12}
            value={shown}
            disabled={newest !== undefined && known === undefined}
            onChange={(event) => setText(event.target.value)}
            data-testid="writing-text"
          />
        </label>
        {unkept}
        <div className="acts">
          <Button
            kind="primary"
            submit
            disabled={text === null || text.trim() === (known ?? "")}
            onPress={() => {}}
            testId="writing-keep"
          >
            {i18n.t("记为新一版")}
          </Button>
        </div>
        <p className="s i3">
          {i18n.t("每一版都是一条日志，带作者和时间；清空后记下等于撤回，旧版仍在。")}
        </p>
      </form>
      <div className="pb">
        {[...own].reverse().map((one, n) => (
          <div key={one.entry} className="decline" data-testid="version">
            <span className="col g">
              <b className="s">
                {i18n.t("第 {n} 版 · {name} · {time} · #{entry}", {
                  n: own.length - n,
                  name: personName(county.people.get(one.by), one.by),
                  time: stamp(one.at, now),
                  entry: one.entry,
                })}
              </b>
              <span className="told">{texts.get(one.text) || "—"}</span>
            </span>
          </div>
        ))}
      </div>
    </Panel>
  );
}
