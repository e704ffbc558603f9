// What an order is finished by, and, for an evacuation, how many people have to leave which village.
import { useId } from "react";
import { i18n, say } from "../../i18n/i18n";
import { knownVillages, townshipsOf } from "../../state/villages";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { TemplateView, VillageTarget } from "../../wire/view";

/** A line being written; its number is text until it is one. */
export interface VillageRow {
  village: string;
  people: string;
}

/** The lines that say something. */
export function counted(rows: readonly VillageRow[]): VillageTarget[] {
  return rows
    .map(({ village, people }) => ({ village: village.trim(), to_move: Number(people) }))
    .filter((row) => row.village !== "" && Number.isSafeInteger(row.to_move) && row.to_move >= 0);
}

interface VillagesProps {
  county: County;
  /** Whom the order goes to. */
  people: readonly string[];
  rows: readonly VillageRow[];
  onChange: (rows: VillageRow[]) => void;
}

export function Villages({ county, people, rows, onChange }: VillagesProps) {
  const list = useId();
  const known = knownVillages(county);
  const put = (place: number, row: VillageRow) =>
    onChange(rows.map((one, n) => (n === place ? row : one)));
  /** A village that is known brings its number, where none is written yet. */
  const name = (place: number, row: VillageRow, village: string) => {
    const before = known.find((one) => one.village === village);
    const last = known.find((one) => one.village === row.village);
    const own = row.people !== "" && row.people !== String(last?.to_move);
    put(place, { village, people: own || !before ? row.people : String(before.to_move) });
  };
  const total = counted(rows).reduce((sum, row) => sum + row.to_move, 0);
  return (
    <fieldset style={{ border: 0 }} data-testid="villages">
      <legend className="lab">{i18n.t("按村应转移，合计 {total} 人", { total })}</legend>
      <datalist id={list}>
        {known.map((one) => (
          <option key={one.village} value={one.village}>
            {i18n.t("上次应转移 {n} 人", { n: one.to_move })}
          </option>
        ))}
        {townshipsOf(county, people)
          .map(say)
          .filter((title) => !known.some((one) => one.village === title))
          .map((title) => (
            <option key={title} value={title} />
          ))}
      </datalist>
      {rows.map((row, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place until it is sent
        <div key={place} className="f" style={{ marginBottom: 4 }}>
          <input
            className="in g"
            placeholder={i18n.t("村")}
            aria-label={i18n.t("村")}
            value={row.village}
            list={list}
            onChange={(event) => name(place, row, event.target.value)}
            data-testid="village-name"
          />
          <input
            className="in"
            style={{ width: 96 }}
            inputMode="numeric"
            placeholder={i18n.t("应转移")}
            aria-label={i18n.t("应转移")}
            value={row.people}
            onChange={(event) => put(place, { ...row, people: event.target.value })}
            data-testid="village-people"
          />
          <Button small onPress={() => onChange(rows.filter((_, n) => n !== place))}>
            ×
          </Button>
        </div>
      ))}
      <Button
        small
        onPress={() => onChange([...rows, { village: "", people: "" }])}
        testId="add-village"
      >
        {i18n.t("+ 加村")}
      </Button>
      {rows.length === 0 ? (
        <p className="s i3">{i18n.t("不写也可以：村名和人数由到场的人报。")}</p>
      ) : null}
    </fieldset>
  );
}

/** What finishes the order, and what takes it back. */
export function Closes({ template, county }: { template: TemplateView; county: County }) {
  const bound = template.proven_by;
  const series = bound ? county.series.get(`${bound.station}/${bound.quantity}`) : undefined;
  const back = county.templates.find((one) => one.id === template.correction);
  return (
    <div className="s" data-testid="closes">
      <span className="lab">{i18n.t("完成条件")}</span>
      {template.kind === "evacuation" ? (
        <p>{i18n.t("应转移 = 已转移 + 拒绝 + 失联，每村，第二人核实")}</p>
      ) : null}
      {template.kind === "rescue" ? <p>{i18n.t("要有照片或具名的见证人，第二人核实")}</p> : null}
      {bound ? (
        <p>
          {bound.below
            ? i18n.t("{place} 的读数降到 {value} {unit} 以下，自动核实", {
                place: say(county.stations.get(bound.station)?.name),
                value: (bound.bound / 10 ** (series?.decimals ?? 0)).toFixed(series?.decimals ?? 0),
                unit: series?.unit ?? "",
              })
            : i18n.t("{place} 的读数升到 {value} {unit} 以上，自动核实", {
                place: say(county.stations.get(bound.station)?.name),
                value: (bound.bound / 10 ** (series?.decimals ?? 0)).toFixed(series?.decimals ?? 0),
                unit: series?.unit ?? "",
              })}
        </p>
      ) : null}
      {!bound && (template.kind ?? "plain") === "plain" ? (
        <p>{i18n.t("报完成，第二人核实")}</p>
      ) : null}
      {back ? (
        <p className="i2">
          {i18n.t("撤回预案（随本模板绑定）：“{wording}”", { wording: say(back.wording) })}
        </p>
      ) : null}
    </div>
  );
}
