// What is written before a press about warnings and incidents.
import { useEffect, useState } from "react";
import { decide, openIncident, openSituation, sendReport } from "../../actions/incidents";
import { wantTexts } from "../../actions/read";
import { hm, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { hazardName, levelName } from "../../i18n/words";
import { tally } from "../../state/obligations";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { IncidentView, Level, ReportView, SituationView } from "../../wire/view";
import { openedName, situationName } from "../situations/situationWords";

const LEVELS: Level[] = [4, 3, 2, 1];
const RESPONSES = [1, 2, 3, 4];
const ROMANS = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"];
const HAZARDS = [
  "flood",
  "flash_flood",
  "landslide",
  "rainstorm",
  "gas",
  "fire",
  "traffic",
  "other",
];

export function DecideDialog({
  situation,
  onClose,
}: {
  situation: SituationView;
  onClose: () => void;
}) {
  const [response, setResponse] = useState<number | null>(null);
  const [none, setNone] = useState(false);
  const [reason, setReason] = useState("");
  const ready = none ? reason.trim() !== "" : response !== null;
  return (
    <Dialog title={situationName(situation)} onClose={onClose} testId="decide-dialog">
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("定响应级别")}</legend>
        <div className="chips">
          {RESPONSES.map((one) => (
            <Chip
              key={one}
              on={!none && response === one}
              onPress={() => {
                setNone(false);
                setResponse(one);
              }}
              testId={`response-${one}`}
            >
              {i18n.t("{roman} 级响应", { roman: ROMANS[one - 1] })}
            </Chip>
          ))}
          <Chip on={none} onPress={() => setNone(true)} testId="response-none">
            {i18n.t("决定不响应")}
          </Chip>
        </div>
      </fieldset>
      <label>
        <span className="lab">{none ? i18n.t("理由（要写）") : i18n.t("理由（可不写）")}</span>
        <input
          className="in"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          data-testid="decide-reason"
        />
      </label>
      <p className="s i2">{i18n.t("记在你的名下。级别再升，会重新等决定。")}</p>
      <div className="acts">
        <Button
          kind="primary"
          disabled={!ready}
          onPress={() => {
            void decide(situation.id, none ? null : response, reason.trim());
            onClose();
          }}
          testId="decide-confirm"
        >
          {i18n.t("记下决定")}
        </Button>
        <Button onPress={onClose}>{i18n.t("先不定")}</Button>
      </div>
    </Dialog>
  );
}

export function OpenSituationDialog({ county, onClose }: { county: County; onClose: () => void }) {
  const [hazard, setHazard] = useState("flood");
  const [level, setLevel] = useState<Level>(3);
  const [township, setTownship] = useState("");
  const [text, setText] = useState("");
  const [place, setPlace] = useState("");
  const townships = county.areas.filter((area) => area.kind === "township");
  return (
    <Dialog title={i18n.t("接报开态势")} onClose={onClose} testId="open-situation-dialog">
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("什么险情")}</legend>
        <div className="chips">
          {HAZARDS.map((one) => (
            <Chip key={one} on={one === hazard} onPress={() => setHazard(one)}>
              {hazardName(one)}
            </Chip>
          ))}
        </div>
      </fieldset>
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("级别")}</legend>
        <div className="chips">
          {LEVELS.map((one) => (
            <Chip key={one} on={one === level} onPress={() => setLevel(one)}>
              {levelName(one)}
            </Chip>
          ))}
        </div>
      </fieldset>
      <label>
        <span className="lab">{i18n.t("在哪个乡镇")}</span>
        <select
          className="in"
          value={township}
          onChange={(event) => setTownship(event.target.value)}
          data-testid="situation-township"
        >
          <option value="">{i18n.t("全县")}</option>
          {townships.map((area) => (
            <option key={area.code} value={area.code}>
              {say(area.title)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span className="lab">{i18n.t("具体地点")}</span>
        <input className="in" value={place} onChange={(event) => setPlace(event.target.value)} />
      </label>
      <label>
        <span className="lab">{i18n.t("来电说了什么（要写）")}</span>
        <textarea
          className="in"
          rows={3}
          value={text}
          onChange={(event) => setText(event.target.value)}
          data-testid="situation-text"
        />
      </label>
      <div className="acts">
        <Button
          kind="primary"
          disabled={text.trim() === ""}
          onPress={() => {
            void openSituation({
              hazard,
              level,
              township,
              text: text.trim(),
              place: place.trim(),
            });
            onClose();
          }}
          testId="open-situation-confirm"
        >
          {i18n.t("开态势")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不开")}</Button>
      </div>
    </Dialog>
  );
}

export function OpenIncidentDialog({ county, onClose }: { county: County; onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [kind, setKind] = useState(county.eventClasses[0]?.id ?? "");
  const [chosen, setChosen] = useState<string[]>([]);
  const situations = [...county.situations.values()].sort((a, b) => b.level - a.level);
  const clocks = county.eventClasses.find((one) => one.id === kind)?.clocks ?? [];
  const commands = [...county.commands.values()].filter(
    (command) =>
      command.alarm !== null &&
      chosen.includes(county.alarms.get(command.alarm)?.situation ?? "nowhere"),
  );
  const toggle = (id: string) =>
    setChosen((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]));
  return (
    <Dialog title={i18n.t("开事件")} onClose={onClose} testId="open-incident-dialog">
      <label>
        <span className="lab">{i18n.t("名称（要写）")}</span>
        <input
          className="in"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          data-testid="incident-title"
        />
      </label>
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("类别，决定要报什么")}</legend>
        <div className="chips">
          {county.eventClasses.map((one) => (
            <Chip key={one.id} on={one.id === kind} onPress={() => setKind(one.id)}>
              {say(one.title)}
            </Chip>
          ))}
          <Chip on={kind === ""} onPress={() => setKind("")}>
            {i18n.t("不用上报")}
          </Chip>
        </div>
        <p className="s i2">
          {clocks
            .map((clock) =>
              i18n.t("{title} {n} 分钟", {
                title: say(clock.title),
                n: Math.round(clock.within_ms / 60_000),
              }),
            )
            .join(" · ")}
        </p>
      </fieldset>
      <fieldset style={{ border: 0 }}>
        <legend className="lab">{i18n.t("归进来的态势，连同为它发的指令")}</legend>
        <div className="chips">
          {situations.slice(0, 12).map((one) => (
            <Chip key={one.id} on={chosen.includes(one.id)} onPress={() => toggle(one.id)}>
              {situationName(one)}
            </Chip>
          ))}
        </div>
      </fieldset>
      <div className="acts">
        <Button
          kind="primary"
          disabled={title.trim() === ""}
          onPress={() => {
            void openIncident({
              title: title.trim(),
              class: kind,
              situations: chosen,
              commands: commands.map((command) => command.id),
            });
            onClose();
          }}
          testId="open-incident-confirm"
        >
          {i18n.t("开事件")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不开")}</Button>
      </div>
    </Dialog>
  );
}

/** The report as far as the system knows it: what, where, since when, what was ordered, how far it is. */
function draft(county: County, incident: IncidentView, name: string, now: number): string {
  const lines = [
    i18n.t("{county}：{name}", { county: say(county.title), name }),
    i18n.t("截至 {time}。", { time: stamp(now, now) }),
  ];
  for (const id of incident.situations) {
    const one = county.situations.get(id);
    if (!one) continue;
    lines.push(
      i18n.t("{what}，{time} 起，现在 {level}，涉及 {people} 人。", {
        what: openedName(county, id),
        time: hm(one.opened),
        level: one.level > 0 ? levelName(one.level as Level) : i18n.t("已回落"),
        people: one.people,
      }),
    );
  }
  for (const id of incident.commands) {
    const command = county.commands.get(id);
    if (!command) continue;
    const count = tally(command);
    lines.push(
      i18n.t("{title}：{time} 发出，{total} 人，完成 {done}，在做 {working}，无应答 {silent}。", {
        title: say(command.title),
        time: hm(command.issued),
        total: count.total,
        done: count.done,
        working: count.working + count.accepted,
        silent: count.silent + count.open,
      }),
    );
    for (const row of command.count ?? []) {
      lines.push(
        i18n.t("{village}：应转移 {to_move}，已转移 {moved}，拒绝 {refused}，失联 {unreachable}", {
          village: row.village,
          to_move: row.to_move,
          moved: row.moved,
          refused: row.refused,
          unreachable: row.unreachable,
        }),
      );
    }
  }
  return lines.join("\n");
}

interface ReportDialogProps {
  county: County;
  incident: IncidentView;
  report: ReportView;
  now: number;
  onClose: () => void;
}

export function ReportDialog({ county, incident, report, now, onClose }: ReportDialogProps) {
  const name = useApp((state) => state.texts.get(incident.title)) ?? "";
  useEffect(() => wantTexts([incident.title]), [incident.title]);
  const [text, setText] = useState(() => draft(county, incident, name, now));
  const [receiver, setReceiver] = useState("");
  return (
    <Dialog
      title={`${say(report.title)} → ${say(report.to)}`}
      onClose={onClose}
      testId="report-dialog"
    >
      <label>
        <span className="lab">{i18n.t("报告，已填好，请改")}</span>
        <textarea
          className="in"
          rows={8}
          value={text}
          onChange={(event) => setText(event.target.value)}
          data-testid="report-text"
        />
      </label>
      <label>
        <span className="lab">{i18n.t("谁收的，或收文号（要写）")}</span>
        <input
          className="in"
          value={receiver}
          onChange={(event) => setReceiver(event.target.value)}
          data-testid="report-receiver"
        />
      </label>
      <p className="s i2">
        {i18n.t("报出去以后再按。记在你的名下，时间是现在，以后不能改，只能续报。")}
      </p>
      <div className="acts">
        <Button
          kind="primary"
          disabled={text.trim() === "" || receiver.trim() === ""}
          onPress={() => {
            void sendReport(incident.id, report.id, text.trim(), receiver.trim());
            onClose();
          }}
          testId="report-confirm"
        >
          {i18n.t("已报出，记下")}
        </Button>
        <Button onPress={onClose}>{i18n.t("还没报")}</Button>
      </div>
    </Dialog>
  );
}

interface ReasonDialogProps {
  title: string;
  words: string;
  confirm: string;
  onReason: (reason: string) => void;
  onClose: () => void;
}

export function ReasonDialog({ title, words, confirm, onReason, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title={title} onClose={onClose} testId="reason-dialog">
      <p>{words}</p>
      <label>
        <span className="lab">{i18n.t("理由（要写）")}</span>
        <input
          className="in"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          data-testid="reason"
        />
      </label>
      <div className="acts">
        <Button
          kind="primary"
          disabled={reason.trim() === ""}
          onPress={() => {
            onReason(reason.trim());
            onClose();
          }}
          testId="reason-confirm"
        >
          {confirm}
        </Button>
        <Button onPress={onClose}>{i18n.t("返回")}</Button>
      </div>
    </Dialog>
  );
}
