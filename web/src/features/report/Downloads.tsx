// In which forms a report leaves the desk.
import { reportAddress } from "../../actions/report";
import { i18n } from "../../i18n/i18n";
import { FORMS, parameters, type ReportAsk, type ReportMore, SHEETS } from "../../state/report";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import { formName, sheetName } from "./reportWords";

interface DownloadsProps {
  ask: ReportAsk;
  more: ReportMore;
  /** What is shown is not yet what was asked for. */
  busy: boolean;
  onPrint: () => void;
}

export function Downloads({ ask, more, busy, onPrint }: DownloadsProps) {
  return (
    <Panel title={i18n.t("带走")}>
      <div className="acts" style={{ padding: 12 }}>
        <Button kind="primary" disabled={busy} onPress={onPrint} testId="report-print">
          {i18n.t("打印 / 存 PDF")}
        </Button>
        {FORMS.map((form) => (
          <a
            key={form}
            className="btn"
            href={reportAddress(form, parameters(ask, more))}
            {...(form === "page" ? { target: "_blank", rel: "noreferrer" } : { download: "" })}
            data-testid={`report-${form}`}
          >
            {formName(form)}
          </a>
        ))}
      </div>
      <div className="acts" style={{ padding: "0 12px 12px" }}>
        <span className="lab">CSV</span>
        {SHEETS.map((table) => (
          <a
            key={table}
            className="btn sm"
            href={reportAddress("csv", parameters(ask, more, table))}
            download=""
            data-testid={`report-csv-${table}`}
          >
            {sheetName(table)}
          </a>
        ))}
      </div>
      <p className="s i3" style={{ padding: "0 12px 12px" }}>
        {i18n.t("每次打开和带走都记入日志：谁、何时、哪一段。")}
      </p>
    </Panel>
  );
}
