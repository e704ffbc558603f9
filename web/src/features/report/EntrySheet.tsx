// One entry of the journal behind a figure: what came in, and what was decided on it.
import { useEffect, useState } from "react";
import { entry } from "../../actions/report";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { Button } from "../../ui/Button";
import { Empty, Panel } from "../../ui/Panel";
import type { EntryView } from "../../wire/report";
import { failure } from "../rules/failure";

interface EntrySheetProps {
  number: number;
  now: number;
  onDone: () => void;
}

export function EntrySheet({ number, now, onDone }: EntrySheetProps) {
  const [found, setFound] = useState<EntryView | null>(null);
  const [failed, setFailed] = useState("");
  useEffect(() => {
    let gone = false;
    setFound(null);
    setFailed("");
    entry(number)
      .then((view) => !gone && setFound(view))
      .catch((error: unknown) => !gone && setFailed(failure(error)));
    return () => {
      gone = true;
    };
  }, [number]);
  return (
    <Panel
      title={i18n.t("日志条目 #{number}", { number })}
      className="g"
      testId="entry-sheet"
      aside={
        <Button small onPress={onDone} testId="entry-done">
          {i18n.t("关上")}
        </Button>
      }
    >
      <div className="pb entrysheet">
        {failed ? (
          <Empty title={i18n.t("取不到这一条。")}>{failed}</Empty>
        ) : found === null ? (
          <Empty title={i18n.t("正在取…")} />
        ) : (
          <>
            <p className="s i2">
              #{found.number} · {stamp(found.at, now)} · {found.kind}
            </p>
            <pre>{JSON.stringify(found.content, null, 1)}</pre>
            {found.outcomes.length > 0 ? <h3>{i18n.t("由此判定")}</h3> : null}
            {found.outcomes.map((one) => (
              <pre key={one.number} data-asked={one.number === number}>
                #{one.number} {JSON.stringify(one.content, null, 1)}
              </pre>
            ))}
            <p className="s i3">
              {i18n.t("文字和照片在日志里只有封签；原文可单独抹除，封签不变。")}
            </p>
          </>
        )}
      </div>
    </Panel>
  );
}
