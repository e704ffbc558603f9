// A newer version came in while one was being written: what it changed, and whether what was written goes on behind it.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { shown } from "../../state/losses";
import { carriedOver, type LossSheet, newerFigures } from "../../state/lossSheets";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { TownshipLoss } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { itemName, versionName } from "./lossWords";

interface LossNewerProps {
  county: County;
  sheet: LossSheet;
  now: TownshipLoss | undefined;
  onCarry: (sheet: LossSheet) => void;
  onAgain: () => void;
}

export function LossNewer({ county, sheet, now: newest, onCarry, onAgain }: LossNewerProps) {
  const me = useApp((state) => state.me?.person.id);
  const now = useNow();
  const last = newest?.versions.at(-1);
  const changed = newerFigures(sheet, newest);
  return (
    <div className="lossnewer" role="alert" data-testid="loss-newer">
      <b>
        {last
          ? i18n.t("写的时候又来了新的一版：{version}，{time}，{name} 报。", {
              version: versionName(last.stage, last.nth),
              time: stamp(last.at, now),
              name: personName(county.people.get(last.by), last.by),
            })
          : i18n.t("写的时候版本变了。")}
      </b>
      {changed.length > 0 ? (
        <p className="s">
          {changed
            .map(({ item, before, after }) =>
              i18n.t("{item} {before} → {after}", {
                item: itemName(item),
                before: before === null ? "—" : shown(item, before),
                after: shown(item, after),
              }),
            )
            .join(i18n.t("，"))}
        </p>
      ) : null}
      <div className="f">
        <Button
          small
          kind="primary"
          onPress={() => onCarry(carriedOver(sheet, newest, me))}
          testId="loss-carry"
        >
          {i18n.t("接在它后面，留我写的")}
        </Button>
        <Button small onPress={onAgain} testId="loss-afresh">
          {i18n.t("不要我写的，照它重填")}
        </Button>
      </div>
    </div>
  );
}
