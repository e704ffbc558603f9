// Calls that were used up with nobody to answer: told as long as nobody has dealt with them, with what to do.
import { i18n, say } from "../../i18n/i18n";
import { situationOf } from "../../state/calls";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { RunView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { openedName } from "../situations/situationWords";
import { usedUpWords } from "./callWords";

export function UsedUp({ county, runs }: { county: County; runs: readonly RunView[] }) {
  const { move } = useDesk();
  return runs.map((run) => {
    const situation = situationOf(run) ?? "";
    return (
      <div key={run.id} className="usedup" data-testid="used-up" data-run={run.id}>
        <p>
          <span className="tag inv">{i18n.t("叫应已用尽")}</span>{" "}
          <b>{openedName(county, situation)}</b> <span className="s i2">{say(run.title)}</span>
        </p>
        <p className="s">{usedUpWords()}</p>
        <p className="acts">
          <Button small onPress={() => move({ to: "situation", situation })} testId="used-up-open">
            {i18n.t("看态势")}
          </Button>
          <Button small onPress={() => move({ to: "duty", tab: "roll" })} testId="used-up-roll">
            {i18n.t("去点名")}
          </Button>
        </p>
      </div>
    );
  });
}
