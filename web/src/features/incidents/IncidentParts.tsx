// What an incident gathers: its situations, its commands, and what was decided about them.
import { i18n, say } from "../../i18n/i18n";
import { decisionsOf } from "../../state/incidents";
import { isOpen } from "../../state/select";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { IncidentView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { openedName, situationName } from "../situations/situationWords";
import { DecisionLine } from "./DecisionLine";

interface IncidentPartsProps {
  county: County;
  incident: IncidentView;
  now: number;
  /** Null where nothing more may be gathered. */
  onGather: (() => void) | null;
}

export function IncidentParts({ county, incident, now, onGather }: IncidentPartsProps) {
  const { move } = useDesk();
  const decisions = decisionsOf(county, incident);
  return (
    <>
      <Section title={i18n.t("态势")} count={incident.situations.length}>
        {onGather ? (
          <Button small onPress={onGather} testId="gather">
            {i18n.t("归入…")}
          </Button>
        ) : null}
      </Section>
      {incident.situations.map((id) => (
        <button
          key={id}
          type="button"
          className="decline"
          onClick={() => move({ to: "situation", situation: id })}
          data-testid="incident-situation"
        >
          <span className="g el">{openedName(county, id)}</span>
        </button>
      ))}
      <Section title={i18n.t("指令")} count={incident.commands.length} />
      {incident.commands.map((id) => {
        const command = county.commands.get(id);
        return (
          <button
            key={id}
            type="button"
            className="decline"
            onClick={() => move({ to: "board", command: id })}
            data-testid="incident-command"
          >
            <span className="g el">{say(command?.title) || id}</span>
            <span className="s i2">
              {command && isOpen(command) ? i18n.t("执行中") : i18n.t("已结束")}
            </span>
          </button>
        );
      })}
      <Section title={i18n.t("决定")} count={decisions.length} />
      {decisions.map(({ situation, decision }) => (
        <div
          key={`${situation.id}/${decision.at}/${decision.by}`}
          className="decline"
          data-testid="incident-decision"
        >
          <span className="col g">
            <b className="el">{situationName(situation)}</b>
            <DecisionLine decision={decision} county={county} now={now} />
          </span>
        </div>
      ))}
    </>
  );
}

interface SectionProps {
  title: string;
  count: number;
  children?: React.ReactNode;
}

export function Section({ title, count, children }: SectionProps) {
  return (
    <div className="pt">
      <h2>{title}</h2>
      <span className="i2">{count}</span>
      <span className="g" />
      {children}
    </div>
  );
}
