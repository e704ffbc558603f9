// What was decided about a situation, newest first; a command is a decision too.
import { i18n } from "../../i18n/i18n";
import type { County } from "../../state/world";
import { Panel } from "../../ui/Panel";
import type { SituationView } from "../../wire/view";
import { DecisionLine } from "../incidents/DecisionLine";

export function Decided({ one, county, now }: { one: SituationView; county: County; now: number }) {
  const decisions = [...(one.decisions ?? [])].reverse();
  return (
    <Panel title={i18n.t("决定")} count={decisions.length} testId="decisions">
      {decisions.length === 0 ? (
        <p className="line i3">{i18n.t("还没有决定。下指令也是决定。")}</p>
      ) : (
        decisions.map((decision) => (
          <p key={`${decision.at}/${decision.by}`} className="line">
            <DecisionLine decision={decision} county={county} now={now} />
          </p>
        ))
      )}
    </Panel>
  );
}
