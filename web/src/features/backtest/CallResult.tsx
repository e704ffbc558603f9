// Who would have been called otherwise: counts of both runs, call by call, run by run, gaps, and what of the
// record had no place.
import { useMemo, useState } from "react";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { CALL_MOVEMENTS, callRows } from "../../state/calltrial";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { CallMovement, CallReport } from "../../wire/backtest";
import { useNow } from "../clock/useNow";
import { AstrayList } from "./AstrayList";
import { CallDifferenceRow } from "./CallDifferenceRow";
import { CallTally } from "./CallTally";
import { callMovementName } from "./callWords";
import { RunTable } from "./RunTable";

const ROW = 52;

export function CallResult({ county, report }: { county: County; report: CallReport }) {
  const now = useNow();
  const [only, setOnly] = useState<CallMovement | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = useMemo(() => callRows(report, only), [report, only]);
  return (
    <div className="pb trial" data-testid="call-result">
      <div className="pf">
        <span>
          {i18n.t("{from} 到 {to}，记录 {n} 条，两遍一样", {
            from: stamp(report.from, now),
            to: stamp(report.to, now),
            n: report.inputs.toLocaleString("en-US"),
          })}
        </span>
      </div>
      <p className="line i2" data-testid="as-it-was">
        {report.as_it_was
          ? i18n.t("A 就是那时实际叫的；B 是推演。")
          : i18n.t("那段时间用的文件和现行的不同：A 是按现行文件推演的，不是实际叫的。")}
      </p>
      <CallTally report={report} />
      {report.b.unknown > 0 ? (
        <p className="line" data-testid="unknown">
          <b>
            {i18n.t(
              "B 叫到 {n} 个记录里没叫过的人：会不会接，没人知道。按没有回音算，一步步往下叫，直到有记录的人应答。",
              { n: report.b.unknown },
            )}
          </b>
        </p>
      ) : null}
      <div className="line chips" data-testid="call-counts">
        <span>{i18n.t("B 比 A")}</span>
        {CALL_MOVEMENTS.map((one) => (
          <Chip
            key={one}
            on={only === one}
            onPress={() => setOnly(only === one ? null : one)}
            testId={`called-${one}`}
          >
            {callMovementName(one)} <b>{report.difference[one]}</b>
          </Chip>
        ))}
      </div>
      {shown.length === 0 ? (
        <Empty
          title={
            report.difference.pairs.length === 0
              ? i18n.t("这段时间里两边都没有叫过人。")
              : only
                ? i18n.t("没有这样的叫应。")
                : i18n.t("两边在同样的时刻叫了同样的人。")
          }
        />
      ) : (
        <div className="trialrows" style={{ height: Math.min(shown.length, 8) * ROW }}>
          <VirtualList
            items={shown}
            rowHeight={ROW}
            keyOf={(one) => one.key}
            label={i18n.t("两边不一样的叫应，先叫的在前")}
            active={chosen}
            onActivate={setChosen}
            onOpen={setChosen}
            testId="call-rows"
            render={(one, selected) => (
              <CallDifferenceRow
                row={one}
                report={report}
                county={county}
                now={now}
                selected={selected}
              />
            )}
          />
        </div>
      )}
      <RunTable county={county} report={report} />
      <AstrayList county={county} report={report} now={now} />
    </div>
  );
}
