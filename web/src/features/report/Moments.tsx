// Which moments a report shows a map of, beside those it shows of itself.
import { type FormEvent, useState } from "react";
import { full, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import {
  bounds,
  lastMoment,
  MOST_MOMENTS,
  momentFlaw,
  type ReportAsk,
  withMoment,
} from "../../state/report";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import { Instant } from "../clock/Typed";
import { useDesk } from "../desk/desk";

interface MomentsProps {
  county: County;
  ask: ReportAsk;
  now: number;
  /** The article is being made anew. */
  busy: boolean;
}

export function Moments({ county, ask, now, busy }: MomentsProps) {
  const { desk, move } = useDesk();
  const { moments } = desk;
  const closed = ask.kind === "incident" ? county.incidents.get(ask.id)?.closed : null;
  const within = bounds(ask, closed ? Date.parse(closed.at) : null);
  const [typed, setTyped] = useState<number | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const at = typed ?? lastMoment(within, now);
  const add = (event: FormEvent) => {
    event.preventDefault();
    const flaw = momentFlaw(moments, at, within, now);
    setRefused(flaw && flawWords(flaw, within, now));
    if (!flaw) move({ to: "moments", moments: withMoment(moments, at) });
  };
  const drop = (gone: number) => {
    setRefused(null);
    move({ to: "moments", moments: moments.filter((one) => one !== gone) });
  };
  return (
    <Panel
      title={i18n.t("地图时刻")}
      count={`${moments.length} / ${MOST_MOMENTS}`}
      aside={
        busy ? (
          <span className="s i2" role="status">
            {i18n.t("报告正在重做…")}
          </span>
        ) : null
      }
      testId="moments"
    >
      {moments.map((one) => (
        <div key={one} className="decline" data-testid="moment">
          <span className="g">{full(one)}</span>
          <Button
            small
            label={i18n.t("去掉它：{time}", { time: full(one) })}
            onPress={() => drop(one)}
            testId="moment-drop"
          >
            {i18n.t("去掉它")}
          </Button>
        </div>
      ))}
      <form className="momentadd" onSubmit={add}>
        <Instant
          label={i18n.t("再加一张地图，哪个时刻的")}
          at={at}
          onChange={(next) => {
            setTyped(next);
            setRefused(null);
          }}
          testId="moment-at"
        />
        <Button submit onPress={() => {}} testId="moment-add">
          {i18n.t("加上")}
        </Button>
      </form>
      {refused ? (
        <p className="s momentnote" role="status" data-testid="moment-refused">
          <b>{refused}</b>
        </p>
      ) : null}
      <p className="s i3 momentnote">
        {ask.kind === "incident"
          ? i18n.t("报告和带走的文件里各多一张那时的地图；事件以外的时刻不出图。")
          : i18n.t("报告和带走的文件里各多一张那时的地图。")}
      </p>
    </Panel>
  );
}

function flawWords(
  flaw: NonNullable<ReturnType<typeof momentFlaw>>,
  { from, to }: { from: number; to: number },
  now: number,
): string {
  switch (flaw) {
    case "there":
      return i18n.t("这个时刻已经在上面了。");
    case "many":
      return i18n.t("最多 {most} 个，先去掉一个。", { most: MOST_MOMENTS });
    case "future":
      return i18n.t("还没有发生。");
    case "outside":
      return Number.isFinite(from)
        ? i18n.t("不在这份报告里，它从 {from} 到 {to}。", {
            from: stamp(from, now),
            to: stamp(to, now),
          })
        : i18n.t("那时事件已经结束，它到 {to} 为止。", { to: stamp(to, now) });
  }
}
