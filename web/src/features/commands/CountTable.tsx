// A head-count taken down on somebody's word: a line a village, the names of those left behind below it.
import { i18n } from "../../i18n/i18n";
import {
  type Cell,
  type CountRow,
  isLeft,
  knownOf,
  LEFT,
  type Left,
  namesOf,
  type Texts,
} from "../../state/headcount";
import { Button } from "../../ui/Button";

interface CountTableProps {
  rows: readonly CountRow[];
  texts: Texts;
  onChange: (place: number, change: Partial<CountRow>) => void;
  /** Where the command names no villages. */
  onAdd: (() => void) | null;
}

export function CountTable({ rows, texts, onChange, onAdd }: CountTableProps) {
  const heads: [Cell, string][] = [
    ["to_move", i18n.t("应转移")],
    ["moved", i18n.t("已转移")],
    ["refused", i18n.t("拒绝走")],
    ["unreachable", i18n.t("联系不上")],
  ];
  return (
    <fieldset className="counttable" data-testid="record-count">
      <legend className="lab">{i18n.t("按村报的人数，只记写了的村")}</legend>
      <div className="countline head" aria-hidden="true">
        <span>{i18n.t("村")}</span>
        {heads.map(([key, name]) => (
          <span key={key} className="r">
            {name}
          </span>
        ))}
      </div>
      {rows.map((row, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place until it is sent
        <div key={place} data-testid="count-row">
          <div className="countline">
            {row.given ? (
              <b className="el">{row.village}</b>
            ) : (
              <input
                className="in"
                aria-label={i18n.t("哪个村")}
                value={row.village}
                onChange={(event) => onChange(place, { village: event.target.value })}
                data-testid="count-village"
              />
            )}
            {heads.map(([key, name]) =>
              key === "to_move" && row.given ? (
                <b key={key} className="r">
                  {row.to_move}
                </b>
              ) : (
                <input
                  key={key}
                  className="in r"
                  inputMode="numeric"
                  aria-label={`${row.village} ${name}`}
                  value={row[key]}
                  onChange={(event) => onChange(place, { [key]: event.target.value })}
                  data-testid={`count-${key}`}
                />
              ),
            )}
          </div>
          {LEFT.filter((why) => row.touched && isLeft(row, why)).map((why) => (
            <Names
              key={why}
              row={row}
              why={why}
              texts={texts}
              onChange={(names) => onChange(place, { names: { ...row.names, [why]: names } })}
            />
          ))}
        </div>
      ))}
      {onAdd ? (
        <Button small onPress={onAdd}>
          {i18n.t("+ 加村")}
        </Button>
      ) : null}
    </fieldset>
  );
}

interface NamesProps {
  row: CountRow;
  why: Left;
  texts: Texts;
  onChange: (names: string) => void;
}

function Names({ row, why, texts, onChange }: NamesProps) {
  const n = knownOf(row, why, texts);
  return (
    <label className="countnames">
      <span className="s i2">
        {why === "refused"
          ? i18n.t("拒绝的人，顿号隔开：已有 {n} / {all}", { n, all: row[why] })
          : i18n.t("联系不上的人，顿号隔开：已有 {n} / {all}", { n, all: row[why] })}
      </span>
      <input
        className="in"
        value={namesOf(row, why, texts).replaceAll("\n", "、")}
        onChange={(event) => onChange(event.target.value)}
        data-testid={`names-${why}`}
      />
    </label>
  );
}
