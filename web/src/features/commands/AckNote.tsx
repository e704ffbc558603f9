// What sending a command from a situation acknowledges in the officer's name: said beside the button, chosen
// in the form.
import { hms } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { answered } from "../../state/answers";
import { levelCounts } from "../../state/select";
import { type AckSet, ackKeys, alarmsUnder, cameLater } from "../../state/situations";
import type { County } from "../../state/world";
import { Counts } from "../marks/Mark";
import { NamedReds } from "../situations/NamedReds";
import { stationName } from "../situations/situationWords";

interface AckNoteProps {
  county: County;
  about: string;
  set: AckSet;
  named: ReadonlySet<string>;
}

/** Reds named beside the button; all of them stand in the form. */
const NAMED = 3;

export function AckNote({ county, about, set, named }: AckNoteProps) {
  return (
    <p className="acknote" data-testid="ack-note">
      {words({ county, about, set, named })}
    </p>
  );
}

function words({ county, about, set, named }: AckNoteProps): string {
  const one = county.situations.get(about);
  if (!one) return i18n.t("这个态势此刻不在列表里，发出的指令不记在它名下。");
  const keys = ackKeys(set, named, county);
  const reds = set.byName.filter((alarm) => keys.includes(alarm.key));
  if (keys.length === 0) {
    return one.manual?.acked_by === null
      ? i18n.t("发出即以你的名义确认这个态势")
      : i18n.t("发出不另确认报警");
  }
  if (reds.length === 0) return i18n.t("发出即以你的名义确认 {n} 条报警", { n: keys.length });
  const first = reds.slice(0, NAMED).map((alarm) => stationName(county, alarm));
  const list = first.join(i18n.t("、"));
  return i18n.t("发出即以你的名义确认 {n} 条报警，红色：{names}", {
    n: keys.length,
    names: reds.length > NAMED ? i18n.t("{list} 等", { list }) : list,
  });
}

interface AckChoiceProps extends AckNoteProps {
  /** Engine time at which the set was frozen, ms. */
  at: number;
  onNamed: (named: ReadonlySet<string>) => void;
  now: number;
}

export function AckChoice({ county, about, set, at, named, onNamed, now }: AckChoiceProps) {
  const keys = ackKeys(set, named, county);
  const together = set.together.filter((alarm) => keys.includes(alarm.key));
  const later = cameLater(set, alarmsUnder(county, about));
  const cause = answered(county, about, keys);
  if (set.listed.size === 0 && later === 0) return null;
  return (
    <div className="ackchoice" data-testid="ack-choice">
      <span className="lab">{i18n.t("以你的名义确认的报警，{time} 定住", { time: hms(at) })}</span>
      {later > 0 ? <p>{i18n.t("此后新来、升级或重报的 {n} 条不在内。", { n: later })}</p> : null}
      {together.length > 0 ? (
        <div className="f s">
          <span className="i2 nw">{i18n.t("橙色及以下 {n} 条", { n: together.length })}</span>
          <Counts counts={levelCounts(together)} />
        </div>
      ) : null}
      <NamedReds
        county={county}
        words={i18n.t("红色 {n} 条，不确认的去掉勾", { n: set.byName.length })}
        list={set.byName}
        named={named}
        onNamed={onNamed}
        now={now}
      />
      {cause && !keys.includes(cause.key) ? (
        <p className="s i2">
          {i18n.t("指令挂在最重的 {place} 上，由你续认。", { place: stationName(county, cause) })}
        </p>
      ) : null}
    </div>
  );
}
