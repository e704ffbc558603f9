// Left zone: situations worst first, or alarms one by one; nobody's first red or orange is further away
// than one click on its situation. In flood mode it falls back to situations by itself.
import { useEffect, useMemo, useState } from "react";
import { hm } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { type AlarmFilter, narrowing, noFilter, passes } from "../../state/filters";
import { alarmsByUrgency, countyOf, isUnacked, levelCounts } from "../../state/select";
import { alarmsUnder, LOOSE, looseAlarms, membersOf, situationList } from "../../state/situations";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty, Key, Panel, PanelBody } from "../../ui/Panel";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { FloodLine } from "../load/FloodLine";
import { Counts } from "../marks/Mark";
import type { Row } from "../situations/SituationList";
import { SituationZone } from "../situations/SituationZone";
import { openedName, stationName } from "../situations/situationWords";
import { AlarmFilters } from "./AlarmFilters";
import { AlarmList } from "./AlarmList";
import { NearestLines } from "./NearestLines";

type Mode = "alarms" | "situations";

export function AlarmPanel({ county }: { county: County }) {
  const sorted = useApp((state) => alarmsByUrgency(countyOf(state)));
  const { desk, move } = useDesk();
  const now = useNow();
  const [filter, setFilter] = useState<AlarmFilter>(noFilter);
  const [open, setOpen] = useState(false);
  const [chosen, setMode] = useState<Mode | null>(null);
  const flood = county.load.flood_since !== null;
  // Entering flood mode collapses the list, whatever was chosen before; one press brings it back.
  useEffect(() => {
    if (flood) setMode(null);
  }, [flood]);
  const usual: Mode = county.situations.size > 0 ? "situations" : "alarms";
  const mode: Mode = desk.situation ? "alarms" : (chosen ?? usual);
  const rows = useRows(county);
  const shown = desk.situation ? alarmsUnder(county, desk.situation) : sorted;
  const passing = shown.filter((alarm) => passes(filter, alarm, county));
  const unacked = shown.filter(isUnacked).length;

  const show = (next: Mode) => {
    setMode(next);
    if (desk.situation) move({ to: "situation", situation: null });
  };
  const first = rows[0]?.situation ? county.alarms.get(rows[0].situation.first) : undefined;
  return (
    <Panel
      testId="alarm-panel"
      className="greys"
      title={mode === "alarms" ? i18n.t("报警") : i18n.t("态势")}
      count={
        mode === "alarms" ? (
          passing.length === shown.length ? (
            shown.length
          ) : (
            `${passing.length} / ${shown.length}`
          )
        ) : (
          <>
            {rows.length}
            <span className="wideonly"> · {i18n.t("{n} 条报警", { n: sorted.length })}</span>
          </>
        )
      }
      aside={<Counts counts={levelCounts(mode === "alarms" ? passing : shown)} />}
      filters={
        <>
          <Chip
            on={mode === "situations"}
            onPress={() => show("situations")}
            testId="mode-situations"
          >
            {i18n.t("态势")}
          </Chip>
          <Chip
            on={mode === "alarms" && !desk.situation}
            onPress={() => show("alarms")}
            testId="mode-alarms"
          >
            {i18n.t("逐条")}
          </Chip>
          <span className="sep" />
          <Chip
            on={filter.unacked}
            onPress={() => setFilter({ ...filter, unacked: !filter.unacked })}
            testId="filter-unacked"
          >
            {i18n.t("未确认 {unacked}", { unacked })}
          </Chip>
          {mode === "alarms" ? (
            <Chip on={open || narrowing(filter) > 0} onPress={() => setOpen(!open)} testId="filter">
              {narrowing(filter) > 0
                ? i18n.t("筛选 {n}", { n: narrowing(filter) })
                : i18n.t("筛选")}
            </Chip>
          ) : first && rows[0]?.situation ? (
            <span className="el i3" data-testid="first-out">
              {i18n.t("首发 {time} {place}", {
                time: hm(rows[0].situation.opened),
                place: stationName(county, first),
              })}
            </span>
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
      {flood ? <FloodLine county={county} /> : null}
      {desk.situation ? (
        <button
          type="button"
          className="newbar crumb"
          onClick={() => show("situations")}
          data-testid="all-situations"
        >
          <span className="i2 nw">‹ {i18n.t("全部态势")}</span>
          <b className="el">{openedName(county, desk.situation)}</b>
        </button>
      ) : null}
      {mode === "alarms" && open ? (
        <AlarmFilters filter={filter} onChange={setFilter} alarms={sorted} county={county} />
      ) : null}
      {sorted.length === 0 && rows.length === 0 ? (
        <PanelBody label={i18n.t("态势")}>
          <Empty title={i18n.t("没有需要处理的报警。")}>
            {i18n.t("有新的报警会自动出现在这里。")}
          </Empty>
          <NearestLines county={county} />
        </PanelBody>
      ) : mode === "situations" ? (
        <SituationZone county={county} rows={rows} unackedOnly={filter.unacked} now={now} />
      ) : (
        <AlarmList county={county} filter={filter} now={now} onClear={() => setFilter(noFilter)} />
      )}
    </Panel>
  );
}

/** Situations of the server, then what it left out. */
function useRows(county: County): Row[] {
  return useMemo(() => {
    const list: Row[] = situationList(county).map((situation) => ({
      key: situation.id,
      situation,
      alarms: membersOf(county, situation),
    }));
    const loose = looseAlarms(county);
    if (loose.length > 0) list.push({ key: LOOSE, situation: null, alarms: loose });
    return list;
  }, [county]);
}
