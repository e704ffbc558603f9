// How many alarms in ten minutes, as a number first; the bar's marks are the published limits.
import { i18n } from "../../i18n/i18n";
import { compression, FLOOD, type Grade, grade, LIMIT, STEADY } from "../../state/load";
import type { County } from "../../state/world";
import { Dialog } from "../../ui/Dialog";

export function gradeWords(found: Grade): string {
  switch (found) {
    case "steady":
      return i18n.t("平稳");
    case "limit":
      return i18n.t("到限");
    case "high":
      return i18n.t("超限");
    case "flood":
      return i18n.t("远超限");
  }
}

export function LoadMeter({ county, onOpen }: { county: County; onOpen: () => void }) {
  const { raised } = county.load;
  const found = grade(raised);
  const part = Math.min(1, raised / (FLOOD * 2.5));
  return (
    <button
      type="button"
      className="loadmeter"
      onClick={onOpen}
      data-testid="load-meter"
      data-grade={found}
    >
      <span className="k">{i18n.t("负荷")}</span>
      <span className="meter" aria-hidden="true">
        <i style={{ width: `${part * 100}%` }} />
        <em style={{ left: `${(LIMIT / (FLOOD * 2.5)) * 100}%` }} />
        <em style={{ left: `${(FLOOD / (FLOOD * 2.5)) * 100}%` }} />
      </span>
      <b>{raised}</b>
      <span className="s i3 wideonly">{i18n.t("/10 分")}</span>
      <span className="vh">{gradeWords(found)}</span>
    </button>
  );
}

export function LoadDialog({ county, onClose }: { county: County; onClose: () => void }) {
  const { load } = county;
  const ratio = compression(load);
  const n = (count: number) => count.toLocaleString("en-US");
  const rows: [string, string, string][] = [
    [i18n.t("级别变化"), n(load.transitions), n(load.all_transitions)],
    [i18n.t("起的报警"), n(load.raised), n(load.all_raised)],
    [i18n.t("态势"), n(load.situations), n(load.all_situations)],
    [i18n.t("响的次数"), n(load.told), n(load.all_told)],
  ];
  return (
    <Dialog title={i18n.t("报警负荷")} onClose={onClose} testId="load-dialog">
      <table>
        <thead>
          <tr>
            <th>
              <span className="vh">{i18n.t("什么")}</span>
            </th>
            <th className="r">{i18n.t("近 10 分钟")}</th>
            <th className="r">{i18n.t("累计")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, now, all]) => (
            <tr key={name}>
              <td>{name}</td>
              <td className="r">
                <b>{now}</b>
              </td>
              <td className="r">{all}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        <b>
          {i18n.t("现在 10 分钟 {raised} 条：{grade}。", {
            raised: load.raised,
            grade: gradeWords(grade(load.raised)),
          })}
        </b>{" "}
        {ratio === null
          ? i18n.t("还没有响过。")
          : i18n.t("每响一次，背后是 {ratio} 次变化。", { ratio: n(ratio) })}
      </p>
      <p className="i2">
        {i18n.t(
          "公开的限度（每人 10 分钟）：约 {steady} 条平稳，{limit} 条到限，超过 {flood} 条转入汇总模式，降到 5 条以下退出。",
          { steady: STEADY, limit: LIMIT, flood: FLOOD },
        )}
      </p>
    </Dialog>
  );
}
