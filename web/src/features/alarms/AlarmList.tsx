// Alarms one by one, narrowed by the filter and by the situation that is open; the set for one press is
// frozen at that press.
import { useMemo, useState } from "react";
import { acknowledge } from "../../actions/alarms";
import { i18n } from "../../i18n/i18n";
import { type AlarmFilter, passes } from "../../state/filters";
import { alarmsByUrgency, countyOf, isUnacked, mayAct, shownLevel } from "../../state/select";
import { type AckSet, alarmsUnder, asTold, freezeAck } from "../../state/situations";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { Mark } from "../marks/Mark";
import { AckDialog } from "../situations/AckDialog";
import { openedName } from "../situations/situationWords";
import { AlarmRow } from "./AlarmRow";
import { NewBar } from "./NewBar";
import { useHeldOrder } from "./useHeldOrder";

interface AlarmListProps {
  county: County;
  filter: AlarmFilter;
  now: number;
  onClear: () => void;
}

export function AlarmList({ county, filter, now, onClear }: AlarmListProps) {
  const sorted = useApp((state) => alarmsByUrgency(countyOf(state)));
  const allowed = useApp(mayAct);
  const { desk, move } = useDesk();
  const scope = desk.situation;
  const all = useMemo(() => (scope ? alarmsUnder(county, scope) : sorted), [county, sorted, scope]);
  const wanted = useMemo(
    () => all.filter((alarm) => passes(filter, alarm, county)),
    [all, filter, county],
  );
  const { items, waiting, setHeld, showNew } = useHeldOrder(
    wanted,
    `${JSON.stringify(filter)}|${scope}`,
  );
  // A filter must not make a red nobody has looked at disappear in silence.
  const hidden = useMemo(
    () =>
      all.filter(
        (alarm) => isUnacked(alarm) && shownLevel(alarm) === 4 && !passes(filter, alarm, county),
      ).length,
    [all, filter, county],
  );
  const [ack, setAck] = useState<{ set: AckSet; at: number } | null>(null);
  const go = (to: "select" | "open", key: string) =>
    move({ to, alarm: key, station: county.alarms.get(key)?.station ?? null });
  const step = (by: number) => {
    const place = items.findIndex((alarm) => alarm.key === desk.alarm);
    const next = items[Math.min(items.length - 1, Math.max(0, place + by))];
    if (next) go("select", next.key);
  };
  const freeze = () => {
    if (allowed && items.some(isUnacked))
      setAck({ set: freezeAck(scope, items, asTold(county, scope)), at: now });
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    n: showNew,
    enter: () => desk.alarm && go("open", desk.alarm),
    a: () => {
      const alarm = desk.alarm ? county.alarms.get(desk.alarm) : null;
      if (allowed && alarm && isUnacked(alarm)) void acknowledge([alarm]);
    },
    // The page of a situation freezes its own set.
    ...(desk.view === "situation" ? {} : { A: freeze }),
  });
  return (
    <>
      {hidden > 0 ? (
        <button type="button" className="newbar" onClick={onClear} data-testid="hidden-red">
          <Mark level={4} size={16} />
          <b>{i18n.t("筛选外还有未确认的红色 {n} 条", { n: hidden })}</b>
          <span className="g" />
          <span className="i2">{i18n.t("全部清除")}</span>
        </button>
      ) : null}
      {all.length === 0 ? (
        <Empty title={i18n.t("这里没有报警。")}>
          {county.situations.get(scope ?? "")?.manual
            ? i18n.t("这个态势是人报的，没有站在看；站上报了警会归进来。")
            : null}
        </Empty>
      ) : items.length === 0 && waiting.length === 0 ? (
        <Empty title={i18n.t("没有符合筛选的报警。")}>
          <Chip on={false} onPress={onClear} testId="filter-clear">
            {i18n.t("看全部 {n} 条", { n: all.length })}
          </Chip>
        </Empty>
      ) : (
        <VirtualList
          items={items}
          rowHeight={48}
          keyOf={(alarm) => alarm.key}
          label={i18n.t("报警，最重的在前")}
          active={desk.alarm}
          onActivate={(key) => go("select", key)}
          onOpen={(key) => go("open", key)}
          onHeld={setHeld}
          testId="alarms"
          render={(alarm, active) => (
            <AlarmRow alarm={alarm} county={county} now={now} selected={active} />
          )}
        />
      )}
      <NewBar rows={waiting} count={waiting.length} show={showNew} />
      {ack ? (
        <AckDialog
          county={county}
          set={ack.set}
          at={ack.at}
          name={scope ? openedName(county, scope) : i18n.t("列出的报警")}
          shown={wanted}
          now={now}
          onClose={() => setAck(null)}
        />
      ) : null}
    </>
  );
}
