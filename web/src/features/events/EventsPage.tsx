// What the county knows beside its gauges: weather warnings that stand, and what happened; both entered here.
import { useEffect, useState } from "react";
import { liftWeather } from "../../actions/events";
import { wantTexts } from "../../actions/read";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, levelName, personName } from "../../i18n/words";
import { type Kept, only } from "../../state/events";
import { mayAct, mayEnter } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty, Key } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { EventView, Level } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { usePast } from "../clock/usePast";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { areaName } from "../stations/townships";
import { AsNow } from "../timebar/AsNow";
import { whyNot } from "../timebar/whyNot";
import { EventForm } from "./EventForm";
import { EventPanel } from "./EventPanel";
import { useEvents } from "./useEvents";
import { WeatherForm, weatherName } from "./WeatherForm";

type Side =
  | { kind: "none" }
  | { kind: "event" }
  | { kind: "weather" }
  | { kind: "one"; id: string };

export function EventsPage({ county }: { county: County }) {
  const now = useNow();
  const { move } = useDesk();
  const allowed = useApp(mayAct);
  const mayRecord = useApp(mayEnter);
  const past = usePast();
  const barred = past ? whyNot("") : null;
  const [round, setRound] = useState(0);
  const [side, setSide] = useState<Side>({ kind: "none" });
  const [kept, setKept] = useState<Kept>("all");
  const events = useEvents(county, round);
  const all = events.kind === "here" ? events.list : [];
  const list = only(all, kept);
  const chosen = side.kind === "one" ? all.find((one) => one.id === side.id) : undefined;
  const close = () => setSide({ kind: "none" });
  useEffect(() => wantTexts(all.map((one) => one.text)), [all]);
  const filters: [Kept, string][] = [
    ["all", i18n.t("全部")],
    ["entered", i18n.t("人记的")],
    ["marked", i18n.t("报警判断过的")],
  ];
  return (
    <section className="p pagep greys" data-testid="events">
      <div className="pt">
        <h2>{i18n.t("险情和气象预警")}</h2>
        <span className="i2">{all.length}</span>
        <span className="g" />
        {barred ? (
          <span className="s i2 el" data-testid="events-barred">
            {barred}
          </span>
        ) : null}
        {filters.map(([one, name]) => (
          <Chip key={one} on={kept === one} onPress={() => setKept(one)}>
            {name}
          </Chip>
        ))}
        <Button
          small
          disabled={!mayRecord}
          onPress={() => setSide({ kind: "event" })}
          testId="new-event"
        >
          {i18n.t("记一件事…")}
        </Button>
        <Button
          small
          disabled={!allowed}
          onPress={() => setSide({ kind: "weather" })}
          testId="new-weather"
        >
          {i18n.t("登记预警…")}
        </Button>
      </div>
      <div className="pagebody" data-side={side.kind === "none" ? "closed" : "open"}>
        <div className="p pagelist">
          <Weather county={county} now={now} />
          <AsNow />
          {events.kind === "asking" ? (
            <Empty title={i18n.t("正在取事件…")} />
          ) : events.kind === "failed" ? (
            <Empty title={i18n.t("取不到事件。")}>
              {events.words}{" "}
              <Button small onPress={() => setRound(round + 1)}>
                {i18n.t("再试一次")}
              </Button>
            </Empty>
          ) : list.length === 0 ? (
            <Empty title={i18n.t("还没有记下任何事。")}>
              {i18n.t(
                "发生过的险情记在这里，试算才能数命中、误报和提前量；给报警判断真假也会记到这里。",
              )}
            </Empty>
          ) : (
            <VirtualList
              items={list}
              rowHeight={48}
              keyOf={(one) => one.id}
              label={i18n.t("事件，新的在前")}
              active={side.kind === "one" ? side.id : null}
              onActivate={(id) => setSide({ kind: "one", id })}
              onOpen={(id) => setSide({ kind: "one", id })}
              testId="event-rows"
              takesFocus
              render={(one, selected) => (
                <Line event={one} county={county} now={now} selected={selected} />
              )}
            />
          )}
        </div>
        <aside className="p pageside">
          {side.kind === "event" ? (
            <EventForm county={county} now={now} barred={barred} onDone={close} />
          ) : side.kind === "weather" ? (
            <WeatherForm county={county} now={now} barred={barred} onDone={close} />
          ) : chosen ? (
            <EventPanel key={chosen.id} event={chosen} county={county} now={now} onDone={close} />
          ) : (
            <Empty title={i18n.t("选一件事看它的来历，或记一件新的。")}>
              {mayRecord
                ? i18n.t("记下的事只用来事后评判规则，不会响。")
                : whyNot(i18n.t("你可以看，不能记。记事要规划、值班员或管理员角色。"))}{" "}
              <Button small onPress={() => move({ to: "backtest" })}>
                {i18n.t("去试算")}
              </Button>
            </Empty>
          )}
        </aside>
      </div>
      <div className="pk">
        <Key k="↑↓">{i18n.t("选择")}</Key>
        <Key k="Esc">{i18n.t("返回")}</Key>
      </div>
    </section>
  );
}

/** Warnings that stand, each to be lifted by hand before its end. */
function Weather({ county, now }: { county: County; now: number }) {
  const allowed = useApp(mayAct);
  const standing = [...county.weather.values()].sort((a, b) => b.level - a.level);
  return (
    <>
      <div className="pt">
        <h2>{i18n.t("正在生效的气象预警")}</h2>
        <span className="i2">{standing.length}</span>
      </div>
      {standing.length === 0 ? <p className="line i3">{i18n.t("没有。")}</p> : null}
      {standing.map((one) => (
        <div key={one.id} className="line center" data-testid="weather-row">
          <Mark level={one.level} size={14} />
          <span className="g">
            <b>
              {weatherName(one.kind)} {levelName(one.level)}
            </b>{" "}
            {one.area.kind === "county"
              ? i18n.t("全县")
              : areaName(county, one.area.kind, one.area.code)}
            <span className="s i3">
              {" "}
              · {personName(county.people.get(one.by), one.by)} {stamp(one.from, now)}
            </span>
          </span>
          <span className="s nw">{i18n.t("到 {time} 为止", { time: stamp(one.until, now) })}</span>
          <Button small disabled={!allowed} onPress={() => void liftWeather(one.id)}>
            {i18n.t("解除")}
          </Button>
        </div>
      ))}
    </>
  );
}

interface LineProps {
  event: EventView;
  county: County;
  now: number;
  selected: boolean;
}

function Line({ event, county, now, selected }: LineProps) {
  const text = useApp((state) => state.texts.get(event.text ?? ""));
  const place = event.area
    ? areaName(county, event.area.kind, event.area.code)
    : event.stations.map((id) => say(county.stations.get(id)?.name) || id).join(i18n.t("、"));
  return (
    <div className={`strow${selected ? " sel" : ""}`} data-testid="event-row">
      <span>{event.level ? <Mark level={event.level as Level} size={14} /> : null}</span>
      <b className="el">
        {hazardName(event.kind)} {place || i18n.t("全县")}
      </b>
      <span className="s r nw">{stamp(event.from, now)}</span>
      <span />
      <span className="s i2 el">
        {event.source === "marked"
          ? event.truth === "false"
            ? i18n.t("报警被判为误报：什么也没有发生")
            : i18n.t("报警被判为属实")
          : (text ?? "…")}
      </span>
      <span className="s i3 r nw">{personName(county.people.get(event.by), event.by)}</span>
    </div>
  );
}
