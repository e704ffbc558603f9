// The county calls this person: what about, and the two verbs that answer it, within reach of a thumb.
import { useState } from "react";
import { answerCall } from "../../actions/duty";
import { span } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { type OwnCall, ownCalls } from "../../state/rollcall";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Sheet } from "../../ui/Sheet";
import { useNow } from "../clock/useNow";
import { callName } from "../duty/dutyWords";
import { useKeep } from "../keep/useKeep";
import { PROOF_CLASS, proofOfPress } from "./proof";
import { useSeenCall } from "./useReceipts";

/** Calls at this person; those answered here count as answered once the county has it. */
export function useOwnCalls(county: County | null, person: string): OwnCall[] {
  return county ? ownCalls(county, person) : [];
}

export function OwnCalls({ county, calls }: { county: County; calls: OwnCall[] }) {
  const now = useNow();
  const outbox = useApp((state) => state.outbox);
  const [declining, setDeclining] = useState(false);
  const [call] = calls;
  useSeenCall(call, county.pages);
  if (!call) return null;
  const mine = outbox.filter((one) => one.subject.page === call.page);
  const proof = (yes: boolean) => {
    const last = mine.filter((one) => one.subject.yes === yes).at(-1);
    return last ? proofOfPress(last) : null;
  };
  const [here, away] = [proof(true), proof(false)];
  const said = (one: typeof here) => one !== null && one.state !== "refused";
  const rolled = "roll_call" in call.about;
  return (
    <section className="owncall" aria-label={i18n.t("县里在叫你")} data-testid="own-call">
      <p role="alert">
        <b>{callName(county, call)}</b>{" "}
        <span className="tag inv">
          {i18n.t("等了 {span}", { span: span(now - Date.parse(call.at)) })}
        </span>
        {calls.length > 1 ? (
          <span className="s i2"> {i18n.t("另有 {n} 个", { n: calls.length - 1 })}</span>
        ) : null}
      </p>
      <div className="verbs">
        <button
          type="button"
          className={`verb ${said(here) ? "said" : "next"}`}
          disabled={said(here) || said(away)}
          onClick={() => void answerCall(call.page, true)}
          data-testid="own-call-yes"
        >
          <b>{rolled ? i18n.t("我在") : i18n.t("收到")}</b>
          <small>
            {here ? (
              <span className={PROOF_CLASS[here.state]}>{here.words}</span>
            ) : rolled ? (
              i18n.t("在岗，能应急")
            ) : (
              i18n.t("我来管")
            )}
          </small>
        </button>
        <button
          type="button"
          className={`verb${said(away) ? " said" : ""}`}
          disabled={said(here) || said(away)}
          onClick={() => setDeclining(true)}
          data-testid="own-call-no"
        >
          <b>{rolled ? i18n.t("不在岗…") : i18n.t("不行…")}</b>
          <small>
            {away ? (
              <span className={PROOF_CLASS[away.state]}>{away.words}</span>
            ) : (
              i18n.t("县里会马上叫别人")
            )}
          </small>
        </button>
      </div>
      {declining ? (
        <DeclineCall
          rolled={rolled}
          onClose={() => setDeclining(false)}
          onReason={(reason) => answerCall(call.page, false, reason)}
        />
      ) : null}
    </section>
  );
}

interface DeclineProps {
  rolled: boolean;
  /** The press; the sheet stays open until it is kept. */
  onReason: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

function DeclineCall({ rolled, onReason, onClose }: DeclineProps) {
  const [words, setWords] = useState("");
  const { keep, unkept } = useKeep();
  const reasons = rolled
    ? [i18n.t("今天不是我的班"), i18n.t("请了假"), i18n.t("在路上"), i18n.t("身体不行")]
    : [i18n.t("正在做别的任务"), i18n.t("今天不是我的班"), i18n.t("联系别人"), i18n.t("身体不行")];
  const send = (reason: string) => keep(() => onReason(reason), onClose);
  return (
    <Sheet
      title={rolled ? i18n.t("为什么不在岗") : i18n.t("为什么不行")}
      onClose={onClose}
      testId="own-call-sheet"
    >
      <div className="grid">
        {reasons.map((reason, place) => (
          <button
            key={reason}
            type="button"
            className="verb"
            onClick={() => send(reason)}
            data-testid={`own-reason-${place}`}
          >
            <b>{reason}</b>
          </button>
        ))}
      </div>
      <label>
        <span className="lab">{i18n.t("别的原因")}</span>
        <input className="in" value={words} onChange={(event) => setWords(event.target.value)} />
      </label>
      {unkept}
      <div className="grid">
        <button
          type="button"
          className="verb"
          disabled={words.trim() === ""}
          onClick={() => send(words.trim())}
        >
          <b>{i18n.t("就这样报")}</b>
        </button>
        <button type="button" className="verb" onClick={onClose}>
          <b>{i18n.t("返回")}</b>
        </button>
      </div>
    </Sheet>
  );
}
