// How a situation went: who is called, what began it, what changed last, where it is, how often it was told.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { noticeName } from "../../i18n/words";
import { isUngauged, mergedInto, situationLevel } from "../../state/situations";
import type { County } from "../../state/world";
import { Panel } from "../../ui/Panel";
import type { AlarmView, SituationView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { Calls } from "./Calls";
import { Decided } from "./Decided";
import { AlarmLine, Townships } from "./parts";
import { situationName } from "./situationWords";

interface CourseProps {
  one: SituationView;
  county: County;
  alarms: AlarmView[];
  now: number;
}

export function Course({ one, county, alarms, now }: CourseProps) {
  const { move } = useDesk();
  const first = county.alarms.get(one.first);
  const newest = county.alarms.get(one.newest);
  const ungauged = isUngauged(one, alarms);
  const merged = mergedInto(county, one.id);
  const told = county.told.filter((notice) => notice.situation === one.id).reverse();
  return (
    <div className="col" style={{ gap: 1 }}>
      <Calls county={county} id={one.id} now={now} />
      {ungauged ? null : (
        <>
          {one.decisions?.length ? <Decided one={one} county={county} now={now} /> : null}
          <Panel title={i18n.t("首发和最新")}>
            {first ? (
              <AlarmLine alarm={first} county={county} now={now} lead={i18n.t("首发")} />
            ) : (
              <p className="line i3">{i18n.t("首发的那条已经结束。")}</p>
            )}
            {newest ? (
              <AlarmLine alarm={newest} county={county} now={now} lead={i18n.t("最新")} />
            ) : null}
          </Panel>
        </>
      )}
      <Townships one={one} county={county} alarms={alarms} />
      {merged.length > 0 ? (
        <Panel title={i18n.t("并入的态势")} count={merged.length}>
          {merged.map((part) => (
            <button
              key={part.id}
              type="button"
              className="line rowbtn"
              onClick={() => move({ to: "situation", situation: part.id })}
            >
              <Mark level={situationLevel(part)} size={16} />
              <span className="g el">{situationName(part)}</span>
              <span className="s i3">{i18n.t("{time} 起", { time: stamp(part.opened, now) })}</span>
            </button>
          ))}
        </Panel>
      ) : null}
      <Panel title={i18n.t("告知经过")} count={one.told}>
        {told.length === 0 ? (
          <p className="line i3">
            {i18n.t("这一屏打开以来没有再响过。")}
            {one.told_at && one.told_for
              ? ` ${i18n.t("上次 {time}，{why}。", { time: stamp(one.told_at, now), why: noticeName(one.told_for) })}`
              : ""}
          </p>
        ) : (
          told.map((notice) => (
            <div key={`${notice.seq}/${notice.n}`} className="line">
              <span className="t">{stamp(notice.at, now)}</span>
              <Mark level={notice.level} size={14} />
              <span>{noticeName(notice.reason)}</span>
            </div>
          ))
        )}
      </Panel>
    </div>
  );
}
