// On what it was decided: the samples, what happened since, and what people found it to be.
import { Fragment, useState } from "react";
import { markTruth } from "../../actions/alarms";
import { stamp, value } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName, qualityName, truthName } from "../../i18n/words";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { AlarmView, EvidenceView, Truth } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { DuplicateDialog } from "./DuplicateDialog";

interface EvidenceProps {
  alarm: AlarmView;
  county: County;
  now: number;
  unit: string | undefined;
}

const TRUTHS: Truth[] = ["unverified", "true", "false", "test", "duplicate"];

export function Evidence({ alarm, county, now, unit }: EvidenceProps) {
  const allowed = useApp(mayAct);
  const { move } = useDesk();
  const [choosing, setChoosing] = useState(false);
  const kept = alarm.duplicate_of ? county.alarms.get(alarm.duplicate_of) : undefined;
  return (
    <Panel
      title={i18n.t("凭什么")}
      testId="evidence"
      aside={
        <span className="s i3">
          {i18n.t("规则版本 {version}", { version: county.rulesVersion.slice(0, 8) })}
        </span>
      }
    >
      {course(alarm, county).map(([time, words]) => (
        <div key={words} className="line">
          <span className="t">{stamp(time, now)}</span>
          <span>{words}</span>
        </div>
      ))}
      {alarm.evidence.length > 0 ? (
        <table data-testid="evidence-table">
          <caption className="vh">{i18n.t("定下最近一次变化的读数")}</caption>
          <thead>
            <tr>
              <th>{i18n.t("定下它的读数")}</th>
              <th className="r">{unit}</th>
              <th>{i18n.t("质量")}</th>
            </tr>
          </thead>
          <tbody>
            {evidenceOf(alarm).map(([of, samples]) => (
              <Fragment key={of}>
                {of === "" ? null : (
                  <tr data-testid="evidence-of">
                    <th colSpan={3} scope="rowgroup">
                      {seriesName(county, samples[0])}
                    </th>
                  </tr>
                )}
                {samples.map((sample) => (
                  <tr key={sample.time}>
                    <td>{stamp(sample.time, now)}</td>
                    <td className="r">
                      <b>{value(sample.value, undefined)}</b>
                    </td>
                    <td className="i3">{qualityName(sample.quality)}</td>
                  </tr>
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="line i3">{i18n.t("没有留下定下它的读数。")}</p>
      )}
      <div className="pf wrapline">
        {i18n.t("判断")}
        {TRUTHS.map((truth) => (
          <Chip
            key={truth}
            on={alarm.truth === truth}
            onPress={() => {
              if (!allowed) return;
              if (truth === "duplicate") setChoosing(true);
              else void markTruth(alarm.key, truth);
            }}
            testId={`truth-${truth}`}
          >
            {truthName(truth)}
          </Chip>
        ))}
        {kept ? (
          <button
            type="button"
            className="link"
            onClick={() => move({ to: "open", alarm: kept.key, station: kept.station })}
            data-testid="duplicate-of"
          >
            {i18n.t("重复于 {name}", {
              name: `${say(county.stations.get(kept.station)?.name) || kept.station} ${say(kept.title)}`,
            })}
          </button>
        ) : null}
      </div>
      {choosing ? (
        <DuplicateDialog
          alarm={alarm}
          county={county}
          now={now}
          onClose={() => setChoosing(false)}
        />
      ) : null}
    </Panel>
  );
}

/** The samples of the alarm's own series. */
export function ownEvidence(alarm: AlarmView): EvidenceView[] {
  return alarm.evidence.filter((sample) => !sample.station);
}

/** The samples by series, each newest first: the alarm's own under "", then others that had a part in it. */
function evidenceOf(alarm: AlarmView): [string, EvidenceView[]][] {
  const groups = new Map<string, EvidenceView[]>();
  for (const sample of alarm.evidence) {
    const of = sample.station ? `${sample.station}/${sample.quantity ?? ""}` : "";
    groups.set(of, [sample, ...(groups.get(of) ?? [])]);
  }
  return [...groups];
}

/** Station, quantity and unit of a sample that is of another series. */
function seriesName(county: County, sample: EvidenceView | undefined): string {
  const station = county.stations.get(sample?.station ?? "");
  const series = station?.series.find((one) => one.quantity === sample?.quantity);
  const unit = series?.unit ? `（${series.unit}）` : "";
  const name = say(station?.name) || sample?.station || "";
  return `${name} ${say(series?.title) || sample?.quantity || ""}${unit}`;
}

/** What happened, oldest first. */
function course(alarm: AlarmView, county: County): [string, string][] {
  const lines: [string, string][] = [
    [
      alarm.raised,
      alarm.occurrence > 1
        ? i18n.t("报警开始，第 {n} 次", { n: alarm.occurrence })
        : i18n.t("报警开始"),
    ],
  ];
  if (alarm.peak_at && alarm.peak)
    lines.push([alarm.peak_at, i18n.t("最高 {peak}", { peak: alarm.peak })]);
  if (alarm.returned) lines.push([alarm.returned, i18n.t("回落到线下")]);
  if (alarm.ack) {
    const name = personName(county.people.get(alarm.ack.by), alarm.ack.by);
    lines.push([alarm.ack.at, i18n.t("{name} 确认", { name })]);
  }
  return lines.sort((a, b) => a[0].localeCompare(b[0]));
}
