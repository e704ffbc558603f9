// One event: what is known of it, and how it leaves the book when it was entered by mistake.
import { useState } from "react";
import { dropEvent } from "../../actions/events";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, levelName, personName, truthName } from "../../i18n/words";
import { mayEnter } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { EventView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { useKeep } from "../keep/useKeep";
import { areaName } from "../stations/townships";

interface EventPanelProps {
  event: EventView;
  county: County;
  now: number;
  onDone: () => void;
}

export function EventPanel({ event, county, now, onDone }: EventPanelProps) {
  const { move } = useDesk();
  const allowed = useApp(mayEnter);
  const text = useApp((state) => state.texts.get(event.text ?? ""));
  const [why, setWhy] = useState("");
  const { keep, unkept } = useKeep();
  const { alarm } = event;
  const lines: [string, string][] = [
    [i18n.t("哪一种"), hazardName(event.kind)],
    [
      i18n.t("在哪里"),
      event.area
        ? areaName(county, event.area.kind, event.area.code)
        : event.stations.length > 0
          ? "—"
          : i18n.t("全县"),
    ],
    [
      i18n.t("站"),
      event.stations.map((id) => say(county.stations.get(id)?.name) || id).join(i18n.t("、")) ||
        "—",
    ],
    [i18n.t("级别"), event.level ? levelName(event.level) : "—"],
    [
      i18n.t("时间"),
      [event.from, event.until].flatMap((at) => (at ? [stamp(at, now)] : [])).join(" – "),
    ],
    [i18n.t("谁记的"), personName(county.people.get(event.by), event.by)],
  ];
  return (
    <Panel
      title={hazardName(event.kind)}
      className="g"
      testId="event-panel"
      aside={
        <Button small onPress={onDone}>
          {i18n.t("关上")}
        </Button>
      }
    >
      <div className="pb">
        <p className="empty">
          {event.source === "marked" && event.truth
            ? i18n.t("从报警的判断来：{truth}", { truth: truthName(event.truth) })
            : (text ?? "…")}
        </p>
        <dl className="plain">
          {lines.map(([name, words]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
        {alarm ? (
          <div className="acts" style={{ padding: 12 }}>
            <Button
              small
              disabled={!county.alarms.has(alarm)}
              onPress={() => move({ to: "open", alarm, station: event.stations[0] ?? null })}
            >
              {county.alarms.has(alarm) ? i18n.t("看这条报警") : i18n.t("这条报警已经结束")}
            </Button>
          </div>
        ) : (
          <form
            className="form"
            onSubmit={(submitted) => {
              submitted.preventDefault();
              if (why.trim() === "") return;
              keep(() => dropEvent(event.id, why.trim()), onDone);
            }}
          >
            <label>
              <span className="lab">{i18n.t("记错了？写明理由再去掉；日志里仍留着")}</span>
              <input
                className="in"
                value={why}
                disabled={!allowed}
                onChange={(typed) => setWhy(typed.target.value)}
                data-testid="event-why"
              />
            </label>
            {unkept}
            <div className="acts">
              <Button
                submit
                disabled={!allowed || why.trim() === ""}
                onPress={() => {}}
                testId="event-drop"
              >
                {i18n.t("去掉这件事")}
              </Button>
            </div>
          </form>
        )}
      </div>
    </Panel>
  );
}
