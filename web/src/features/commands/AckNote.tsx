// What sending a command from a situation acknowledges in the officer's name, said before the press.
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
  /** Engine time at which the set was frozen, ms. */
  at: number;
  named: ReadonlySet<string>;
  onNamed: (named: ReadonlySet<string>) => void;
  now: number;
}

export function AckNote({ county, about, set, at, named, onNamed, now }: AckNoteProps) {
  const one = county.situations.get(about);
  if (!one) {
    return (
      <p className="s" data-testid="ack-note">
        {i18n.t("这个态势此刻不在列表里，发出的指令不记在它名下。")}
      </p>
    );
  }
  const keys = ackKeys(set, named, county);
  const together = set.together.filter((alarm) => keys.includes(alarm.key));
  const later = cameLater(set, alarmsUnder(county, about));
  const cause = answered(county, about, keys);
  const unseen = one.manual !== null && one.manual !== undefined && one.manual.acked_by === null;
  return (
    <div className="acknote" data-testid="ack-note" data-count={keys.length}>
      <p>
        <b>
          {keys.length > 0
            ? i18n.t("发出即以你的名义确认 {n} 条报警", { n: keys.length })
            : unseen
              ? i18n.t("发出即以你的名义确认这个态势")
              : i18n.t("发出不另确认报警")}
        </b>{" "}
        {keys.length > 0 ? (
          <span className="s i2 nw">{i18n.t("{time} 定住", { time: hms(at) })}</span>
        ) : null}
        {later > 0 ? (
          <span className="s"> {i18n.t("此后新来的 {n} 条不在内。", { n: later })}</span>
        ) : null}
      </p>
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
