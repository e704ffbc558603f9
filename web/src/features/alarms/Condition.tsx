// What the rule asks for, in words, and which of its clocks run now: counted down on the engine's clock.
import { limit, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { certaintySentence, levelName } from "../../i18n/words";
import { isBlindSpot, seriesOf } from "../../state/select";
import type { County } from "../../state/world";
import { Panel } from "../../ui/Panel";
import type { AlarmView, LevelClock, RuleView } from "../../wire/view";
import { Due } from "../commands/Due";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { Grade, gradesSentence, LEVEL_NUMBERS } from "../rules/grades";
import { AsNow } from "../timebar/AsNow";

interface ConditionProps {
  alarm: AlarmView;
  rule: RuleView | null;
  county: County;
  now: number;
}

export function Condition({ alarm, rule, county, now }: ConditionProps) {
  const { move } = useDesk();
  const lines = seriesOf(county, alarm).fixed?.thresholds.filter(
    (line) => line.rule === alarm.rule,
  );
  const unit = seriesOf(county, alarm).fixed?.unit ?? "";
  return (
    <Panel
      title={i18n.t("条件")}
      testId="condition"
      aside={
        isBlindSpot(alarm) ? null : (
          <button
            type="button"
            className="link s"
            onClick={() => move({ to: "rules", rule: alarm.rule })}
            data-testid="open-rule"
          >
            {i18n.t("看规则 {rule}", { rule: alarm.rule })}
          </button>
        )
      }
    >
      {rule ? <AsNow /> : null}
      <div className="empty">
        <p>{rule ? say(rule.condition) : say(alarm.title)}</p>
      </div>
      {(lines ?? []).map((line) => (
        <div key={`${line.level}/${line.raise}`} className="line" style={{ alignItems: "center" }}>
          <Mark level={line.level} size={14} />
          <span className="g el">{say(line.title)}</span>
          <span>
            {line.below ? "≤" : "≥"} <b>{line.raise}</b> {line.is_span ? "" : unit}
          </span>
          <span className="s i3 nw">{i18n.t("复位 {reset}", { reset: line.reset })}</span>
          {rule ? <Grade rule={rule} number={LEVEL_NUMBERS[line.level - 1]} /> : null}
        </div>
      ))}
      <div className="pt">
        <h2>{i18n.t("还在走的钟")}</h2>
        <span className="i2">{alarm.clocks.length}</span>
      </div>
      {alarm.clocks.length === 0 ? (
        <p className="line i3">
          {alarm.sight_lost || alarm.process === "unknown"
            ? i18n.t("没有数据，钟都停着；来一个好数就接着走。")
            : i18n.t("没有。级别就停在这里，直到新读数改变它。")}
        </p>
      ) : (
        alarm.clocks.map((clock) => (
          <ClockLine key={`${clock.level}/${clock.rises}`} clock={clock} now={now} />
        ))
      )}
      {rule ? (
        <p className="line s i3">
          {certaintySentence(rule.certainty)}
          {gradesSentence(rule)}
          {rule.min_hold_ms > 0
            ? ` · ${i18n.t("至少保持 {limit}", { limit: limit(rule.min_hold_ms) })}`
            : ""}
        </p>
      ) : null}
    </Panel>
  );
}

function ClockLine({ clock, now }: { clock: LevelClock; now: number }) {
  const level = levelName(clock.level);
  return (
    <div className="line" style={{ alignItems: "center" }} data-testid="level-clock">
      <Mark level={clock.level} size={14} returned={!clock.rises} />
      <span className="g">
        {clock.rises
          ? i18n.t("再这样下去，成为{level}", { level })
          : i18n.t("不再回升，{level}结束", { level })}
        <span className="s i3"> {i18n.t("从 {time} 算起", { time: stamp(clock.since, now) })}</span>
      </span>
      <Due at={clock.due} now={now} />
    </div>
  );
}
