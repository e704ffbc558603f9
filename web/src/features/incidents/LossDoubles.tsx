// What may be counted twice: what nobody has looked at stands first; what is found to be two says by whom, when and why.
import { useEffect, useState } from "react";
import { judgeDouble } from "../../actions/losses";
import { wantTexts } from "../../actions/read";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { doublesOf, sidesOf } from "../../state/losses";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { CaseView, IncidentView, PossibleDouble } from "../../wire/view";
import { ReasonDialog } from "./dialogs";
import { caseName, doubleWords, sealedWords } from "./lossWords";

interface LossDoublesProps {
  county: County;
  incident: IncidentView;
  /** Whether something may be said of them here and now. */
  allowed: boolean;
  now: number;
}

export function LossDoubles({ county, incident, allowed, now }: LossDoublesProps) {
  const [judged, setJudged] = useState<PossibleDouble | null>(null);
  return (
    <>
      {doublesOf(incident).map((row) => (
        <Line
          key={JSON.stringify([
            row.kind,
            row.case,
            row.township,
            row.other_incident,
            row.other_case,
            row.other_township,
          ])}
          county={county}
          incident={incident}
          row={row}
          now={now}
          onJudge={allowed ? () => setJudged(row) : null}
        />
      ))}
      {judged ? (
        <Judge county={county} incident={incident} row={judged} onClose={() => setJudged(null)} />
      ) : null}
    </>
  );
}

interface LineProps {
  county: County;
  incident: IncidentView;
  row: PossibleDouble;
  now: number;
  onJudge: (() => void) | null;
}

function Line({ county, incident, row, now, onJudge }: LineProps) {
  const texts = useApp((state) => state.texts);
  const settled = row.settled ?? null;
  const both = useBoth(county, incident, row);
  return (
    <div
      className="lossdouble"
      data-testid="loss-double"
      data-kind={row.kind}
      data-settled={settled !== null}
    >
      <span className="g col">
        <span>
          <span className={settled ? "tag" : "tag inv"}>
            {settled ? i18n.t("已认定不是重复") : i18n.t("可能重复统计")}
          </span>{" "}
          {doubleWords(county, incident.id, row)}
        </span>
        {both ? <span className="s i2">{both}</span> : null}
        {settled ? (
          <span className="s">
            {i18n.t("{name} {time} 认定：{why}", {
              name: personName(county.people.get(settled.by), settled.by),
              time: stamp(settled.at, now),
              why: sealedWords(texts, settled.reason),
            })}
          </span>
        ) : null}
      </span>
      {onJudge ? (
        <Button small onPress={onJudge} testId="loss-judge">
          {settled ? i18n.t("重新存疑…") : i18n.t("不是重复…")}
        </Button>
      ) : null}
    </div>
  );
}

/** Either case in words, so that two people can be told apart; empty where it is about whole reports. */
function useBoth(county: County, incident: IncidentView, row: PossibleDouble): string {
  const texts = useApp((state) => state.texts);
  const sides = sidesOf(county, incident, row);
  const names = sides.flatMap((one) => one.name ?? []).join(" ");
  useEffect(() => wantTexts(names.split(" ").filter((seal) => seal !== "")), [names]);
  const words = (one: CaseView) => {
    const name = one.name ? sealedWords(texts, one.name) : i18n.t("姓名不详");
    return `${caseName(one.kind)} ${one.village} ${name}`;
  };
  return sides.map(words).join(i18n.t("；"));
}

interface JudgeProps {
  county: County;
  incident: IncidentView;
  row: PossibleDouble;
  onClose: () => void;
}

function Judge({ county, incident, row, onClose }: JudgeProps) {
  const apart = !row.settled;
  const both = useBoth(county, incident, row);
  const about = [doubleWords(county, incident.id, row), both].filter(Boolean).join(i18n.t("。"));
  return (
    <ReasonDialog
      title={apart ? i18n.t("认定不是重复统计") : i18n.t("重新存疑")}
      words={
        apart
          ? i18n.t("{about}。两边都照数算；以后任一边再改，会重新提示。记在你的名下。", { about })
          : i18n.t("{about}。重新提示可能重复。记在你的名下。", { about })
      }
      confirm={apart ? i18n.t("不是重复，都算") : i18n.t("重新存疑")}
      onReason={(reason) => judgeDouble(incident.id, row, apart, reason)}
      onClose={onClose}
    />
  );
}
