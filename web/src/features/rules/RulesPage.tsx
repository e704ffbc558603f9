// The rules in force: what each watches, how often it spoke, how often it was wrong; and for administrators
// the site's files: checked first, taken over afterwards.
import { useState } from "react";
import { i18n, say } from "../../i18n/i18n";
import { hazardName } from "../../i18n/words";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty, Key } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { RuleView } from "../../wire/view";
import { usePast } from "../clock/usePast";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { AsNow } from "../timebar/AsNow";
import { FilesPanel } from "./FilesPanel";
import { ImportPanel } from "./ImportPanel";
import { RulePanel } from "./RulePanel";
import { type Rules, useRules } from "./useRules";

type Side = "rule" | "files" | "import";

export function RulesPage({ county }: { county: County }) {
  const { desk, move } = useDesk();
  const [round, setRound] = useState(0);
  const [side, setSide] = useState<Side>("rule");
  const [unconfirmed, setUnconfirmed] = useState(false);
  const rules = useRules(county, round);
  const past = usePast();
  const all = rules.kind === "here" ? rules.list : [];
  const toConfirm = all.filter((one) => one.certainty === "t").length;
  const list = unconfirmed ? all.filter((one) => one.certainty === "t") : all;
  const chosen = all.find((one) => one.id === desk.rule) ?? null;
  useKeys(side === "rule" ? {} : { escape: () => setSide("rule") });
  const choose = (rule: string) => {
    setSide("rule");
    move({ to: "rules", rule });
  };
  return (
    <section className="p pagep greys" data-testid="rules">
      <div className="pt">
        <h2>{i18n.t("规则")}</h2>
        <span className="i2">{rules.kind === "here" ? all.length : ""}</span>
        <span className="s i3">
          {past
            ? i18n.t("那时的规则版本 {version}", { version: county.rulesVersion.slice(0, 8) })
            : i18n.t("规则版本 {version}", { version: county.rulesVersion.slice(0, 8) })}
        </span>
        <span className="g" />
        {toConfirm > 0 ? (
          <Chip
            on={unconfirmed}
            onPress={() => setUnconfirmed(!unconfirmed)}
            testId="rules-unconfirmed"
          >
            {i18n.t("使用前须确认 {n}", { n: toConfirm })}
          </Chip>
        ) : null}
        <Chip on={false} onPress={() => move({ to: "events" })} testId="open-events">
          {i18n.t("险情和预警…")}
        </Chip>
        <Chip on={false} onPress={() => move({ to: "backtest" })} testId="open-backtest">
          {i18n.t("推演…")}
        </Chip>
        <Chip on={side === "files"} onPress={() => setSide("files")} testId="open-files">
          {i18n.t("检查和换用文件")}
        </Chip>
        <Chip on={side === "import"} onPress={() => setSide("import")} testId="open-import">
          {i18n.t("导入表格")}
        </Chip>
      </div>
      <div className="pagebody" data-side={side !== "rule" || chosen ? "open" : "closed"}>
        <div className="p pagelist">
          <AsNow />
          <RuleList
            rules={rules}
            list={list}
            active={desk.rule}
            onChoose={choose}
            onAgain={() => setRound(round + 1)}
          />
        </div>
        <aside className="p pageside">
          {side === "files" ? (
            <FilesPanel onApplied={() => setRound(round + 1)} onClose={() => setSide("rule")} />
          ) : side === "import" ? (
            <ImportPanel county={county} onClose={() => setSide("rule")} />
          ) : chosen ? (
            <RulePanel key={chosen.id} rule={chosen} county={county} />
          ) : (
            <Empty title={i18n.t("选一条规则，看它看什么、报过多少次、错过多少次。")}>
              {i18n.t("规则写在文件里；改文件要管理员，先检查、看差异，再换用。")}
            </Empty>
          )}
        </aside>
      </div>
      <div className="pk">
        <Key k="↑↓">{i18n.t("选择")}</Key>
        <Key k="Esc">{i18n.t("返回")}</Key>
      </div>
    </section>
  );
}

interface RuleListProps {
  rules: Rules;
  list: RuleView[];
  active: string | null;
  onChoose: (rule: string) => void;
  onAgain: () => void;
}

function RuleList({ rules, list, active, onChoose, onAgain }: RuleListProps) {
  if (rules.kind === "asking") return <Empty title={i18n.t("正在取规则…")} />;
  if (rules.kind === "failed") {
    const words = {
      refused: i18n.t("你的角色不能看规则。"),
      absent: i18n.t("这台服务器的版本还没有规则页。"),
      unreachable: i18n.t("取不到规则，服务器没有应答。"),
    };
    return (
      <Empty title={words[rules.why]}>
        {i18n.t("报警照常判，不受影响。")}{" "}
        <Button small onPress={onAgain}>
          {i18n.t("再试一次")}
        </Button>
      </Empty>
    );
  }
  if (list.length === 0) {
    return (
      <Empty title={i18n.t("没有规则，没有任何东西在看着读数。")}>
        {i18n.t("请管理员在站点的 rules 文件夹里放上规则文件，再检查换用。")}
      </Empty>
    );
  }
  return (
    <>
      <div className="rulehead s i3" aria-hidden="true">
        <span>{i18n.t("规则")}</span>
        <span className="r">{i18n.t("看 站")}</span>
        <span className="r">{i18n.t("在报")}</span>
        <span className="r">{i18n.t("报过")}</span>
        <span className="r">{i18n.t("误报")}</span>
      </div>
      <VirtualList
        items={list}
        rowHeight={48}
        keyOf={(rule) => rule.id}
        label={i18n.t("规则")}
        active={active}
        onActivate={onChoose}
        onOpen={onChoose}
        testId="rule-rows"
        takesFocus
        render={(rule, selected) => <Line rule={rule} selected={selected} />}
      />
    </>
  );
}

function Line({ rule, selected }: { rule: RuleView; selected: boolean }) {
  const asleep = rule.subjects === 0;
  return (
    <div className={`rulerow${selected ? " sel" : ""}`} data-testid="rule-row" data-rule={rule.id}>
      <span className="f">
        <b className="el">{say(rule.title) || rule.id}</b>
        {rule.forecast ? <span className="tag fc">{i18n.t("预报")}</span> : null}
      </span>
      <span className={`r${asleep ? " i3" : ""}`}>
        <span className="vh">{i18n.t("看 站")} </span>
        {rule.subjects}
      </span>
      <b className="r">
        <span className="vh">{i18n.t("在报")} </span>
        {rule.active}
      </b>
      <span className="r">
        <span className="vh">{i18n.t("报过")} </span>
        {rule.episodes}
      </span>
      <span className="r">
        <span className="vh">{i18n.t("误报")} </span>
        {rule.found_false}
      </span>
      <span className="s i2 el wide">
        {rule.certainty === "t" ? (
          <>
            <span className="tag inv">{i18n.t("须先确认")}</span>{" "}
          </>
        ) : null}
        {hazardName(rule.hazard)} · {say(rule.condition)}
      </span>
    </div>
  );
}
