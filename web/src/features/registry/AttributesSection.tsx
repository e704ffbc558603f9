// Surveyed facts of a station that rules ask for: stages, limits; each from its day on.
import { Fragment } from "react";
import { instantOf } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { attributeName } from "../../i18n/words";
import { histories } from "../../state/registry";
import { useNow } from "../clock/useNow";
import { Past } from "./Past";
import { Change, type SectionProps } from "./section";

export function AttributesSection({ station, rows, admin, onEdit }: SectionProps) {
  const now = useNow();
  const all = histories(rows, ["attribute"], now, instantOf);
  return (
    <>
      <div className="pt">
        <h2>{i18n.t("特征值")}</h2>
        <span className="i2">{all.length}</span>
      </div>
      {all.length === 0 ? <p className="line i3">{i18n.t("没有登记特征值。")}</p> : null}
      {all.map((history) => {
        const row = history.rows[Math.max(0, history.now)];
        if (!row) return null;
        const name = attributeName(row.attribute ?? "");
        return (
          <Fragment key={history.key}>
            <div className="line center" data-testid="attribute-row">
              <span className="g">
                <b>{name}</b> <span className="i3 s">{row.attribute}</span>
                {row.source ? (
                  <>
                    <br />
                    <span className="s i3">{row.source}</span>
                  </>
                ) : null}
              </span>
              <span className="r nw">
                <b>{row.value}</b> {row.unit}
                <br />
                <span className="s i3">
                  {history.now < 0
                    ? i18n.t("还没有到日子")
                    : row.valid_from
                      ? i18n.t("{day} 起", { day: row.valid_from })
                      : i18n.t("一直")}
                </span>
              </span>
              <Change
                admin={admin}
                name={name}
                onPress={() =>
                  onEdit({
                    title: i18n.t("改{name}：{station}", { name, station: station.id }),
                    fields: [
                      { column: "value", label: `${name} (${row.unit ?? ""})` },
                      { column: "source", label: i18n.t("出处") },
                    ],
                    dated: true,
                    edit: {
                      kind: "attributes",
                      row,
                      cells: {
                        value: row.value ?? "",
                        source: row.source ?? "",
                        unit: row.unit ?? "",
                      },
                    },
                  })
                }
              />
            </div>
            <Past history={history} column="value" unit={row.unit ?? ""} />
          </Fragment>
        );
      })}
    </>
  );
}
