// Keeping something quiet: what, for how long, why; said beforehand what it covers now, what it does not,
// and where the limits are.
import { useMemo, useState } from "react";
import { silence } from "../../actions/ledger";
import { limit, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { hazardName, levelName } from "../../i18n/words";
import { isOpenMatcher, longest, wouldCover } from "../../state/ledger";
import { levelCounts, mayAct, shownLevel } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty, Panel } from "../../ui/Panel";
import type { Level, Matcher } from "../../wire/view";
import { Choice } from "../alarms/AlarmFilters";
import { useNow } from "../clock/useNow";
import { type LedgerDraft, useDesk } from "../desk/desk";
import { useKeep } from "../keep/useKeep";
import { Counts, Mark } from "../marks/Mark";
import { AlarmLine } from "../situations/parts";
import { areaName } from "../stations/townships";
import { whyNot } from "../timebar/whyNot";
import { matcherWords } from "./ledgerWords";
import { StationChooser } from "./StationChooser";
import { WorkForm } from "./WorkForm";

const MINUTE = 60_000;
const SPANS = [30, 60, 120, 240, 480, 720];
const LEVELS: Level[] = [1, 2, 3, 4];

export function QuietComposer({ county, draft }: { county: County; draft: LedgerDraft }) {
  const { move } = useDesk();
  const allowed = useApp(mayAct);
  const [kind, setKind] = useState(draft.kind);
  if (!allowed) {
    return (
      <Panel title={i18n.t("静默")} testId="quiet-composer" className="g">
        <Empty title={whyNot(i18n.t("你可以看，不能改。静默和检修需要值班员角色。"))}>
          {i18n.t("请值班员来做。")}
        </Empty>
      </Panel>
    );
  }
  const kinds: [LedgerDraft["kind"], string][] = [
    ["silence", i18n.t("静默")],
    ["maintenance", i18n.t("检修")],
    ["service", i18n.t("停用")],
  ];
  return (
    <Panel
      title={i18n.t("让它不响")}
      testId="quiet-composer"
      className="g"
      aside={
        <Button small onPress={() => move({ to: "ledger" })}>
          {i18n.t("不做了")}
        </Button>
      }
      filters={kinds.map(([one, name]) => (
        <Chip key={one} on={one === kind} onPress={() => setKind(one)} testId={`kind-${one}`}>
          {name}
        </Chip>
      ))}
    >
      <div className="pb">
        {kind === "silence" ? (
          <SilenceForm county={county} start={draft.matcher} />
        ) : (
          <WorkForm
            county={county}
            kind={kind}
            station={draft.matcher.station ?? null}
            onDone={() => move({ to: "ledger" })}
          />
        )}
      </div>
    </Panel>
  );
}

function SilenceForm({ county, start }: { county: County; start: Matcher }) {
  const now = useNow();
  const { move } = useDesk();
  const [matcher, setMatcher] = useState<Matcher>({ up_to: 3, ...start });
  const [minutes, setMinutes] = useState(60);
  const [why, setWhy] = useState("");
  const { keep, unkept } = useKeep();
  const set = (part: Partial<Matcher>) => setMatcher({ ...matcher, ...part });
  const { covered, above } = useMemo(() => wouldCover(matcher, county), [matcher, county]);
  const most = longest(matcher);
  const tooLong = minutes * MINUTE > most;
  const open = isOpenMatcher(matcher);
  const red = matcher.up_to === 4;
  const heavy = covered.filter((alarm) => shownLevel(alarm) >= 3);
  const send = () =>
    keep(
      () => silence(clean(matcher), new Date(now + minutes * MINUTE), why.trim()),
      () => move({ to: "ledger" }),
    );
  return (
    <>
      <div className="form">
        <div className="pairs">
          <Choices county={county} matcher={matcher} set={set} />
        </div>
        <StationChooser
          county={county}
          chosen={matcher.station ? [matcher.station] : []}
          onChange={(list) => set({ station: list.at(-1) ?? null })}
        />
        <div>
          <span className="lab">{i18n.t("最高静到哪一级")}</span>
          <div className="chips">
            {LEVELS.map((level) => (
              <Chip
                key={level}
                on={matcher.up_to === level}
                onPress={() => set({ up_to: level })}
                testId={`up-to-${level}`}
              >
                <Mark level={level} size={14} />
                {levelName(level)}
              </Chip>
            ))}
          </div>
        </div>
        <div>
          <span className="lab">
            {i18n.t("多久，到 {time}", { time: stamp(now + minutes * MINUTE, now) })}
          </span>
          <div className="chips">
            {SPANS.map((one) => (
              <Chip
                key={one}
                on={minutes === one}
                onPress={() => setMinutes(one)}
                testId={`span-${one}`}
              >
                {limit(one * MINUTE)}
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
            data-testid="silence-reason"
          />
        </label>
      </div>
      <div className="sendbox" data-testid="silence-effect">
        <p>
          {open
            ? i18n.t("先限定灾种、地方、站或规则：不能把全县静默。")
            : i18n.t("{what}，现在会盖住 {n} 条。", {
                what: matcherWords(county, matcher),
                n: covered.length,
              })}
        </p>
        {open ? null : (
          <div className="f">
            <Counts counts={levelCounts(covered)} />
            {above.length > 0 ? (
              <span className="i2">
                {i18n.t("另有 {n} 条级别更高，照常响", { n: above.length })}
              </span>
            ) : null}
          </div>
        )}
        {heavy.length > 0 ? (
          <div className="named">
            {heavy.map((alarm) => (
              <AlarmLine key={alarm.key} alarm={alarm} county={county} now={now} />
            ))}
          </div>
        ) : null}
        <p className="s i2">
          {red
            ? i18n.t("含红色：最长 2 小时，另一个人同意后才生效。")
            : i18n.t("最长 12 小时。级别升到这以上照常响。")}{" "}
          {i18n.t("全部回落 30 分钟后提前结束；到期还在报警的马上响，到期前 10 分钟提醒。")}
        </p>
        {tooLong ? (
          <p>
            <b>{i18n.t("最长 {limit}，请选短一些。", { limit: limit(most) })}</b>
          </p>
        ) : null}
        {unkept}
        <div className="acts">
          <Button
            kind="primary"
            disabled={open || tooLong || why.trim() === ""}
            onPress={send}
            testId="silence-confirm"
          >
            {red
              ? i18n.t("提请静默 {n} 条", { n: covered.length })
              : i18n.t("静默 {n} 条", { n: covered.length })}
          </Button>
          {why.trim() === "" && !open ? (
            <span className="i3 s">{i18n.t("写了理由才能静默")}</span>
          ) : null}
        </div>
      </div>
    </>
  );
}

/** A matcher without its empty fields. */
function clean(matcher: Matcher): Matcher {
  return Object.fromEntries(Object.entries(matcher).filter(([, value]) => value)) as Matcher;
}

function Choices(props: {
  county: County;
  matcher: Matcher;
  set: (part: Partial<Matcher>) => void;
}) {
  const { county, matcher, set } = props;
  const all: [string, string] = ["", i18n.t("不限")];
  const hazards = new Map<string, string>();
  const rules = new Map<string, string>();
  for (const alarm of county.alarms.values()) hazards.set(alarm.hazard, hazardName(alarm.hazard));
  for (const series of county.series.values())
    for (const line of series.thresholds) rules.set(line.rule, line.rule);
  if (matcher.hazard) hazards.set(matcher.hazard, hazardName(matcher.hazard));
  if (matcher.rule) rules.set(matcher.rule, matcher.rule);
  const codes = (kind: "township" | "catchment") => {
    const found = new Set<string>();
    for (const station of county.stations.values()) {
      const code = kind === "township" ? station.township : station.catchment;
      if (code) found.add(code);
    }
    return [...found].sort().map((code): [string, string] => [code, areaName(county, kind, code)]);
  };
  return (
    <>
      <Choice
        label={i18n.t("灾种")}
        value={matcher.hazard ?? ""}
        onChange={(hazard) => set({ hazard: hazard || null })}
        options={[all, ...hazards]}
        testId="silence-hazard"
      />
      <Choice
        label={i18n.t("乡镇")}
        value={matcher.township ?? ""}
        onChange={(township) => set({ township: township || null })}
        options={[all, ...codes("township")]}
        testId="silence-township"
      />
      <Choice
        label={i18n.t("流域")}
        value={matcher.catchment ?? ""}
        onChange={(catchment) => set({ catchment: catchment || null })}
        options={[all, ...codes("catchment")]}
        testId="silence-catchment"
      />
      <Choice
        label={i18n.t("规则")}
        value={matcher.rule ?? ""}
        onChange={(rule) => set({ rule: rule || null })}
        options={[all, ...rules]}
        testId="silence-rule"
      />
    </>
  );
}
