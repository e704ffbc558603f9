// Somebody in the field, over the map's corner: what they are out for, and where they were last.
import { i18n, say } from "../../i18n/i18n";
import { personName, personPost, stageName } from "../../i18n/words";
import { peopleOut } from "../../state/positions";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { PhoneLink } from "../calls/PhoneLink";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { LastPlace } from "../marks/LastPlace";
import { Pips } from "../marks/Pips";

export function PersonCard({ county, person: id }: { county: County; person: string }) {
  const now = useNow();
  const { move } = useDesk();
  const one = peopleOut(county.commands).find((each) => each.person === id);
  if (!one) return null;
  const person = county.people.get(id);
  const { command, task } = one;
  return (
    <aside className="over p personcard" data-testid="person-card">
      <div className="pt">
        <h2>{personName(person, id)}</h2>
        <span className="s i2 el">{personPost(person)}</span>
        <span className="g" />
        {one.help ? <span className="tag inv">{i18n.t("要帮助")}</span> : null}
      </div>
      <div className="line">
        <Pips task={task} />
        <span className="g el">{say(command.title)}</span>
        <b className="nw">{stageName(task.stage, task.percent)}</b>
      </div>
      <div className="pad">
        <LastPlace county={county} person={id} trace={one.trace} now={now} />
      </div>
      <div className="line">
        <span className="g">
          <PhoneLink county={county} person={person} />
        </span>
        <Button
          small
          onPress={() => move({ to: "board", command: command.id, task: task.id })}
          testId="open-person"
        >
          {i18n.t("打开")}
        </Button>
      </div>
    </aside>
  );
}
