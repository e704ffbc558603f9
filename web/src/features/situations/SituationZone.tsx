// The list of situations with its keys and the set that one press acknowledges.
import { useMemo, useState } from "react";
import { isUnacked, mayAct } from "../../state/select";
import { type AckSet, alarmsUnder, asTold, freezeAck } from "../../state/situations";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { NewBar } from "../alarms/NewBar";
import { useHeldOrder } from "../alarms/useHeldOrder";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { AckDialog } from "./AckDialog";
import { type Row, SituationList } from "./SituationList";
import { openedName } from "./situationWords";

interface SituationZoneProps {
  county: County;
  rows: Row[];
  unackedOnly: boolean;
  now: number;
}

export function SituationZone({ county, rows, unackedOnly, now }: SituationZoneProps) {
  const { desk, move } = useDesk();
  const allowed = useApp(mayAct);
  const wanted = useMemo(
    () => (unackedOnly ? rows.filter((row) => row.alarms.some(isUnacked)) : rows),
    [rows, unackedOnly],
  );
  const { items, waiting, setHeld, showNew } = useHeldOrder(wanted, `s|${unackedOnly}`);
  const [active, setActive] = useState<string | null>(null);
  const [ack, setAck] = useState<{ set: AckSet; at: number; row: Row } | null>(null);
  const step = (by: number) => {
    const place = items.findIndex((row) => row.key === active);
    const next = items[Math.min(items.length - 1, Math.max(0, place + by))];
    if (next) setActive(next.key);
  };
  const chosen = items.find((row) => row.key === active);
  const worst = chosen?.alarms[0];
  const compose = chosen?.situation
    ? ({ to: "compose", situation: chosen.key } as const)
    : worst
      ? ({ to: "compose", alarm: worst.key } as const)
      : null;
  const openRow = (situation: string) => move({ to: "situation", situation });
  const freeze = () => {
    const row = items.find((one) => one.key === active);
    if (allowed && row?.alarms.some(isUnacked))
      setAck({ set: freezeAck(row.key, row.alarms, asTold(county, row.key)), at: now, row });
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    n: showNew,
    enter: () => active && openRow(active),
    a: freeze,
    A: freeze,
    // From the chosen row while nothing else is open; otherwise from what is open.
    ...(desk.view === "map" && compose && allowed ? { c: () => move(compose) } : {}),
  });
  return (
    <>
      <SituationList
        county={county}
        rows={items}
        now={now}
        active={active}
        onActivate={setActive}
        onOpen={openRow}
        onHeld={setHeld}
      />
      <NewBar rows={waiting.flatMap((row) => row.alarms)} count={waiting.length} show={showNew} />
      {ack ? (
        <AckDialog
          county={county}
          set={ack.set}
          at={ack.at}
          name={openedName(county, ack.row.key)}
          shown={alarmsUnder(county, ack.row.key)}
          now={now}
          onClose={() => setAck(null)}
        />
      ) : null}
    </>
  );
}
