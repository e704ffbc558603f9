// What a station measures: newest value, how often it should come, whether silence is normal.
import { age, limit, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { freshnessWords } from "../../i18n/words";
import { seriesKey } from "../../state/world";
import { useNow } from "../clock/useNow";
import { Change, type SectionProps } from "./section";

export function SeriesSection({ county, station, rows, admin, onEdit }: SectionProps) {
  const now = useNow();
  return (
    <>
      <div className="pt">
        <h2>{i18n.t("序列")}</h2>
        <span className="i2">{rows.length}</span>
      </div>
      {rows.map((row) => {
        const quantity = row.quantity ?? "";
        const series = station.series.find((one) => one.quantity === quantity);
        const latest = county.now.get(seriesKey(station.id, quantity));
        const since = latest?.received ? age(now - Date.parse(latest.received)) : "";
        const name = say(series?.title) || quantity;
        const learned = latest?.expected_ms;
        return (
          <div key={quantity} className="line center" data-testid="series-row">
            <span className="g">
              <b>{name}</b> <span className="i3 s">{quantity}</span>
              <br />
              <span className="s i2">
                {row.interval
                  ? i18n.t("每 {interval} 一条", { interval: row.interval })
                  : learned
                    ? i18n.t("间隔没有写，学到的是 {limit}", { limit: limit(learned) })
                    : i18n.t("间隔没有写，还没有学到")}
                {row.silence_normal === "yes" ? ` · ${i18n.t("不报也正常")}` : ""}
              </span>
            </span>
            <span className="r nw">
              <b>{value(latest?.value, series?.unit)}</b>
              <br />
              <span className="s i3">
                {latest ? (freshnessWords(latest.freshness, since) ?? "") : i18n.t("从未有数")}
              </span>
            </span>
            <Change
              admin={admin}
              name={i18n.t("{name}的间隔", { name })}
              onPress={() =>
                onEdit({
                  title: i18n.t("改{name}：{station}", { name, station: station.id }),
                  fields: [
                    {
                      column: "interval",
                      label: i18n.t("应当多久来一条"),
                      hint: i18n.t("例如 5m、1h；空着就自己学"),
                    },
                    {
                      column: "silence_normal",
                      label: i18n.t("不报也正常"),
                      hint: i18n.t("yes：到起报值才发；no：停了就是失视"),
                    },
                  ],
                  edit: {
                    kind: "series",
                    row,
                    cells: {
                      interval: row.interval ?? "",
                      silence_normal: row.silence_normal ?? "no",
                    },
                  },
                })
              }
            />
          </div>
        );
      })}
    </>
  );
}
