// What a number is made of: the versions that stated it, their pictures, the cases of its ledger. Nothing of a
// version ever changes, so what stood before stays to be read.
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { cellOf, itemOf, lossesOf, shown, versionsBy } from "../../state/losses";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import type { CaseView, IncidentView, LossItem, LossVersion, TownshipLoss } from "../../wire/view";
import { Photos } from "../commands/Photos";
import { areaName } from "../stations/townships";
import { caseName, itemName, sealedWords, unitName, versionName } from "./lossWords";

export type LossOf =
  | { of: "cell"; township: string; item: LossItem }
  | { of: "total"; item: LossItem }
  | { of: "history"; township: string };

interface LossSourcesProps {
  county: County;
  incident: IncidentView;
  of: LossOf;
  now: number;
  onOpen: (of: LossOf) => void;
  onClose: () => void;
}

export function LossSources({ county, incident, of, now, onOpen, onClose }: LossSourcesProps) {
  const { townships } = lossesOf(incident);
  const row = townships.find((one) => of.of !== "total" && one.township === of.township);
  const name = row ? areaName(county, "township", row.township) : i18n.t("合计");
  const title =
    of.of === "history" ? name : `${name} · ${itemName(of.item)}（${unitName(of.item)}）`;
  return (
    <Dialog title={title} onClose={onClose} testId="loss-sources">
      <div className="losssources">
        {of.of === "total" ? (
          <Parts county={county} incident={incident} item={of.item} onOpen={onOpen} />
        ) : null}
        {of.of === "cell" && row ? (
          <Steps county={county} incident={incident} row={row} item={of.item} now={now} />
        ) : null}
        {of.of === "history" && row ? (
          <>
            {[...row.versions].reverse().map((version) => (
              <Version key={version.id} county={county} version={version} now={now}>
                {version.figures
                  .map(
                    ({ item, value }) => `${itemName(item)} ${shown(item, value)}${unitName(item)}`,
                  )
                  .join(i18n.t("，"))}
              </Version>
            ))}
            <Cases row={row} cases={row.cases} />
          </>
        ) : null}
      </div>
      <div className="acts">
        <Button onPress={onClose}>{i18n.t("返回")}</Button>
      </div>
    </Dialog>
  );
}

interface PartsProps {
  county: County;
  incident: IncidentView;
  item: LossItem;
  onOpen: (of: LossOf) => void;
}

/** The townships a sum is made of; each opens its own number. */
function Parts({ county, incident, item, onOpen }: PartsProps) {
  return lossesOf(incident).townships.map((row) => {
    const cell = cellOf(row, item);
    return (
      <div key={row.township} className="decline">
        <span className="g el">{areaName(county, "township", row.township)}</span>
        {cell ? (
          <Button
            small
            onPress={() => onOpen({ of: "cell", township: row.township, item })}
            testId="loss-part"
          >
            {shown(item, cell.value)}
          </Button>
        ) : (
          <span className="s i3">{i18n.t("没有报")}</span>
        )}
      </div>
    );
  });
}

interface StepsProps {
  county: County;
  incident: IncidentView;
  row: TownshipLoss;
  item: LossItem;
  now: number;
}

/** Every value a number has had, newest first, with the version that stated it. */
function Steps({ county, incident, row, item, now }: StepsProps) {
  const cell = cellOf(row, item);
  const versions = versionsBy(lossesOf(incident));
  if (!cell) return null;
  const cases = row.cases.filter(
    (one) => itemOf(one.kind) === item || one.was.some((kind) => itemOf(kind) === item),
  );
  return (
    <>
      {[...cell.steps].reverse().map((step, n, list) => {
        const version = versions.get(step.version)?.version;
        if (!version) return null;
        const before = list[n + 1];
        return (
          <Version key={step.version} county={county} version={version} now={now} down={step.down}>
            <b>{shown(item, step.value)}</b>{" "}
            {before ? (
              <span className={step.down ? "tag inv" : "s i2"} data-testid="loss-before">
                {step.down
                  ? i18n.t("下调，此前 {n}", { n: shown(item, before.value) })
                  : i18n.t("此前 {n}", { n: shown(item, before.value) })}
              </span>
            ) : null}
          </Version>
        );
      })}
      <Cases row={row} cases={cases} />
    </>
  );
}

interface VersionProps {
  county: County;
  version: LossVersion;
  now: number;
  down?: boolean;
  children: React.ReactNode;
}

function Version({ county, version, now, down = false, children }: VersionProps) {
  const texts = useApp((state) => state.texts);
  const { cases } = version;
  return (
    <div className="version" data-testid="loss-version" data-n={version.number} data-down={down}>
      <div className="s i2">
        {i18n.t("{version}，{time}，{name} 报", {
          version: versionName(version.stage, version.nth),
          time: stamp(version.at, now),
          name: personName(county.people.get(version.by), version.by),
        })}{" "}
        {version.late ? <span className="tag">{i18n.t("迟报")}</span> : null}
        {cases.length > 0 ? i18n.t("台账改 {n} 条", { n: cases.length }) : null}
      </div>
      <div>{children}</div>
      {version.note ? <p className="wording">{texts.get(version.note) ?? "…"}</p> : null}
      {version.photos.length > 0 ? <Photos photos={version.photos} /> : null}
    </div>
  );
}

/** The ledger: what was taken out stays to be read, struck. */
function Cases({ row, cases }: { row: TownshipLoss; cases: readonly CaseView[] }) {
  const texts = useApp((state) => state.texts);
  if (cases.length === 0) return null;
  const named = (seal: string | null | undefined, none: string) =>
    seal ? sealedWords(texts, seal) : none;
  const versions = new Map(row.versions.map((one) => [one.id, versionName(one.stage, one.nth)]));
  return (
    <>
      <h3 className="lab">{i18n.t("台账")}</h3>
      {cases.map((one) => (
        <div key={one.case} className="decline" data-testid="loss-case" data-case={one.case}>
          <span className={`g col${one.withdrawn ? " struck" : ""}`}>
            <b>
              {[...one.was, one.kind].map(caseName).join(" → ")} {one.village}{" "}
              {named(one.name, i18n.t("姓名不详"))}
            </b>
            <span className="s i2">
              {one.versions.map((id) => versions.get(id) ?? "").join(i18n.t("、"))}
            </span>
          </span>
          {one.withdrawn ? (
            <span className="s">{i18n.t("已撤下：{why}", { why: named(one.withdrawn, "") })}</span>
          ) : null}
        </div>
      ))}
    </>
  );
}
