// What is to be tried: other numbers of one rule, other rule files, or other rosters and policies; over
// which time.
import { i18n, say } from "../../i18n/i18n";
import {
  boundsOn,
  changesOf,
  clocksOf,
  type Draft,
  isFlawed,
  requestOf,
  spanOf,
} from "../../state/backtest";
import { callRequestOf } from "../../state/calltrial";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { RuleView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { StationChooser } from "../ledger/StationChooser";
import { BoundTable } from "./BoundTable";
import { ClockTable } from "./ClockTable";
import { RosterFiles } from "./RosterFiles";
import { RuleFiles } from "./RuleFiles";
import { TrialTime } from "./TrialTime";
import { type Review, type Run, setDraft, startCalls, startRun, stopRun } from "./useTrial";

interface TrialFormProps {
  county: County;
  rules: readonly RuleView[];
  draft: Draft;
  run: Run;
  review: Review;
}

export function TrialForm({ county, rules, draft, run, review }: TrialFormProps) {
  const now = useNow();
  const bar = useApp((state) => state.bar);
  const whole = rules.find((one) => one.id === draft.rule) ?? null;
  const rule = whole && draft.station ? onStation(whole, county, draft.station) : whole;
  const bounds = rule ? changesOf(rule, draft.edits, draft.station) : [];
  const clocks = rule ? clocksOf(rule, draft.edits) : [];
  const called = draft.by === "calls";
  const typed = draft.by === "numbers" || (called && draft.together);
  const flawed = typed && rule !== null && isFlawed(rule, draft.edits);
  const span = spanOf(draft, bar, now);
  const asked = requestOf(draft, { bounds, clocks }, county.code, span);
  const numbers = bounds.length + clocks.length;
  const files = Object.keys(draft.files).length;
  const otherwise = draft.by === "numbers" ? numbers : files;
  const running = run.kind === "running";
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (flawed || running) return;
        const calls = callRequestOf(draft, { bounds, clocks }, county.code, span);
        if (called && calls) void startCalls(calls);
        else if (!called && asked) void startRun(asked);
      }}
      data-testid="trial-form"
    >
      <div className="chips">
        <Chip on={draft.by === "numbers"} onPress={() => setDraft({ by: "numbers" })}>
          {i18n.t("换几个数")}
        </Chip>
        <Chip
          on={draft.by === "files"}
          onPress={() => setDraft({ by: "files" })}
          testId="trial-files"
        >
          {i18n.t("换规则文件")}
        </Chip>
        <Chip on={called} onPress={() => setDraft({ by: "calls" })} testId="trial-calls">
          {i18n.t("换班表、叫应")}
        </Chip>
      </div>
      {draft.by === "numbers" ? (
        <>
          <RuleChoice rules={rules} chosen={draft.rule} />
          {rule ? <Numbers county={county} rule={rule} draft={draft} /> : null}
        </>
      ) : called ? (
        <RosterFiles draft={draft} review={review} county={county.code} rules={numbers + files} />
      ) : (
        <RuleFiles key="rules" draft={draft} review={review} what="rules" county={county.code} />
      )}
      <TrialTime draft={draft} span={span} now={now} />
      <div className="acts">
        <Button
          kind="primary"
          submit
          disabled={!asked || flawed || running}
          onPress={() => {}}
          testId="trial-run"
        >
          {called || otherwise > 0 ? i18n.t("试算并比较") : i18n.t("只算现行规则")}
        </Button>
        {running ? (
          <Button onPress={stopRun} testId="trial-stop">
            {i18n.t("不等了")}
          </Button>
        ) : null}
      </div>
      <p className="s i3">
        {called
          ? i18n.t("只在历史记录上重放，不叫任何人，也不改现行班表和叫应步骤。")
          : i18n.t("只在历史读数上重放，不响、不通知任何人，也不改现行规则。")}
      </p>
    </form>
  );
}

/** A rule with the numbers that one station has. */
function onStation(rule: RuleView, county: County, id: string): RuleView {
  const lines = county.stations.get(id)?.series.flatMap((one) => one.thresholds) ?? [];
  return { ...rule, bounds: boundsOn(rule, lines) };
}

function RuleChoice({ rules, chosen }: { rules: readonly RuleView[]; chosen: string | null }) {
  const numbered = rules.filter((one) => one.bounds.length > 0);
  return (
    <label>
      <span className="lab">{i18n.t("哪一条规则")}</span>
      <select
        className="in"
        value={chosen ?? ""}
        onChange={(event) =>
          setDraft({ rule: event.target.value || null, edits: new Map(), station: null })
        }
        data-testid="trial-rule"
      >
        <option value="">{i18n.t("选一条…")}</option>
        {numbered.map((one) => (
          <option key={one.id} value={one.id}>
            {say(one.title) || one.id}
          </option>
        ))}
      </select>
    </label>
  );
}

function Numbers({ county, rule, draft }: { county: County; rule: RuleView; draft: Draft }) {
  const edit = (edits: Draft["edits"]) => setDraft({ edits });
  return (
    <>
      <p className="s i2">{say(rule.condition)}</p>
      {rule.bounds.length > 0 ? (
        <>
          <BoundTable rule={rule} bounds={rule.bounds} edits={draft.edits} onEdit={edit} />
          <ClockTable rule={rule} edits={draft.edits} onEdit={edit} />
        </>
      ) : (
        <Empty title={i18n.t("这个站上这条规则没有能改的数。")}>
          {i18n.t("去掉选中的站，或换一条规则。")}
        </Empty>
      )}
      <StationChooser
        county={county}
        chosen={draft.station ? [draft.station] : []}
        onChange={(chosen) => setDraft({ station: chosen.at(-1) ?? null, edits: new Map() })}
      />
      {draft.station === null ? (
        <p className="s i3">
          {i18n.t("不选站就是这条规则看着的全部 {n} 个站。", { n: rule.subjects })}
        </p>
      ) : null}
    </>
  );
}
