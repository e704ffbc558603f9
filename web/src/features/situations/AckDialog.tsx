// Taking note of a set: what is listed at the press and nothing that comes after. Red goes by name only.
import { useState } from "react";
import { acknowledge, acknowledgeSituation } from "../../actions/alarms";
import { hms } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { levelCounts } from "../../state/select";
import { type AckSet, ackViews, cameLater, LOOSE } from "../../state/situations";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { AlarmView } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { Counts } from "../marks/Mark";
import { NamedReds } from "./NamedReds";

interface AckDialogProps {
  county: County;
  set: AckSet;
  /** Engine time at which the set was frozen, ms. */
  at: number;
  name: string;
  /** The alarms listed now; those beyond the set came later. */
  shown: readonly AlarmView[];
  now: number;
  onClose: () => void;
}

export function AckDialog({ county, set, at, name, shown, now, onClose }: AckDialogProps) {
  const [named, setNamed] = useState<ReadonlySet<string>>(new Set());
  const { keep, unkept } = useKeep();
  const taken = ackViews(set, named, county);
  const later = cameLater(set, shown);
  const send = () =>
    keep(
      () =>
        set.situation && set.situation !== LOOSE
          ? acknowledgeSituation(set.situation, taken, set.told)
          : acknowledge(taken),
      onClose,
    );
  return (
    <Dialog title={i18n.t("确认：{name}", { name })} onClose={onClose} testId="ack-dialog">
      <p>
        {i18n.t("这一批在 {time} 定住。确认表示你看见并负责，不表示已处置。", { time: hms(at) })}
        {later > 0 ? <b> {i18n.t("此后新来、升级或重报的 {n} 条不在内。", { n: later })}</b> : null}
      </p>
      {set.together.length > 0 ? (
        <div className="f" data-testid="ack-together">
          <Counts counts={levelCounts(set.together)} />
          <span>{i18n.t("橙色及以下 {n} 条，一起确认", { n: set.together.length })}</span>
        </div>
      ) : (
        <p className="i2">{i18n.t("橙色及以下没有未确认的。")}</p>
      )}
      <NamedReds
        county={county}
        words={i18n.t("红色 {n} 条，逐条点名才算", { n: set.byName.length })}
        list={set.byName}
        named={named}
        onNamed={setNamed}
        now={now}
      />
      {unkept}
      <div className="acts">
        <Button kind="primary" disabled={taken.length === 0} onPress={send} testId="ack-confirm">
          {i18n.t("确认 {n} 条", { n: taken.length })}
        </Button>
        <Button onPress={onClose}>{i18n.t("不确认")}</Button>
      </div>
    </Dialog>
  );
}
