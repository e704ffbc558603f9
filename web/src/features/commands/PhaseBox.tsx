// A command of which nobody has been told yet: its number, the second person, the ten seconds in which
// it can be stopped. The clock is the server's; this only shows it.
import { useState } from "react";
import { approveCommand, confirmCommand, stopCommand } from "../../actions/commands";
import { stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { CommandView, Phase } from "../../wire/view";
import { useKeep } from "../keep/useKeep";
import { useKeys } from "../keys/useKeys";
import { HoldButton } from "./HoldButton";

/** People named where an order is to be agreed to. */
const NAMED = 40;

interface PhaseBoxProps {
  county: County;
  command: CommandView;
  phase: Phase;
  now: number;
}

export function PhaseBox({ county, command, phase, now }: PhaseBoxProps) {
  const n = command.reach?.length ?? 0;
  return (
    <div className="phasebox" data-testid="phase" data-phase={phase.phase}>
      {phase.phase === "held" ? <Held command={command} until={phase.until} now={now} /> : null}
      {phase.phase === "prepared" ? <Prepared county={county} command={command} n={n} /> : null}
      {phase.phase === "waiting" ? <Waiting county={county} command={command} n={n} /> : null}
      {phase.phase === "stopped" ? (
        <>
          <h2 className="l">{i18n.t("没有发出。没有任何人收到任何东西。")}</h2>
          <p className="i2">
            {phase.by
              ? i18n.t("{name} 在 {time} 停下。", {
                  name: personName(county.people.get(phase.by), phase.by),
                  time: stamp(phase.at, now),
                })
              : i18n.t("没有人确认人数，{time} 自动作废。", { time: stamp(phase.at, now) })}
          </p>
        </>
      ) : null}
    </div>
  );
}

function Held({ command, until, now }: { command: CommandView; until: string; now: number }) {
  const allowed = useApp(mayAct);
  const [sent, setSent] = useState(false);
  const left = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  const stop = () => {
    setSent(true);
    void stopCommand(command.id);
  };
  useKeys({ s: () => allowed && !sent && stop() });
  return (
    <>
      <div className="f">
        <h2 className="l g">{i18n.t("正在发出")}</h2>
        <span className="big" data-testid="held-seconds">
          {left}
        </span>
        <span className="i2">{i18n.t("秒后呼出")}</span>
      </div>
      <p className="i2">{i18n.t("还没有响任何电话。现在停，对方什么也不知道。")}</p>
      <button
        type="button"
        className="btn inv stopbtn"
        disabled={!allowed || sent}
        onClick={stop}
        data-testid="stop"
      >
        <span className="k">S</span> {i18n.t("停")}
      </button>
      <p className="s i3">{i18n.t("过了这段时间，只能发随模板绑定的撤回指令。")}</p>
    </>
  );
}

function Prepared({ county, command, n }: { county: County; command: CommandView; n: number }) {
  const allowed = useApp(mayAct);
  const [typed, setTyped] = useState("");
  const agrees = typed.trim() === String(n);
  return (
    <>
      <h2 className="l">{i18n.t("已备好，等人核对人数。会送到 {n} 人。", { n })}</h2>
      <ToWhom county={county} command={command} />
      <label className="f">
        <input
          className="in"
          style={{ width: 120 }}
          inputMode="numeric"
          aria-label={i18n.t("将送达的人数")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          data-testid="confirm-count"
        />
        <span className="s i2">{agrees ? i18n.t("与 {n} 一致", { n }) : ""}</span>
      </label>
      <div className="f">
        <HoldButton
          disabled={!allowed || !agrees}
          onDone={() => void confirmCommand(command.id, n)}
          testId="confirm"
        >
          {i18n.t("按住发出")}
        </HoldButton>
        <Button disabled={!allowed} onPress={() => void stopCommand(command.id)} testId="stop">
          {i18n.t("不发")}
        </Button>
      </div>
    </>
  );
}

/** Everybody it would reach, by name: who agrees has seen them. */
function ToWhom({ county, command }: { county: County; command: CommandView }) {
  const groups = command.groups.map((id) =>
    say(county.groups.find((group) => group.id === id)?.title),
  );
  const reach = command.reach ?? [];
  const list = reach
    .slice(0, NAMED)
    .map((id) => personName(county.people.get(id), id))
    .join(i18n.t("、"));
  return (
    <p className="s" data-testid="phase-people">
      <b>{groups.filter(Boolean).join(i18n.t("、"))}</b>{" "}
      {reach.length > NAMED ? i18n.t("{list} 等", { list }) : list}
    </p>
  );
}

function Waiting({ county, command, n }: { county: County; command: CommandView; n: number }) {
  const me = useApp((state) => state.me?.person);
  const own = command.by === me?.id;
  const allowed = useApp(mayAct);
  const [sent, setSent] = useState(false);
  const { keep, unkept } = useKeep();
  const answer = (yes: boolean) =>
    keep(
      () => approveCommand(command.id, yes),
      () => setSent(true),
    );
  return (
    <>
      <h2 className="l">{i18n.t("等第二个人同意。会送到 {n} 人。", { n })}</h2>
      <p className="i2">
        {own
          ? i18n.t("你写的指令要由另一个人同意。")
          : i18n.t("{name} 写的，请核对正文、级别和人。", {
              name: personName(county.people.get(command.by), command.by),
            })}
      </p>
      <ToWhom county={county} command={command} />
      {unkept}
      <div className="f">
        {own ? null : (
          <>
            <Button
              kind="primary"
              disabled={!allowed || sent}
              onPress={() => answer(true)}
              testId="approve"
            >
              {i18n.t("同意发出")}
            </Button>
            <Button disabled={!allowed || sent} onPress={() => answer(false)} testId="refuse">
              {i18n.t("不同意")}
            </Button>
          </>
        )}
        <Button disabled={!allowed} onPress={() => void stopCommand(command.id)} testId="stop">
          {i18n.t("不发")}
        </Button>
      </div>
    </>
  );
}
