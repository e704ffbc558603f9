// The after-action report: chosen, read, followed to the journal, written to, printed and taken away.
import { useEffect, useMemo, useState } from "react";
import { wantTexts } from "../../actions/read";
import { i18n, useLocale } from "../../i18n/i18n";
import { incidentsOf } from "../../state/incidents";
import {
  flaw,
  interval,
  parameters,
  type ReportAsk,
  SECTIONS,
  versions,
  written,
} from "../../state/report";
import { mayTry } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Empty, Key, Panel } from "../../ui/Panel";
import type { ReportSection } from "../../wire/report";
import { Instant } from "../clock/Typed";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { Article } from "./Article";
import { Downloads } from "./Downloads";
import { EntrySheet } from "./EntrySheet";
import { Moments } from "./Moments";
import { askName, sectionName } from "./reportWords";
import { useReport, useTexts } from "./useReport";
import { Writing } from "./Writing";

type Side =
  | { kind: "list" }
  | { kind: "entry"; number: number }
  | { kind: "write"; section: ReportSection };

/** Counties with a six-digit code have a time of their own, which the server knows. */
const zoneOf = (code: string) =>
  /^\d{6}$/.test(code) ? null : Intl.DateTimeFormat().resolvedOptions().timeZone;

export function ReportPage({ county }: { county: County }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const lang = useLocale();
  const allowed = useApp((state) => mayTry(state.me?.person));
  const kept = useApp(
    (state) =>
      state.outbox.filter(
        (one) => one.subject.action === "write_report" && one.state === "received",
      ).length,
  );
  const [round, setRound] = useState(0);
  const [side, setSide] = useState<Side>({ kind: "list" });
  const ask = desk.report;
  const { moments } = desk;
  const more = { jurisdiction: county.code, lang, zone: zoneOf(county.code), moments };
  const asked = allowed && ask ? parameters(ask, more) : null;
  const report = useReport(asked, round + kept);
  const list = useTexts(county.code, round + kept, allowed);
  const close = () => setSide({ kind: "list" });
  // Where there is room for one column: the article, or what is beside it.
  const [beside, setBeside] = useState(false);
  const open = beside || side.kind !== "list";
  return (
    <section className="p pagep reportpage" data-testid="report">
      <Chooser county={county} now={now} onAsk={(next) => move({ to: "report", ask: next })} />
      <div className="pagebody" data-side={open ? "open" : "closed"}>
        <div className="p pagelist">
          <div className="pb">
            {!allowed ? (
              <Empty title={i18n.t("复盘报告要规划、值班员或管理员角色。")} />
            ) : report.kind === "idle" ? (
              <Empty title={i18n.t("选一段时间或一个事件，报告由日志当场生成。")}>
                {i18n.t("也可以在时间条上拖出一段，或从事件里打开。")}
              </Empty>
            ) : report.kind === "asking" ? (
              <Empty title={i18n.t("正在重走这段日志…")} />
            ) : report.kind === "failed" ? (
              <Empty title={i18n.t("报告没有生成。")}>
                {report.words}{" "}
                <Button small onPress={() => setRound(round + 1)}>
                  {i18n.t("再试一次")}
                </Button>
              </Empty>
            ) : (
              <Article
                markup={report.markup}
                onEntry={(number) => setSide({ kind: "entry", number })}
                onSection={(section) => setSide({ kind: "write", section })}
              />
            )}
          </div>
        </div>
        <aside className="p pageside">
          {side.kind === "entry" ? (
            <EntrySheet key={side.number} number={side.number} now={now} onDone={close} />
          ) : side.kind === "write" && ask ? (
            <Writing
              key={side.section}
              county={county}
              ask={ask}
              section={side.section}
              list={list}
              now={now}
              onDone={close}
            />
          ) : (
            <div className="pb">
              {ask && allowed ? (
                <Moments
                  key={JSON.stringify(ask)}
                  county={county}
                  ask={ask}
                  now={now}
                  busy={report.kind === "here" && report.anew}
                />
              ) : null}
              {ask && report.kind === "here" ? (
                <>
                  <Panel title={i18n.t("手写")}>
                    {SECTIONS.map((section) => (
                      <button
                        key={section}
                        type="button"
                        className="decline rowbtn"
                        onClick={() => setSide({ kind: "write", section })}
                        data-testid={`write-${section}`}
                      >
                        <span className="g">{sectionName(section)}</span>
                        <span className="s i2">
                          {i18n.t("{n} 版", { n: versions(list, ask, section).length })}
                        </span>
                      </button>
                    ))}
                  </Panel>
                  <Downloads
                    ask={ask}
                    more={more}
                    busy={report.anew}
                    onPrint={() => window.print()}
                  />
                </>
              ) : null}
              <Earlier county={county} list={list} now={now} />
            </div>
          )}
        </aside>
      </div>
      <div className="pk">
        <Key k="Tab ↵">{i18n.t("到下一个条目编号 / 打开")}</Key>
        <Key k="Esc">{i18n.t("返回")}</Key>
        <span className="narrowonly">
          <Button
            onPress={() => {
              close();
              setBeside(!open);
            }}
            testId="report-beside"
          >
            {open ? i18n.t("看报告正文") : i18n.t("指定时刻、手写、下载…")}
          </Button>
        </span>
      </div>
    </section>
  );
}

interface ChooserProps {
  county: County;
  now: number;
  onAsk: (ask: ReportAsk) => void;
}

/** An interval by two instants, or an incident by its name. */
function Chooser({ county, now, onAsk }: ChooserProps) {
  const { desk } = useDesk();
  const texts = useApp((state) => state.texts);
  const incidents = useMemo(() => incidentsOf(county), [county]);
  useEffect(() => wantTexts(incidents.map((one) => one.title)), [incidents]);
  const shown = desk.report?.kind === "interval" ? desk.report : null;
  const [from, setFrom] = useState<number | null>(null);
  const [to, setTo] = useState<number | null>(null);
  // Another report was opened from elsewhere: its interval is the one to go on from.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another one is open
  useEffect(() => {
    setFrom(null);
    setTo(null);
  }, [desk.report]);
  const begin = from ?? shown?.from ?? now - 6 * 3_600_000;
  const end = to ?? shown?.to ?? now;
  const wrong = flaw(begin, end, now);
  return (
    <form
      className="pt reportpick"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) onAsk(interval(begin, end));
      }}
    >
      <h2>{i18n.t("复盘报告")}</h2>
      <Instant label={i18n.t("从")} at={begin} onChange={setFrom} testId="report-from" />
      <Instant label={i18n.t("到")} at={end} onChange={setTo} testId="report-to" />
      <Button
        small
        kind="primary"
        submit
        disabled={wrong !== null}
        onPress={() => {}}
        testId="report-make"
      >
        {i18n.t("生成")}
      </Button>
      {wrong ? (
        <b className="s wrong" role="status">
          {wrong === "order"
            ? i18n.t("结束要晚于开始。")
            : wrong === "long"
              ? i18n.t("一份报告最多 31 天。")
              : i18n.t("还没有发生。")}
        </b>
      ) : null}
      <span className="g" />
      <select
        className="in"
        aria-label={i18n.t("应急事件")}
        value={desk.report?.kind === "incident" ? desk.report.id : ""}
        onChange={(event) => onAsk({ kind: "incident", id: event.target.value })}
        data-testid="report-incident"
      >
        <option value="" disabled>
          {i18n.t("或选一个事件…")}
        </option>
        {incidents.map((one) => (
          <option key={one.id} value={one.id}>
            {texts.get(one.title) ?? "…"}
          </option>
        ))}
      </select>
    </form>
  );
}

/** Reports that somebody wrote to: what was written there waits for whoever opens the same one. */
function Earlier({
  county,
  list,
  now,
}: {
  county: County;
  list: Parameters<typeof written>[0];
  now: number;
}) {
  const { move } = useDesk();
  const texts = useApp((state) => state.texts);
  const reports = written(list);
  if (reports.length === 0) return null;
  return (
    <Panel title={i18n.t("写过的报告")} count={reports.length}>
      {reports.slice(0, 20).map(({ ask, last }) => (
        <button
          key={last.entry}
          type="button"
          className="decline rowbtn"
          onClick={() => move({ to: "report", ask })}
          data-testid="report-earlier"
        >
          <span className="g el">{askName(ask, county, texts, now)}</span>
          <span className="s i2">#{last.entry}</span>
        </button>
      ))}
    </Panel>
  );
}
