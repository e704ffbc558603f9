// One report that is owed upward: what was sent of it, version by version, and the way to the next.
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { isMet } from "../../state/incidents";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { OwedReport } from "../../wire/view";
import { Due } from "../commands/Due";
import { Photos } from "../commands/Photos";

interface ReportLineProps {
  county: County;
  report: OwedReport;
  /** Its incident runs. */
  open: boolean;
  allowed: boolean;
  now: number;
  onSend: () => void;
}

export function ReportLine({ county, report, open, allowed, now, onSend }: ReportLineProps) {
  const { sent } = report;
  return (
    <div data-testid="report" data-id={report.id}>
      <div className="decline">
        <span className="col g">
          <b className="el">{say(report.title)}</b>
          <span className="s i2 el">
            {sent.length === 0
              ? report.filed
                ? i18n.t("{time} 各乡镇初报已齐", { time: stamp(report.filed.at, now) })
                : say(report.to)
              : i18n.t("{to}，报了 {n} 版", { to: say(report.to), n: sent.length })}
          </span>
        </span>
        {!isMet(report) && open ? <Due at={report.due} now={now} /> : null}
        {open ? (
          <Button small disabled={!allowed} onPress={onSend} testId={`send-report-${report.id}`}>
            {sent.length === 0 ? i18n.t("报出…") : i18n.t("续报…")}
          </Button>
        ) : null}
      </div>
      {sent.map((one, n) => (
        <Version
          key={`${one.at}${one.text}`}
          county={county}
          one={one}
          n={n + 1}
          last={n === sent.length - 1}
          now={now}
        />
      ))}
    </div>
  );
}

interface VersionProps {
  county: County;
  one: OwedReport["sent"][number];
  n: number;
  last: boolean;
  now: number;
}

/** The wording as sent, who took it, and the pictures; earlier versions are folded. */
function Version({ county, one, n, last, now }: VersionProps) {
  const texts = useApp((state) => state.texts);
  return (
    <details className="version" open={last} data-testid="report-version" data-n={n}>
      <summary>
        {i18n.t("第 {n} 版 {time} {name} 报，{to} 收", {
          n,
          time: stamp(one.at, now),
          name: personName(county.people.get(one.by), one.by),
          to: texts.get(one.received_by) ?? "…",
        })}
      </summary>
      <p className="wording">{texts.get(one.text) ?? i18n.t("正在取正文…")}</p>
      {one.photos.length > 0 ? <Photos photos={one.photos} /> : null}
    </details>
  );
}
