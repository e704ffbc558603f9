// One rule as a person reads it: condition in words, its numbers and where they come from, what it watches
// and how it has done.
import { limit } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { certaintySentence, hazardName, levelName } from "../../i18n/words";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { Level, RuleView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { usePast } from "../clock/usePast";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { AlarmLine } from "../situations/parts";
import { AsNow } from "../timebar/AsNow";
import { Grade, gradesOf, LEVEL_NUMBERS, numberName } from "./grades";

const LEVELS: Level[] = [1, 2, 3, 4];
const SHOWN = 40;

export function RulePanel({ rule, county }: { rule: RuleView; county: County }) {
  const now = useNow();
  const { move } = useDesk();
  const past = usePast();
  const standing = [...county.alarms.values()].filter(
    (alarm) => alarm.rule === rule.id && alarm.process !== "returned",
  );
  const watched = [...county.stations.values()].filter((station) =>
    station.series.some((series) => series.thresholds.some((line) => line.rule === rule.id)),
  );
  return (
    <Panel
      title={say(rule.title) || rule.id}
      aside={<span className="s i3">{rule.id}</span>}
      testId="rule-panel"
      className="g"
    >
      <div className="pb">
        <AsNow />
        {rule.certainty === "t" ? (
          <p className="confirmfirst">
            <b>{i18n.t("使用前须确认")}</b>{" "}
            {i18n.t("这些数是本系统的默认值，没有官方出处。请主管单位确认后再据此下指令。")}
          </p>
        ) : gradesOf(rule).some((one) => one.certainty === "t") ? (
          <p className="confirmfirst">
            <b>{i18n.t("使用前须确认")}</b>{" "}
            {i18n.t("标着 T 的数是本系统的默认值，没有官方出处。请主管单位确认后再据此下指令。")}
          </p>
        ) : null}
        {rule.forecast ? (
          <p className="note">
            <span className="tag fc">{i18n.t("预报")}</span>{" "}
            {i18n.t("说的是将来，不是现在；不替代也不遮盖实测。")}
          </p>
        ) : null}
        <p className="empty" data-testid="rule-condition">
          {say(rule.condition) || i18n.t("规则没有写条件的说明。")}
        </p>
        <table>
          <thead>
            <tr>
              <th>{i18n.t("级别")}</th>
              <th className="r">{i18n.t("持续多久才报")}</th>
              <th className="r">{i18n.t("回落多久才算完")}</th>
            </tr>
          </thead>
          <tbody>
            {LEVELS.map((level) => (
              <tr key={level}>
                <td>
                  <span className="f">
                    <Mark level={level} size={14} />
                    {levelName(level)}
                    <Grade rule={rule} number={LEVEL_NUMBERS[level - 1]} />
                  </span>
                </td>
                <td className="r">
                  {delay(rule.on_delay_ms[level - 1])} <Grade rule={rule} number="on_delay" />
                </td>
                <td className="r">
                  {delay(rule.off_delay_ms[level - 1])} <Grade rule={rule} number="off_delay" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <dl className="plain">
          <div>
            <dt>{i18n.t("出处")}</dt>
            <dd>{rule.basis || i18n.t("没有写明")}</dd>
          </div>
          <div>
            <dt>{i18n.t("可靠程度")}</dt>
            <dd>
              {certaintySentence(rule.certainty)}
              {gradesOf(rule).map((one) => (
                <p key={one.number} className="s" data-testid="graded">
                  {numberName(one.number)}：{certaintySentence(one.certainty)}
                  {one.basis ? ` · ${one.basis}` : ""}
                </p>
              ))}
            </dd>
          </div>
          <div>
            <dt>{i18n.t("灾种和归口")}</dt>
            <dd>
              {hazardName(rule.hazard)} · {rule.owner || "—"}
            </dd>
          </div>
          <div>
            <dt>{i18n.t("至少保持")}</dt>
            <dd>
              {delay(rule.min_hold_ms)}
              {rule.latch ? ` · ${i18n.t("要人工复位")}` : ""}
            </dd>
          </div>
          <div>
            <dt>{i18n.t("对应预案")}</dt>
            <dd>{rule.plan || "—"}</dd>
          </div>
          <div>
            <dt>{i18n.t("建议")}</dt>
            <dd>{say(rule.advice) || "—"}</dd>
          </div>
        </dl>
        {rule.bounds.length > 0 ? (
          <div className="acts" style={{ padding: "8px 12px" }}>
            <Button
              small
              onPress={() => move({ to: "backtest", rule: rule.id })}
              testId="try-numbers"
            >
              {i18n.t("换个数试算…")}
            </Button>
          </div>
        ) : null}
        <Record rule={rule} />
        <div className="pt">
          <h2>{past ? i18n.t("那时在报") : i18n.t("现在在报")}</h2>
          <span className="i2">{past ? standing.length : rule.active}</span>
        </div>
        {standing.length === 0 ? (
          <p className="line i3">{past ? i18n.t("那时没有在报。") : i18n.t("现在没有在报。")}</p>
        ) : (
          standing
            .slice(0, SHOWN)
            .map((alarm) => <AlarmLine key={alarm.key} alarm={alarm} county={county} now={now} />)
        )}
        <div className="pt">
          <h2>{i18n.t("看着的站")}</h2>
          <span className="i2">{rule.subjects}</span>
        </div>
        {rule.subjects === 0 ? (
          <p className="line">
            <b>{i18n.t("一个站都没有匹配到，这条规则什么都没有看。")}</b>
          </p>
        ) : null}
        <div className="chips" style={{ padding: "8px 12px" }}>
          {watched.slice(0, SHOWN).map((station) => (
            <button
              key={station.id}
              type="button"
              className="chip"
              onClick={() => {
                move({ to: "map" });
                move({ to: "station", station: station.id });
              }}
            >
              {say(station.name)}
            </button>
          ))}
          {watched.length > SHOWN ? (
            <span className="s i3">{i18n.t("另有 {n} 个", { n: watched.length - SHOWN })}</span>
          ) : null}
        </div>
      </div>
    </Panel>
  );
}

function delay(ms: number | undefined): string {
  return ms ? limit(ms) : i18n.t("立即");
}

/** How often it spoke and what people said of it afterwards. */
function Record({ rule }: { rule: RuleView }) {
  const judged = rule.found_true + rule.found_false;
  const part = judged > 0 ? Math.round((rule.found_false / judged) * 100) : null;
  return (
    <dl className="facts">
      <div>
        <dt>{i18n.t("报过")}</dt>
        <dd>{rule.episodes}</dd>
      </div>
      <div>
        <dt>{i18n.t("属实")}</dt>
        <dd>{rule.found_true}</dd>
      </div>
      <div>
        <dt>{i18n.t("误报")}</dt>
        <dd>{rule.found_false}</dd>
      </div>
      <div>
        <dt>{i18n.t("没有人判断过")}</dt>
        <dd>
          {rule.episodes - judged}
          <small>
            {part === null ? i18n.t("还没有判断") : i18n.t("判断过的里误报 {part}%", { part })}
          </small>
        </dd>
      </div>
    </dl>
  );
}
