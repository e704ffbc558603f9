// Where: an area of the county, or the whole of it.
import { i18n, say } from "../../i18n/i18n";
import type { County } from "../../state/world";
import type { AreaRef } from "../../wire/view";

interface PlaceFieldsProps {
  county: County;
  area: AreaRef | null;
  onChange: (area: AreaRef | null) => void;
}

export function PlaceFields({ county, area, onChange }: PlaceFieldsProps) {
  const areas = county.areas.filter((one) => one.kind !== "county");
  const key = (one: AreaRef) => `${one.kind}/${one.code}`;
  return (
    <label>
      <span className="lab">{i18n.t("在哪里")}</span>
      <select
        className="in"
        value={area ? key(area) : ""}
        onChange={(event) => {
          const found = areas.find((one) => key(one) === event.target.value);
          onChange(found ? { kind: found.kind, code: found.code } : null);
        }}
        data-testid="event-area"
      >
        <option value="">{i18n.t("全县")}</option>
        {areas.map((one) => (
          <option key={key(one)} value={key(one)}>
            {say(one.title) || one.code}
          </option>
        ))}
      </select>
    </label>
  );
}
