// One line of the ledger, whole; to be ended, extended or agreed to by a second person.
import { useEffect, useState } from "react";
import { approve, endSuppression, extend } from "../../actions/ledger";
import { wantTexts } from "../../actions/read";
import { limit, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName, quietName } from "../../i18n/words";
import { type LedgerRow, longest, SHELVE_MS, wouldCover } from "../../state/ledger";
import { byUrgency, mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { AlarmView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { AlarmLine } from "../situations/parts";
import { whyNot } from "../timebar/whyNot";
import { Left } from "./Left";
import { endWords, orderWords, rowWords } from "./ledgerWords";

const MINUTE = 60_000;

export function EntryPanel({ row, county }: { row: LedgerRow; county: County }) {
  const now = useNow();
  const one = row.suppression;
  const reason = useApp((state) => state.texts.get(one?.reason ?? ""));
  useEffect(() => wantTexts([one?.reason ?? null]), [one?.reason]);
  const alarms = row.waits ? wouldBe(row, county) : ofKeys(row.matches, county);
  const name = (id: string) => personName(county.people.get(id), id);
  const facts: [string, string][] = [
    [i18n.t("谁"), row.by ? name(row.by) : i18n.t("系统按规则")],
    [
      i18n.t("为什么"),
      row.kind === "maintenance" ? orderWords(one?.ticket ?? reason) : (reason ?? "—"),
    ],
    [i18n.t("从"), row.from ? stamp(row.from, now) : "—"],
    [i18n.t("到"), row.until ? stamp(row.until, now) : endWords(row)],
  ];
  if (one?.approved_by) facts.push([i18n.t("谁同意的"), name(one.approved_by)]);
  return (
    <Panel
      title={quietName(row.kind)}
      aside={<Left row={row} now={now} />}
      testId="ledger-entry"
      className="g"
    >
      <div className="pb">
        <p className="empty">
          <b>{rowWords(county, row)}</b>
        </p>
        <dl className="plain">
          {facts.map(([term, words]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
        {one ? <Deeds row={row} now={now} reason={reason ?? ""} /> : <Why row={row} />}
        <div className="pt">
          <h2>{row.waits ? i18n.t("同意后会盖住") : i18n.t("盖住的报警")}</h2>
          <span className="i2">{alarms.length}</span>
        </div>
        {alarms.length === 0 ? (
          <p className="line i3">
            {row.waits
              ? i18n.t("现在没有可盖住的报警；以后来的也会不响。")
              : i18n.t("现在没有盖住任何报警。")}
          </p>
        ) : (
          alarms.map((alarm) => (
            <AlarmLine key={alarm.key} alarm={alarm} county={county} now={now} />
          ))
        )}
      </div>
    </Panel>
  );
}

function ofKeys(keys: readonly string[], county: County): AlarmView[] {
  return keys.flatMap((key) => county.alarms.get(key) ?? []);
}

/** What it would cover if it were agreed to now. */
function wouldBe(row: LedgerRow, county: County): AlarmView[] {
  const one = row.suppression;
  if (one?.matcher) return wouldCover(one.matcher, county).covered.sort(byUrgency);
  return [...county.alarms.values()].filter((alarm) => one?.stations.includes(alarm.station));
}

/** Lines that no person began end by themselves; says when. */
function Why({ row }: { row: LedgerRow }) {
  return (
    <p className="note">
      {row.kind === "flapping"
        ? i18n.t("摆动停下两个窗口后自动恢复；级别再升会马上响。")
        : row.kind === "flood"
          ? i18n.t("10 分钟少于 5 条时自动退出。其余报警照常入列，只是不响。")
          : i18n.t("源头结束后等 60 秒，还在报警的会响。红色、失视和盲区从不压下。")}
    </p>
  );
}

function Deeds({ row, now, reason }: { row: LedgerRow; now: number; reason: string }) {
  const one = row.suppression;
  const me = useApp((state) => state.me?.person.id);
  const allowed = useApp(mayAct);
  const busy = useApp((state) =>
    state.outbox.some(
      (each) =>
        each.subject.suppression === row.id &&
        each.state !== "received" &&
        each.state !== "refused",
    ),
  );
  const [more, setMore] = useState<number | null>(null);
  if (!one) return null;
  if (one.kind === "inhibited") return <Why row={row} />;
  const timed = one.until !== null && one.kind !== "out_of_service";
  const most =
    one.kind === "shelved" ? SHELVE_MS : one.matcher ? longest(one.matcher) : 24 * 60 * MINUTE;
  const until = more === null ? null : Math.max(now, Date.parse(one.until ?? "")) + more * MINUTE;
  const tooLong = until !== null && until - now > most;
  return (
    <div className="form" style={{ flex: "none" }}>
      {allowed ? null : (
        <p className="i2">{whyNot(i18n.t("你可以看，不能改。静默和检修需要值班员角色。"))}</p>
      )}
      {one.waits_for_approval ? (
        <p>
          {one.by === me
            ? i18n.t("这是你自己提的，要由另一个人同意，同意前照常响。")
            : i18n.t("同意后马上生效；你的名字会记在上面。")}
        </p>
      ) : null}
      <div className="acts">
        {one.waits_for_approval ? (
          <Button
            kind="primary"
            disabled={!allowed || one.by === me || busy}
            onPress={() => void approve(one.id)}
            testId="approve"
          >
            {i18n.t("同意")}
          </Button>
        ) : null}
        <Button
          disabled={!allowed || busy}
          onPress={() => void endSuppression(one)}
          testId="end-suppression"
        >
          {busy
            ? i18n.t("正在送到服务器…")
            : one.waits_for_approval
              ? i18n.t("不要了")
              : one.kind === "out_of_service"
                ? i18n.t("恢复使用")
                : i18n.t("现在结束")}
        </Button>
      </div>
      {timed && !one.waits_for_approval ? (
        <>
          <div className="chips">
            <span className="i3 s">{i18n.t("延长")}</span>
            {[30, 60, 120].map((minutes) => (
              <Chip
                key={minutes}
                on={more === minutes}
                onPress={() => setMore(more === minutes ? null : minutes)}
                testId={`extend-${minutes}`}
              >
                + {limit(minutes * MINUTE)}
              </Chip>
            ))}
          </div>
          {until === null ? null : tooLong ? (
            <p>{i18n.t("从现在起最长 {limit}，这样会超过。", { limit: limit(most) })}</p>
          ) : (
            <Button
              disabled={!allowed || busy}
              onPress={() => {
                void extend(one, new Date(until), reason || i18n.t("延长"));
                setMore(null);
              }}
              testId="extend"
            >
              {i18n.t("延长到 {time}", { time: stamp(until, now) })}
            </Button>
          )}
        </>
      ) : null}
    </div>
  );
}
