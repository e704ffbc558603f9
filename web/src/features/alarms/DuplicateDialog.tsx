// Of which alarm another one tells the same: the one that is kept is chosen, the other no longer counts.
import { useMemo, useState } from "react";
import { markTruth } from "../../actions/alarms";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { candidates } from "../../state/duplicates";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { AlarmView } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { AlarmMark } from "../marks/Mark";

const SHOWN = 30;

interface DuplicateDialogProps {
  alarm: AlarmView;
  county: County;
  now: number;
  onClose: () => void;
}

export function DuplicateDialog({ alarm, county, now, onClose }: DuplicateDialogProps) {
  const [words, setWords] = useState("");
  const { keep, unkept } = useKeep();
  const [kept, setKept] = useState(alarm.duplicate_of ?? "");
  const found = useMemo(
    () => candidates(county, alarm, words).slice(0, SHOWN),
    [county, alarm, words],
  );
  return (
    <Dialog title={i18n.t("重复于哪一条")} onClose={onClose} testId="duplicate-dialog">
      <p>{i18n.t("说的是同一件事的报警里，留下的是哪一条？这一条就不再单独算数。")}</p>
      <label>
        <span className="lab">{i18n.t("站名或规则，打几个字；同一态势的在前")}</span>
        <input
          className="in"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          data-testid="duplicate-search"
        />
      </label>
      {found.length === 0 ? <p className="i3">{i18n.t("没有别的报警。")}</p> : null}
      <fieldset className="named">
        <legend>{i18n.t("留下的报警")}</legend>
        {found.map((one) => (
          <label key={one.key} className="namedrow">
            <input
              type="radio"
              name="kept"
              checked={kept === one.key}
              onChange={() => setKept(one.key)}
              data-testid="duplicate-choice"
            />
            <AlarmMark alarm={one} size={24} />
            <span className="g">
              <b>{say(county.stations.get(one.station)?.name) || one.station}</b>{" "}
              <span className="i2">{say(one.title)}</span>
            </span>
            <span className="s i3 nw">{stamp(one.raised, now)}</span>
          </label>
        ))}
      </fieldset>
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          disabled={kept === ""}
          onPress={() => keep(() => markTruth(alarm.key, "duplicate", kept), onClose)}
          testId="duplicate-confirm"
        >
          {i18n.t("记为重复")}
        </Button>
        <Button onPress={onClose}>{i18n.t("不是重复")}</Button>
      </div>
    </Dialog>
  );
}
