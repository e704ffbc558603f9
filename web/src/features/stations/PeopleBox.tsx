// Who has a task, as a list beside the map: what a pointer finds on the map, a keyboard finds here.
import { useState } from "react";
import { age } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { fadedAfter, type Out } from "../../state/positions";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { VirtualList } from "../../ui/VirtualList";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import type { People } from "./usePeople";

interface PeopleBoxProps {
  county: County;
  people: People;
  /** Whose name the map is to say; null: of nobody in this list. */
  onName: (person: string | null) => void;
}

export function PeopleBox({ county, people, onName }: PeopleBoxProps) {
  const now = useNow();
  const { desk, move } = useDesk();
  const [open, setOpen] = useState(false);
  const { list, shown, show } = people;
  if (list.length === 0) return null;
  const help = list.filter((one) => one.help).length;
  const choose = (person: string) => move({ to: "person", person });
  return (
    <>
      <Button
        small
        kind={help > 0 ? "inverted" : "plain"}
        onPress={() => setOpen(!open)}
        testId="people"
      >
        {help > 0
          ? i18n.t("有任务 {n} 人，{help} 人要帮助", { n: list.length, help })
          : i18n.t("有任务 {n} 人", { n: list.length })}
      </Button>
      {open ? (
        <aside className="over people" aria-label={i18n.t("有任务的人")} data-testid="people-box">
          <label className="peopleshown">
            <input
              type="checkbox"
              checked={shown}
              onChange={(event) => show(event.target.checked)}
              data-testid="people-shown"
            />
            {i18n.t("在地图上显示：越久没报越淡，过半小时是虚框")}
          </label>
          <VirtualList
            items={list}
            rowHeight={24}
            keyOf={(one) => one.person}
            label={i18n.t("有任务的人")}
            active={desk.person}
            onActivate={choose}
            onOpen={choose}
            testId="people-list"
            takesFocus
            render={(one) => <Row one={one} county={county} now={now} onName={onName} />}
          />
        </aside>
      ) : null}
    </>
  );
}

interface RowProps {
  one: Out;
  county: County;
  now: number;
  onName: (person: string | null) => void;
}

function Row({ one, county, now, onName }: RowProps) {
  const ago = one.trace ? Math.max(60_000, now - one.trace.at) : null;
  return (
    <div
      className="outrow"
      onPointerEnter={() => onName(one.person)}
      onPointerLeave={() => onName(null)}
      data-testid="people-row"
      data-person={one.person}
    >
      <i className={`who ${ago === null ? "none" : fadedAfter(ago)}`} />
      <span className="el">{personName(county.people.get(one.person), one.person)}</span>
      {one.help ? <span className="tag inv">{i18n.t("要帮助")}</span> : null}
      <span className="g" />
      <span className="i2 nw">
        {ago === null ? i18n.t("没报过位置") : i18n.t("{age}前", { age: age(ago) })}
      </span>
    </div>
  );
}
