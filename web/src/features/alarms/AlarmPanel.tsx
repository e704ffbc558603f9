// Left zone: alarms worst first, unacknowledged on top; or gathered into situations.
import { useMemo, useState } from "react";
import { acknowledge } from "../../actions/alarms";
import { i18n } from "../../i18n/i18n";
import {
  alarmsByUrgency,
  countyOf,
  isUnacked,
  levelCounts,
  mayCommand,
  shownLevel,
  situations,
} from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty, Key, Panel } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { AlarmView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { Counts } from "../marks/Mark";
import { AlarmRow } from "./AlarmRow";
import { NearestLines } from "./NearestLines";
import { SituationList, situationTitle } from "./SituationList";
import { useHeldOrder } from "./useHeldOrder";

type Filter = "all" | "unacked";
/** Above this many alarms the list opens as situations: one person cannot grasp more. */
const FLOOD = 40;

export function AlarmPanel({ county }: { county: County }) {
  const sorted = useApp((state) => alarmsByUrgency(countyOf(state)));
  const { desk, move } = useDesk();
  const now = useNow();
  const [filter, setFilter] = useState<Filter>("all");
  const [chosenMode, setMode] = useState<"alarms" | "situations" | null>(null);
  const mode = chosenMode ?? "alarms";

  const wanted = useMemo(
    () =>
      sorted.filter(
        (alarm) =>
          (filter === "all" || isUnacked(alarm)) &&
          (desk.situation === null || situationOf(county, alarm) === desk.situation),
      ),
    [sorted, filter, desk.situation, county],
  );
  const { items, waiting, setHeld, showNew } = useHeldOrder(wanted, `${filter}|${desk.situation}`);
  const select = (key: string) =>
    move({ to: "select", alarm: key, station: county.alarms.get(key)?.station ?? null });
  const open = (key: string) =>
    move({ to: "open", alarm: key, station: county.alarms.get(key)?.station ?? null });
  const step = (by: number) => {
    const place = items.findIndex((alarm) => alarm.key === desk.alarm);
    const next = items[Math.min(items.length - 1, Math.max(0, place + by))];
    if (next) select(next.key);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    n: showNew,
    enter: () => desk.alarm && open(desk.alarm),
  });
  useAckKeys(county, items);

  const unacked = sorted.filter(isUnacked).length;
  return (
    <Panel
      testId="alarm-panel"
      className="greys"
      title={mode === "alarms" ? i18n.t("报警") : i18n.t("态势")}
      count={mode === "alarms" ? sorted.length : situations(county).length}
      aside={<Counts counts={levelCounts(sorted)} />}
      filters={
        <>
          <Chip on={mode === "alarms"} onPress={() => setMode("alarms")}>
            {i18n.t("逐条")}
          </Chip>
          <Chip
            on={mode === "situations"}
            onPress={() => setMode("situations")}
            testId="mode-situations"
          >
            {i18n.t("态势")}
          </Chip>
          <span className="sep" />
          <Chip
            on={filter === "unacked"}
            onPress={() => setFilter(filter === "all" ? "unacked" : "all")}
          >
            {i18n.t("只看未确认 {unacked}", { unacked })}
          </Chip>
          {desk.situation ? (
            <Chip on onPress={() => move({ to: "situation", situation: null })}>
              {situationTitle(county, desk.situation)} ×
            </Chip>
          ) : null}
        </>
      }
      keys={
        <>
          <Key k="J">{i18n.t("下")}</Key>
          <Key k="K">{i18n.t("上")}</Key>
          <Key k="A">{i18n.t("确认")}</Key>
          <Key k="↵">{i18n.t("打开")}</Key>
          <Key k="C">{i18n.t("下指令")}</Key>
        </>
      }
    >
      {mode === "situations" ? (
        <SituationList
          county={county}
          now={now}
          onOpen={(situation) => {
            move({ to: "situation", situation });
            setMode("alarms");
          }}
        />
      ) : sorted.length === 0 ? (
        <div className="pb">
          <Empty title={i18n.t("没有需要处理的报警。")}>
            {i18n.t("有新的报警会自动出现在这里。")}
          </Empty>
          <NearestLines county={county} />
        </div>
      ) : (
        <>
          {waiting.length > 0 ? (
            <button type="button" className="newbar" onClick={showNew} data-testid="new-bar">
              <b>{i18n.t("有 {n} 条新的", { n: waiting.length })}</b>
              <Counts counts={levelCounts(waiting)} />
              <span className="g" />
              <kbd>N</kbd>
            </button>
          ) : null}
          <VirtualList
            items={items}
            rowHeight={48}
            keyOf={(alarm) => alarm.key}
            label={i18n.t("报警，最重的在前")}
            active={desk.alarm}
            onActivate={select}
            onOpen={open}
            onHeld={setHeld}
            testId="alarms"
            render={(alarm, active) => (
              <AlarmRow alarm={alarm} county={county} now={now} selected={active} />
            )}
          />
        </>
      )}
      {mode === "alarms" && sorted.length > FLOOD && chosenMode === null ? (
        <button type="button" className="newbar s" onClick={() => setMode("situations")}>
          {i18n.t("{n} 条报警，可以按态势看", { n: sorted.length })}
        </button>
      ) : null}
    </Panel>
  );
}

function situationOf(county: County, alarm: AlarmView): string {
  return `${alarm.hazard}|${county.stations.get(alarm.station)?.township ?? ""}`;
}

/** A acknowledges the selected alarm; Shift+A the shown ones below red, the set frozen at the press. */
function useAckKeys(county: County, shown: readonly AlarmView[]): void {
  const { desk } = useDesk();
  const allowed = useApp((state) => mayCommand(state.me?.person));
  useKeys({
    a: () => {
      const alarm = desk.alarm ? county.alarms.get(desk.alarm) : null;
      if (allowed && alarm && isUnacked(alarm)) void acknowledge([alarm.key]);
    },
    A: () => {
      const set = shown.filter((alarm) => isUnacked(alarm) && shownLevel(alarm) < 4);
      if (allowed && set.length > 0) void acknowledge(set.map((alarm) => alarm.key));
    },
  });
}
