// A report that is owed, filled in as far as the system knows it. Pressed after it was sent: the proof.
import { useEffect, useState } from "react";
import { sendReport } from "../../actions/incidents";
import { wantTexts } from "../../actions/read";
import { hm, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import type { Attachment } from "../../state/attachment";
import { tally } from "../../state/obligations";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { IncidentView, Level, OwedReport } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { openedName } from "../situations/situationWords";
import { AttachField, isSending, sealsOf } from "./AttachField";
import { PhotoTally } from "./PhotoTally";

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
  report: OwedReport;
  now: number;
  onClose: () => void;
}

export function ReportDialog({ county, incident, report, now, onClose }: ReportDialogProps) {
  const name = useApp((state) => state.texts.get(incident.title)) ?? "";
  const last = report.sent.at(-1);
  const before = useApp((state) => state.texts.get(last?.text ?? ""));
  useEffect(() => wantTexts([incident.title, last?.text ?? null]), [incident.title, last]);
  // What is told of now is told as of when it was asked for: nothing changes under a hand.
  const [fresh, setFresh] = useState(() => draft(county, incident, name, now));
  const [anew, setAnew] = useState(false);
  const [edited, setEdited] = useState<string | null>(null);
  const [receiver, setReceiver] = useState("");
  const [photos, setPhotos] = useState<Attachment[]>([]);
  const { keep, unkept } = useKeep();
  const continues = last !== undefined && !anew;
  const text = edited ?? (continues ? (before ?? "") : fresh);
  const from = (again: boolean) => {
    setAnew(again);
    setFresh(draft(county, incident, name, now));
    setEdited(null);
  };
  return (
    <Dialog
      title={`${say(report.title)} → ${say(report.to)}`}
      onClose={onClose}
      testId="report-dialog"
    >
      {last ? (
        <div className="chips">
          <Chip on={continues} onPress={() => from(false)} testId="report-from-last">
            {i18n.t("接着第 {n} 版改", { n: report.sent.length })}
          </Chip>
          <Chip on={!continues} onPress={() => from(true)} testId="report-anew">
            {i18n.t("按现在的情况重填")}
          </Chip>
        </div>
      ) : null}
      <label>
        <span className="lab">
          {continues ? i18n.t("上一版的原话，请改") : i18n.t("报告，已填好，请改")}
        </span>
        <textarea
          className="in"
          rows={8}
          value={text}
          onChange={(event) => setEdited(event.target.value)}
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
      <AttachField of={incident.id} list={photos} onChange={setPhotos} />
      <p>
        <PhotoTally county={county} incident={incident} more={photos.length} />
      </p>
      <p className="s i2">
        {i18n.t("报出去以后再按。记在你的名下，时间是现在，以后不能改，只能续报。")}
      </p>
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={text.trim() === "" || receiver.trim() === "" || isSending(photos)}
          onPress={() => {
            const seals = sealsOf(photos);
            keep(
              () => sendReport(incident.id, report.id, text.trim(), receiver.trim(), seals),
              onClose,
            );
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
