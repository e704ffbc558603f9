// An evacuation by village: it closes when every line adds up and everybody left behind is known.
import { i18n } from "../../i18n/i18n";
import type { CommandView } from "../../wire/view";
import { shortWords } from "../marks/shortWords";

export function HeadCount({ command }: { command: CommandView }) {
  const rows = command.count ?? [];
  if (command.kind !== "evacuation") return null;
  const sum = (of: (row: (typeof rows)[number]) => number) =>
    rows.reduce((total, row) => total + of(row), 0);
  const people = sum((row) => row.people_short);
  const names = sum((row) => row.names_short);
  return (
    <section className="headcount" data-testid="head-count">
      <div className="pt">
        <h2>{i18n.t("按村")}</h2>
        <span className="i2">{rows.length}</span>
        <span className="g" />
        {rows.length === 0 ? (
          <span className="s">{i18n.t("还没有人报人数")}</span>
        ) : people + names > 0 ? (
          <b className="s">{i18n.t("还差 {what}", { what: shortWords({ people, names }) })}</b>
        ) : (
          <span className="s">{i18n.t("人数对得上，等第二个人核实")}</span>
        )}
      </div>
      {rows.length > 0 ? (
        <div className="scroll">
          <table>
            <thead>
              <tr>
                <th>{i18n.t("村")}</th>
                <th className="r">{i18n.t("应转移")}</th>
                <th className="r">{i18n.t("已转移")}</th>
                <th className="r">{i18n.t("拒绝")}</th>
                <th className="r">{i18n.t("失联人数")}</th>
                <th className="r">{i18n.t("还差")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.village} data-testid="village-row" data-village={row.village}>
                  <td>{row.village}</td>
                  <td className="r">
                    <b>{row.to_move}</b>
                  </td>
                  <td className="r">{row.task ? row.moved : "—"}</td>
                  <td className="r">{row.task ? row.refused : "—"}</td>
                  <td className="r">{row.task ? row.unreachable : "—"}</td>
                  <td className="r">
                    {row.people_short + row.names_short > 0 ? (
                      <span className="tag inv">
                        {shortWords({ people: row.people_short, names: row.names_short })}
                      </span>
                    ) : (
                      "0"
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  );
}
