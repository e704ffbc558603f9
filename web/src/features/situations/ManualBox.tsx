// What is known of a situation no gauge raised, and what ends it: a person.
import { useEffect, useState } from "react";
import { acknowledgeSituation } from "../../actions/alarms";
import { closeSituation } from "../../actions/incidents";
import { wantTexts } from "../../actions/read";
import { age, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { borderOf } from "../../map/inside";
import { lastTrace, placedAt } from "../../state/positions";
import { asTold } from "../../state/situations";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { Shown } from "../../wire/acts";
import type { ManualView, SituationView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { ReasonDialog } from "../incidents/dialogs";
import { useKeep } from "../keep/useKeep";
import { LastPlace } from "../marks/LastPlace";
import { GradeDialog } from "./GradeDialog";
import { openedBy } from "./situationWords";

interface ManualBoxProps {
  county: County;
  one: SituationView;
  manual: ManualView;
  allowed: boolean;
  now: number;
}

export function ManualBox({ county, one, manual, allowed, now }: ManualBoxProps) {
  const { move } = useDesk();
  const { keep, unkept } = useKeep();
  const [open, setOpen] = useState<"grade" | null>(null);
  // As it was when the dialog opened: a call that comes while a reason is typed is not ended with it.
  const [ending, setEnding] = useState<Shown[] | null>(null);
  const text = useApp((state) => (manual.text ? state.texts.get(manual.text) : undefined));
  const place = useApp((state) => (manual.place ? state.texts.get(manual.place) : undefined));
  useEffect(() => wantTexts([manual.text, manual.place]), [manual.text, manual.place]);
  const border = borderOf(place);
  const { task } = manual;
  const command = task
    ? [...county.commands.values()].find((each) => each.tasks.some((t) => t.id === task))
    : undefined;
  const of = command?.tasks.find((each) => each.id === task);
  const press = of?.facts.find((fact) => fact.position === manual.place);
  const at = press ? placedAt(press) : Date.parse(one.opened);
  const called = manual.place ? { seal: manual.place, at } : null;
  const last = of ? lastTrace(of) : null;
  const later = last && last.seal !== manual.place ? last : null;
  return (
    <div className="note" data-testid="manual">
      <p>
        <b>{openedBy(county, manual)}</b> <span className="s i2">{stamp(one.opened, now)}</span>
      </p>
      {text ? <p>“{text}”</p> : null}
      {manual.how === "help" ? (
        <>
          <LastPlace county={county} person={manual.by} trace={called} now={now} help />
          {later ? <LastPlace county={county} person={manual.by} trace={later} now={now} /> : null}
        </>
      ) : border ? (
        <p>
          <Button small onPress={() => move({ to: "map" })} testId="manual-border">
            {i18n.t("在地图上看范围")}
          </Button>
        </p>
      ) : place ? (
        <p className="s i2">{place}</p>
      ) : null}
      <p className="s i2">
        {manual.acked_by && manual.acked_at
          ? i18n.t("{name} 已确认 {time}", {
              name: personName(county.people.get(manual.acked_by), manual.acked_by),
              time: stamp(manual.acked_at, now),
            })
          : i18n.t("还没有人确认")}
        {manual.acked_by && manual.lease_until ? (
          <span data-testid="manual-lease">
            {" · "}
            {i18n.t("续认 {age}", { age: age(Date.parse(manual.lease_until) - now) })}
          </span>
        ) : null}
      </p>
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={!allowed || manual.acked_by !== null}
          onPress={() =>
            keep(
              () => acknowledgeSituation(one.id, [], asTold(county, one.id)),
              () => {},
            )
          }
          testId="ack-manual"
        >
          {i18n.t("确认")}
        </Button>
        <Button disabled={!allowed} onPress={() => setOpen("grade")} testId="grade-situation">
          {i18n.t("改级别…")}
        </Button>
        {command && task ? (
          <Button
            onPress={() => move({ to: "board", command: command.id, task })}
            testId="manual-task"
          >
            {i18n.t("看这个人")}
          </Button>
        ) : null}
        <Button
          disabled={!allowed}
          onPress={() => setEnding(asTold(county, one.id))}
          testId="close-situation"
        >
          {i18n.t("结束态势…")}
        </Button>
      </div>
      {open === "grade" ? (
        <GradeDialog one={one} manual={manual} onClose={() => setOpen(null)} />
      ) : null}
      {ending ? (
        <ReasonDialog
          title={i18n.t("结束态势")}
          words={i18n.t("这个态势没有站在看，只有人能结束它。")}
          confirm={i18n.t("结束")}
          onReason={(reason) => closeSituation(one.id, reason, ending)}
          onClose={() => setEnding(null)}
        />
      ) : null}
    </div>
  );
}
