// What a station is: names, kind, place, what it belongs to.
import { i18n } from "../../i18n/i18n";
import { stationKind } from "../../i18n/words";
import type { Cells } from "../../state/registry";
import type { County } from "../../state/world";
import { Empty } from "../../ui/Panel";
import { areaName } from "../stations/townships";
import type { Field } from "./EditDialog";
import { Change, type SectionProps } from "./section";

interface Fact {
  name: string;
  fields: Field[];
  shown: (row: Cells) => string;
}

function facts(county: County): Fact[] {
  const one = (column: string, name: string, hint?: string): Fact => ({
    name,
    fields: [{ column, label: name, ...(hint ? { hint } : {}) }],
    shown: (row) => row[column] ?? "",
  });
  return [
    {
      name: i18n.t("名称"),
      fields: [
        { column: "name", label: i18n.t("中文名") },
        { column: "name_en", label: i18n.t("英文名") },
      ],
      shown: (row) => [row.name, row.name_en].filter(Boolean).join(" · "),
    },
    {
      ...one("kind", i18n.t("类型"), "river, rain, reservoir, landslide, gas …"),
      shown: (row) => [stationKind(row.kind ?? ""), row.kind].filter(Boolean).join(" · "),
    },
    {
      name: i18n.t("位置"),
      fields: [
        { column: "lon", label: i18n.t("经度（WGS 84，度）") },
        { column: "lat", label: i18n.t("纬度（WGS 84，度）") },
      ],
      shown: (row) => (row.lon && row.lat ? `${row.lon}, ${row.lat}` : ""),
    },
    {
      ...one("township", i18n.t("乡镇街道"), i18n.t("区划代码")),
      shown: (row) =>
        [areaName(county, "township", row.township), row.township].filter(Boolean).join(" · "),
    },
    {
      ...one("catchment", i18n.t("流域"), i18n.t("流域代码")),
      shown: (row) =>
        [areaName(county, "catchment", row.catchment), row.catchment].filter(Boolean).join(" · "),
    },
    one("upstream", i18n.t("上游站"), i18n.t("站号:传播时间，多个用空格隔开")),
    one("tags", i18n.t("标签"), i18n.t("用空格隔开")),
  ];
}

export function FactsSection({ county, rows, admin, onEdit }: SectionProps) {
  const row = rows[0];
  if (!row)
    return (
      <Empty title={i18n.t("站点表里没有这一站。")}>
        {i18n.t("它可能是刚换掉的文件里的站；再试一次，或请管理员看 stations.csv。")}
      </Empty>
    );
  return (
    <>
      <div className="pt">
        <h2>{i18n.t("基本资料")}</h2>
      </div>
      {facts(county).map((fact) => (
        <div key={fact.name} className="line center" data-testid="fact">
          <span className="i3 s fname">{fact.name}</span>
          <span className="g wrapany">
            {fact.shown(row) || <span className="i3">{i18n.t("空着")}</span>}
          </span>
          <Change
            admin={admin}
            name={fact.name}
            onPress={() =>
              onEdit({
                title: i18n.t("改{name}：{station}", { name: fact.name, station: row.id ?? "" }),
                fields: fact.fields,
                edit: {
                  kind: "stations",
                  row,
                  cells: Object.fromEntries(
                    fact.fields.map(({ column }) => [column, row[column] ?? ""]),
                  ),
                },
              })
            }
          />
        </div>
      ))}
    </>
  );
}
