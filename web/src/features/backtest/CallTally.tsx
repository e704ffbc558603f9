// Both runs in numbers: how many were called and answered, how runs ended, where nobody was on duty.
import { i18n } from "../../i18n/i18n";
import type { CallReport } from "../../wire/backtest";

export function CallTally({ report }: { report: CallReport }) {
  const heads = [
    i18n.t("叫了几次"),
    i18n.t("几个人"),
    i18n.t("应答的"),
    i18n.t("不知会不会接"),
    i18n.t("有人接手"),
    i18n.t("叫完没人应"),
    i18n.t("空步骤"),
    i18n.t("班表缺口"),
  ];
  const line = (side: "a" | "b") => {
    const own = report[side];
    const other = report[side === "a" ? "b" : "a"];
    const cells = (one: typeof own) => [
      one.calls,
      one.people,
      one.answered,
      one.unknown,
      one.satisfied,
      one.exhausted,
      one.empty_steps,
      one.gaps.length,
    ];
    const known = cells(other);
    return (
      <tr data-testid="call-tally" data-side={side}>
        <td>{side.toUpperCase()}</td>
        {cells(own).map((count, place) => (
          <td key={heads[place]} className="r">
            {side === "b" && count !== known[place] ? <b>{count}</b> : count}
          </td>
        ))}
      </tr>
    );
  };
  return (
    <section
      className="widetable"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
      tabIndex={0}
      aria-label={i18n.t("推演 A/B")}
    >
      <table className="tallies" style={{ minWidth: 700 }}>
        <thead>
          <tr>
            <th style={{ width: 28 }} />
            {heads.map((head) => (
              <th key={head} className="r">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {line("a")}
          {line("b")}
        </tbody>
      </table>
    </section>
  );
}
