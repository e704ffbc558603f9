// Puts one alarm aside for a while: it stays listed, makes no noise, and comes back by itself.
import { useState } from "react";
import { shelve } from "../../actions/alarms";
import { limit, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { levelName, whySentence } from "../../i18n/words";
import { SHELVE_MS } from "../../state/ledger";
import { shownLevel } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { AlarmView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useKeep } from "../keep/useKeep";
import { stationName } from "../situations/situationWords";

const MINUTE = 60_000;
const SPANS = [15, 30, 60, 120, 240, SHELVE_MS / MINUTE];

interface ShelveDialogProps {
  alarm: AlarmView;
  county: County;
  onClose: () => void;
}

export function ShelveDialog({ alarm, county, onClose }: ShelveDialogProps) {
  const now = useNow();
  const [minutes, setMinutes] = useState(30);
  const [why, setWhy] = useState("");
  const [asked, setAsked] = useState<string | null>(null);
  const { keep, unkept } = useKeep();
  const level = shownLevel(alarm);
  if (asked !== null) {
    const again = () => setAsked(null);
    return <Answered {...{ alarm, county, onClose }} op={asked} onAgain={again} />;
  }
  const press = () => {
    const until = now + minutes * MINUTE;
    let op = "";
    const send = async () => {
      op = await shelve(alarm.key, new Date(until), why.trim());
    };
    keep(send, () => setAsked(op));
  };
  return (
    <Dialog
      title={i18n.t("搁置：{place}", { place: stationName(county, alarm) })}
      onClose={onClose}
      testId="shelve-dialog"
    >
      <p>
        {i18n.t(
          "只搁置这一条{level}。它照常列着，不再响；级别上升马上结束搁置并响；到期还在报警的马上响。",
          {
            level: levelName(level),
          },
        )}
      </p>
      <div>
        <span className="lab">
          {i18n.t("到 {time}，最晚到本班结束", { time: stamp(now + minutes * MINUTE, now) })}
        </span>
        <div className="chips">
          {SPANS.map((span) => (
            <Chip key={span} on={minutes === span} onPress={() => setMinutes(span)}>
              {limit(span * MINUTE)}
            </Chip>
          ))}
        </div>
      </div>
      <label>
        <span className="lab">{i18n.t("理由，会写进台账")}</span>
        <input
          className="in"
          value={why}
          onChange={(event) => setWhy(event.target.value)}
          data-testid="shelve-reason"
        />
      </label>
      {unkept}
      <div className="acts">
        <Button kind="primary" disabled={why.trim() === ""} onPress={press} testId="shelve-confirm">
          {i18n.t("搁置到 {time}", { time: stamp(now + minutes * MINUTE, now) })}
        </Button>
        <Button onPress={onClose}>{i18n.t("不搁置")}</Button>
      </div>
    </Dialog>
  );
}

interface AnsweredProps extends ShelveDialogProps {
  op: string;
  /** Back to the form as it was left. */
  onAgain: () => void;
}

/** What came of it, on the server's word: until when, or why not. */
function Answered({ alarm, county, op, onClose, onAgain }: AnsweredProps) {
  const now = useNow();
  const press = useApp((state) => state.outbox.find((one) => one.op === op));
  const begun = county.suppressions.get(op);
  const until = begun?.until ? Date.parse(begun.until) : null;
  return (
    <Dialog
      title={i18n.t("搁置：{place}", { place: stationName(county, alarm) })}
      onClose={onClose}
      testId="shelve-answer"
    >
      <p role="status">
        {press?.state === "refused" ? (
          <b>{whySentence(press.why ?? "")}</b>
        ) : until === null ? (
          i18n.t("正在送到服务器…")
        ) : (
          <b>{i18n.t("已搁置，到 {time}", { time: stamp(until, now) })}</b>
        )}
      </p>
      <div className="acts">
        {press?.state === "refused" ? (
          <Button kind="primary" onPress={onAgain} testId="shelve-again">
            {i18n.t("另选时间")}
          </Button>
        ) : null}
        <Button onPress={onClose} testId="shelve-close">
          {i18n.t("知道了")}
        </Button>
      </div>
    </Dialog>
  );
}
