// What a trial found: counts of both runs, what B does otherwise, events caught and missed, the worst hour.
import { useMemo, useState } from "react";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { judgedIn, MOVEMENTS, type Row, rows, rulesThatDiffer } from "../../state/backtest";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { BacktestMovement, BacktestReport } from "../../wire/backtest";
import type { RuleView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { DifferenceRow } from "./DifferenceRow";
import { EventTable } from "./EventTable";
import { LoadTable } from "./LoadTable";
import { TallyTable } from "./TallyTable";
import { TrialChart } from "./TrialChart";
import { movementName } from "./trialWords";

const ROW = 32;

interface TrialResultProps {
  county: County;
  report: BacktestReport;
  rules: readonly RuleView[];
}

export function TrialResult({ county, report, rules }: TrialResultProps) {
  const now = useNow();
  const [rule, setRule] = useState<string | null>(null);
  const [only, setOnly] = useState<BacktestMovement | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const all = useMemo(() => rows(report), [report]);
  const shown = useMemo(() => all.filter((row) => !only || row.movement === only), [all, only]);
  const row: Row | null = all.find((one) => one.key === chosen) ?? null;
  if (report.readings === 0)
    return (
      <Empty title={i18n.t("这段时间没有读数，没有什么可以重放。")}>
        {i18n.t("换一段有读数的时间再试。")}
      </Empty>
    );
  return (
    <div className="pb trial" data-testid="trial-result">
      <div className="pf">
        <span>
          {i18n.t("{from} 到 {to}，{n} 条读数", {
            from: stamp(report.from, now),
            to: stamp(report.to, now),
            n: report.readings.toLocaleString("en-US"),
          })}
        </span>
        <span className="g" />
        <RuleFilter report={report} rules={rules} chosen={rule} onChoose={setRule} />
      </div>
      <TallyTable county={county} report={report} rule={rule} now={now} />
      {report.difference ? (
        <div className="pf" data-testid="difference-counts">
          <span>{i18n.t("B 比 A")}</span>
          {MOVEMENTS.map((one) => (
            <Chip
              key={one}
              on={only === one}
              onPress={() => setOnly(only === one ? null : one)}
              testId={`movement-${one}`}
            >
              {movementName(one)} <b>{report.difference?.[one] ?? 0}</b>
            </Chip>
          ))}
          <span className="i3">{i18n.t("一样 {n}", { n: report.difference.same })}</span>
        </div>
      ) : (
        <div className="pt">
          <h2>{i18n.t("每一次")}</h2>
          <span className="i2">{all.length}</span>
        </div>
      )}
      {shown.length === 0 ? (
        <Empty
          title={
            report.difference
              ? i18n.t("这段时间里两边报得一样。")
              : i18n.t("这段时间里一次也没有报。")
          }
        />
      ) : (
        <div className="trialrows" style={{ height: Math.min(shown.length, 8) * ROW }}>
          <VirtualList
            items={shown}
            rowHeight={ROW}
            keyOf={(one) => one.key}
            label={i18n.t("两边不一样的地方，先发生的在前")}
            active={chosen}
            onActivate={setChosen}
            onOpen={setChosen}
            testId="difference-rows"
            render={(one, selected) => (
              <DifferenceRow
                row={one}
                judged={judgedIn(report, one)}
                county={county}
                now={now}
                selected={selected}
              />
            )}
          />
        </div>
      )}
      {row ? (
        <TrialChart key={row.key} county={county} report={report} row={row} now={now} />
      ) : shown.length > 0 ? (
        <p className="line i3">{i18n.t("选一行，在过程线上看两边各在什么时候报。")}</p>
      ) : null}
      <EventTable report={report} now={now} />
      <LoadTable report={report} now={now} />
    </div>
  );
}

interface RuleFilterProps {
  report: BacktestReport;
  rules: readonly RuleView[];
  chosen: string | null;
  onChoose: (rule: string | null) => void;
}

/** Narrows the counts to one rule; those that differ, or spoke, are offered. */
function RuleFilter({ report, rules, chosen, onChoose }: RuleFilterProps) {
  const names = useMemo(() => rulesThatDiffer(report), [report]);
  const title = (id: string) =>
    say(rules.find((one) => one.id === id)?.title) ||
    say(report.a.rules.find((one) => one.rule === id)?.title) ||
    id;
  return (
    <label className="choice">
      <span>{i18n.t("计数")}</span>
      <select
        className="in"
        value={chosen ?? ""}
        onChange={(event) => onChoose(event.target.value || null)}
        data-testid="trial-only-rule"
      >
        <option value="">{i18n.t("全部规则，预报除外")}</option>
        {names.map((id) => (
          <option key={id} value={id}>
            {title(id)}
          </option>
        ))}
      </select>
    </label>
  );
}
