// "What if the line were 50 instead of 60, or another crew on duty?": other numbers, rule files, rosters or
// policies on a night that was lived through, beside what is in force. Nothing here is real or reaches anybody; the page's frame says so.
import { useEffect, useState } from "react";
import { age } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { startDraft } from "../../state/backtest";
import { mayTry } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Key } from "../../ui/Panel";
import type { RuleView } from "../../wire/view";
import { useMono, useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useRules } from "../rules/useRules";
import { CallResult } from "./CallResult";
import { TrialForm } from "./TrialForm";
import { TrialResult } from "./TrialResult";
import { type Run, setDraft, useTrial } from "./useTrial";

export function BacktestPage({ county }: { county: County }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const allowed = useApp((state) => mayTry(state.me?.person));
  const rules = useRules(county);
  const list = rules.kind === "here" ? rules.list : [];
  const { draft, run, review } = useTrial(county.code, () => startDraft(desk.rule, now));
  // Where a narrow screen has room for one column: what is asked, or what was found.
  const [asking, setAsking] = useState(true);
  useEffect(() => {
    if (run.kind !== "idle") setAsking(false);
  }, [run.kind]);
  // Opened from a rule: that rule is what is asked about.
  // What is chosen on this page afterwards stays, so only another rule of the desk is taken.
  const { rule } = desk;
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said
  useEffect(() => {
    if (rule && rule !== draft.rule)
      setDraft({ by: "numbers", rule, edits: new Map(), station: null });
  }, [rule]);
  return (
    <section className="p pagep greys whatif" data-testid="backtest">
      <div className="pt">
        <h2>{i18n.t("推演：假如规则或班表不一样")}</h2>
        <b className="unreal" data-testid="unreal">
          {i18n.t("推演 · 与实况无关，不响，不叫任何人")}
        </b>
        <span className="g" />
        <Button small onPress={() => move({ to: "events" })}>
          {i18n.t("险情和预警…")}
        </Button>
        <Button small onPress={() => move({ to: "rules", rule: draft.rule })}>
          {i18n.t("回到规则")}
        </Button>
      </div>
      {allowed ? (
        <div
          className={`pagebody${draft.by === "numbers" ? "" : " editing"}`}
          data-side={asking ? "open" : "closed"}
        >
          <div className="p pagelist">
            <Result county={county} run={run} rules={list} />
          </div>
          <aside className="p pageside">
            {rules.kind === "failed" ? (
              <Empty title={i18n.t("取不到规则，服务器没有应答。")} />
            ) : (
              <TrialForm county={county} rules={list} draft={draft} run={run} review={review} />
            )}
          </aside>
        </div>
      ) : (
        <Empty title={i18n.t("试算要规划、值班员或管理员角色。")}>
          {i18n.t("试算会用掉服务器一分钟的力气，所以不是人人都能开。")}
        </Empty>
      )}
      <div className="pk">
        <Key k="Tab">{i18n.t("下一格")}</Key>
        <Key k="↵">{i18n.t("试算")}</Key>
        <Key k="↑↓">{i18n.t("选择")}</Key>
        <Key k="Esc">{i18n.t("返回")}</Key>
        <span className="narrowonly">
          <Button small onPress={() => setAsking(!asking)}>
            {asking ? i18n.t("看结果") : i18n.t("改问题")}
          </Button>
        </span>
      </div>
    </section>
  );
}

interface ResultProps {
  county: County;
  run: Run;
  rules: readonly RuleView[];
}

function Result({ county, run, rules }: ResultProps) {
  switch (run.kind) {
    case "idle":
      return (
        <Empty title={i18n.t("在右边选一条规则，改一个数，再试算。")}>
          {i18n.t("例如 1 小时雨量 60 改成 50：会多报几次、早多少、误报多几次，都列在这里。")}
        </Empty>
      );
    case "running":
      return <Running since={run.since} />;
    case "failed":
      return (
        <Empty title={i18n.t("没有算成。")}>
          <span className="told" role="alert" data-testid="trial-failed">
            {run.words}
          </span>
        </Empty>
      );
    case "done":
      return <TrialResult county={county} report={run.report} rules={rules} />;
    case "called":
      return <CallResult county={county} report={run.report} />;
  }
}

function Running({ since }: { since: number }) {
  const mono = useMono();
  return (
    <Empty title={i18n.t("正在把历史重放两遍…")}>
      <span role="status" data-testid="trial-running">
        {i18n.t("已经 {age}；一天的读数通常几秒，一周可能要一分钟。", { age: age(mono - since) })}
      </span>
    </Empty>
  );
}
