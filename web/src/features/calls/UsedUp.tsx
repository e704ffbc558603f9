// Calls that were used up with nobody to answer: told as long as nobody has dealt with them, with what to do.
import { i18n, say } from "../../i18n/i18n";
import { situationOf } from "../../state/calls";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { RunView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { openedName } from "../situations/situationWords";
import { usedUpWords } from "./callWords";

interface UsedUpProps {
  county: County;
  runs: readonly RunView[];
}

export function UsedUp({ county, runs }: UsedUpProps) {
  const { move } = useDesk();
  if (runs.length === 0) return null;
  return (
    <div className="usedup" data-testid="used-up">
      {runs.map((run) => {
        const situation = situationOf(run) ?? "";
        return (
          <p key={run.id} className="f">
            <span className="tag inv">{i18n.t("叫应已用尽")}</span>
            <b className="el">{openedName(county, situation)}</b>
            <span className="s i2 el g">{say(run.title)}</span>
            <Button
              small
              onPress={() => move({ to: "situation", situation })}
              testId="used-up-open"
            >
              {i18n.t("看态势")}
            </Button>
          </p>
        );
      })}
      <p className="f">
        <span className="s g">{usedUpWords()}</span>
        <Button small onPress={() => move({ to: "duty", tab: "roll" })} testId="used-up-roll">
          {i18n.t("去点名")}
        </Button>
      </p>
    </div>
  );
}

/** The same in a line each, where there is room for no more: it leads to the list, which says what to do. */
export function UsedUpBrief({ county, runs }: UsedUpProps) {
  const { move } = useDesk();
  return runs.map((run) => (
    <button
      key={run.id}
      type="button"
      className="usedupline"
      title={usedUpWords()}
      onClick={() => move({ to: "unanswered" })}
      data-testid="used-up"
      data-run={run.id}
    >
      <span className="tag inv">{i18n.t("叫应已用尽")}</span>
      <span className="el g">{openedName(county, situationOf(run) ?? "")}</span>
    </button>
  ));
}
