// One village of a head-count, for a thumb: four numbers, and a name or a picture of everybody left behind.
import type { Shot } from "../../actions/photo";
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
import { PhotoField, picturesFor } from "./PhotoField";

interface CountFieldsProps {
  row: CountRow;
  texts: Texts;
  task: string;
  shots: Shot[];
  onShots: (change: (before: Shot[]) => Shot[]) => void;
  onChange: (change: Partial<CountRow>) => void;
}

export function CountFields({ row, texts, task, shots, onShots, onChange }: CountFieldsProps) {
  const village = row.village.trim();
  const taken = (why: Left) => picturesFor(shots, { village, why });
  // A picture belongs to the village it was taken for.
  const bound = row.given || LEFT.some((why) => taken(why).length > 0);
  const cell = (key: Cell, name: string) => (
    <label className="countcell">
      <span>{name}</span>
      <input
        className="in"
        inputMode="numeric"
        value={row[key]}
        readOnly={key === "to_move" && row.given}
        onChange={(event) => onChange({ [key]: event.target.value })}
        data-testid={`count-${key}`}
      />
    </label>
  );
  const left = (why: Left) => {
    if (!isLeft(row, why)) return null;
    const n = knownOf(row, why, texts, taken(why).length);
    return (
      <>
        <label>
          <span className="lab">
            {why === "refused"
              ? i18n.t("拒绝的人，每人一个名字或一张照片：已有 {n}", { n })
              : i18n.t("联系不上的人，每人一个名字或一张照片：已有 {n}", { n })}
          </span>
          <textarea
            className="in"
            rows={2}
            value={namesOf(row, why, texts)}
            onChange={(event) => onChange({ names: { ...row.names, [why]: event.target.value } })}
            data-testid={`names-${why}`}
          />
        </label>
        {village === "" ? null : (
          <PhotoField task={task} shots={shots} onChange={onShots} behind={{ village, why }} />
        )}
      </>
    );
  };
  return (
    <fieldset className="countrow" data-testid="count-row">
      <legend>
        {row.given ? (
          <b>{row.village}</b>
        ) : (
          <input
            className="in"
            placeholder={i18n.t("哪个村")}
            aria-label={i18n.t("哪个村")}
            value={row.village}
            readOnly={bound}
            onChange={(event) => onChange({ village: event.target.value })}
            data-testid="count-village"
          />
        )}
      </legend>
      {cell("to_move", i18n.t("应转移"))}
      {cell("moved", i18n.t("已转移"))}
      {cell("refused", i18n.t("拒绝走"))}
      {left("refused")}
      {cell("unreachable", i18n.t("联系不上"))}
      {left("unreachable")}
    </fieldset>
  );
}
