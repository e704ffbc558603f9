// What the list of alarms is narrowed to; the second line of the panel, open only when asked for.
import { i18n } from "../../i18n/i18n";
import { hazardName, levelName, ROMAN } from "../../i18n/words";
import {
  type AlarmFilter,
  narrowing,
  noFilter,
  type Only,
  occurring,
  withLevel,
} from "../../state/filters";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import type { AlarmView, Level } from "../../wire/view";
import { Mark } from "../marks/Mark";
import { areaName } from "../stations/townships";

const LEVELS: Level[] = [4, 3, 2, 1];

interface AlarmFiltersProps {
  filter: AlarmFilter;
  onChange: (filter: AlarmFilter) => void;
  alarms: readonly AlarmView[];
  county: County;
}

export function AlarmFilters({ filter, onChange, alarms, county }: AlarmFiltersProps) {
  const { hazards, townships } = occurring(alarms, county);
  const set = (part: Partial<AlarmFilter>) => onChange({ ...filter, ...part });
  return (
    <fieldset className="filters" data-testid="filters">
      <legend className="vh">{i18n.t("筛选")}</legend>
      <div className="f">
        {LEVELS.map((level) => (
          <button
            key={level}
            type="button"
            className="chip"
            aria-pressed={filter.levels.includes(level)}
            aria-label={levelName(level)}
            onClick={() => onChange(withLevel(filter, level))}
            data-testid={`filter-level-${level}`}
          >
            <Mark level={level} size={14} />
            {ROMAN[level]}
          </button>
        ))}
        <span className="g" />
        {narrowing(filter) > 0 ? (
          <Chip on={false} onPress={() => onChange({ ...noFilter, unacked: filter.unacked })}>
            {i18n.t("全部清除")}
          </Chip>
        ) : null}
      </div>
      <div className="pairs">
        <Choice
          label={i18n.t("灾种")}
          value={filter.hazard ?? ""}
          onChange={(hazard) => set({ hazard: hazard || null })}
          options={[
            ["", i18n.t("全部")],
            ...hazards.map((hazard): [string, string] => [hazard, hazardName(hazard)]),
          ]}
          testId="filter-hazard"
        />
        <Choice
          label={i18n.t("乡镇")}
          value={filter.township ?? ""}
          onChange={(township) => set({ township: township || null })}
          options={[
            ["", i18n.t("全部")],
            ...townships.map((code): [string, string] => [
              code,
              areaName(county, "township", code),
            ]),
          ]}
          testId="filter-township"
        />
        <Choice
          label={i18n.t("不响的")}
          value={filter.quiet}
          onChange={(quiet) => set({ quiet: quiet as Only })}
          options={[
            ["any", i18n.t("都看")],
            ["yes", i18n.t("只看不响的")],
            ["no", i18n.t("不看不响的")],
          ]}
          testId="filter-quiet"
        />
        <Choice
          label={i18n.t("预报")}
          value={filter.forecast}
          onChange={(forecast) => set({ forecast: forecast as Only })}
          options={[
            ["any", i18n.t("都看")],
            ["yes", i18n.t("只看预报")],
            ["no", i18n.t("只看实测")],
          ]}
          testId="filter-forecast"
        />
      </div>
    </fieldset>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: [string, string][];
  onChange: (value: string) => void;
  testId?: string;
}

/** A label and the machine's own drop-down: the keyboard and the screen reader know it. */
export function Choice({ label, value, options, onChange, testId }: ChoiceProps) {
  return (
    <label className="choice">
      <span className="s i3 nw">{label}</span>
      <select
        className="in"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        data-testid={testId}
      >
        {options.map(([id, words]) => (
          <option key={id} value={id}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
