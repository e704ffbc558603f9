// How readings come in: every interface with what came by it, and the newest messages that were refused, with
// the reason and the message itself.
import { useState } from "react";
import { age, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { mayTry } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty, Key } from "../../ui/Panel";
import type { InterfaceView, Refusal, RefusedView } from "../../wire/site";
import { useNow } from "../clock/useNow";
import { usePast } from "../clock/usePast";
import { useDesk } from "../desk/desk";
import { AsNow } from "../timebar/AsNow";
import {
  lateWords,
  REFUSALS,
  refusalAdvice,
  refusalName,
  refusedCount,
  refusedName,
} from "./intakeWords";
import { useIntake } from "./useIntake";

export function IntakePage({ county }: { county: County }) {
  const { move } = useDesk();
  const allowed = useApp((state) => mayTry(state.me?.person));
  const back = (
    <Button small onPress={() => move({ to: "stations" })}>
      {i18n.t("回站点")}
    </Button>
  );
  return (
    <section className="p pagep greys" data-testid="intake">
      <div className="pt">
        <h2>{i18n.t("接口")}</h2>
        <span className="g" />
        {back}
      </div>
      {allowed ? (
        <Intake county={county} />
      ) : (
        <Empty title={i18n.t("接口和被拒的报文，值班员、预案员和管理员可以看。")} />
      )}
      <div className="pk">
        <Key k="Esc">{i18n.t("返回")}</Key>
      </div>
    </section>
  );
}

function Intake({ county }: { county: County }) {
  const now = useNow();
  const [by, setBy] = useState<string | null>(null);
  const [kind, setKind] = useState<Refusal | null>(null);
  const { interfaces, refused: told, failed } = useIntake(county.code, by, kind);
  const past = usePast();
  const refused = told && past ? told.filter((one) => Date.parse(one.at) <= now) : told;
  const rows = interfaces ?? [];
  const title = (id: string) => say(rows.find((one) => one.id === id)?.title) || id;
  return (
    <div className="pb" data-testid="intake-body">
      <AsNow />
      {failed ? (
        <p className="confirmfirst" role="alert">
          {failed}
        </p>
      ) : null}
      {interfaces === null && !failed ? <Empty title={i18n.t("正在问…")} /> : null}
      {interfaces ? (
        <div className="widetable intaketable">
          <table data-testid="interfaces">
            <thead>
              <tr>
                <th>{i18n.t("接口")}</th>
                <th className="r">{i18n.t("最近来数")}</th>
                <th className="r">{i18n.t("在线序列")}</th>
                <th className="r">{i18n.t("收下")}</th>
                <th className="r">{i18n.t("重发的")}</th>
                <th className="r">{i18n.t("迟到的")}</th>
                <th className="r">{i18n.t("拒收")}</th>
                <th>{i18n.t("迟到读数")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <Row key={one.id} one={one} now={now} past={past} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <div className="pt">
        <h2>{i18n.t("最近被拒的报文")}</h2>
        <span className="g" />
        <Chip on={by === null} onPress={() => setBy(null)}>
          {i18n.t("全部接口")}
        </Chip>
        {rows.map((one) => (
          <Chip key={one.id} on={by === one.id} onPress={() => setBy(one.id)}>
            {say(one.title)}
          </Chip>
        ))}
      </div>
      <div className="pf">
        <Chip on={kind === null} onPress={() => setKind(null)}>
          {i18n.t("全部原因")}
        </Chip>
        {REFUSALS.map((one) => (
          <Chip key={one} on={kind === one} onPress={() => setKind(one)} testId={`refused-${one}`}>
            {refusalName(one)}
          </Chip>
        ))}
      </div>
      {kind ? <p className="note">{refusalAdvice(kind)}</p> : null}
      {refused?.length === 0 ? (
        <Empty title={past ? i18n.t("最近被拒的报文里没有那时的。") : i18n.t("没有被拒的报文。")}>
          {i18n.t("拒收的报文留在隔离区，写明原因，不影响别的站。")}
        </Empty>
      ) : null}
      {(refused ?? []).map((one) => (
        <Refusing
          key={`${one.at}/${one.topic}/${one.text ?? one.hex}`}
          one={one}
          by={title(one.interface)}
          now={now}
        />
      ))}
    </div>
  );
}

function Row({ one, now, past }: { one: InterfaceView; now: number; past: boolean }) {
  const bad = refusedCount(one);
  // An age would be counted from the moment that is shown, which came before.
  const heard = one.heard
    ? past
      ? stamp(one.heard, now)
      : i18n.t("{age}前", { age: age(now - Date.parse(one.heard)) })
    : "—";
  return (
    <tr data-testid="interface" data-id={one.id}>
      <td className="wrap">
        <b>{say(one.title)}</b>{" "}
        {one.down ? <span className="tag inv">{i18n.t("中断")}</span> : null}
      </td>
      <td className="r nw">{heard}</td>
      <td className="r nw">
        {one.series - one.silent} / {one.series}
      </td>
      <td className="r">{one.counts.accepted}</td>
      <td className="r">{one.counts.duplicate}</td>
      <td className="r">{one.counts.late}</td>
      <td className="r">{bad}</td>
      <td className="wrap s i2">{lateWords(one)}</td>
    </tr>
  );
}

function Refusing({ one, by, now }: { one: RefusedView; by: string; now: number }) {
  const text = one.text ?? one.hex ?? "";
  return (
    <div className="line refusing" data-testid="refused">
      <span className="nw">
        {stamp(one.at, now)} · {by}
      </span>
      <b>{refusedName(one)}</b>
      <span className="el mono">{one.topic}</span>
      <span className="s i2" lang="en">
        {one.reason}
      </span>
      <code className="s wrap">
        {text}
        {one.cut ? i18n.t("…（共 {n} 字节）", { n: one.bytes }) : null}
      </code>
    </div>
  );
}
