import { i18n } from "../../i18n/i18n";
import { tally } from "../../state/obligations";
import type { CommandView } from "../../wire/view";

/** How a command's people are spread, as a bar and, since a bar is only an addition, as numbers. */
export function TallyBar({ command }: { command: CommandView }) {
  const count = tally(command);
  const part = (n: number) => ({ width: `${(n / Math.max(1, count.total)) * 100}%` });
  return (
    <div>
      <div className="bar" aria-hidden="true">
        <i className="b-done" style={part(count.done)} />
        <i className="b-working" style={part(count.working)} />
        <i className="b-accepted" style={part(count.accepted)} />
        <i className="b-declined" style={part(count.declined)} />
        <i className="b-open" style={part(count.open)} />
        <i className="b-silent" style={part(count.silent)} />
      </div>
      <div className="tally">
        <span>{i18n.t("完成 {n}", { n: count.done })}</span>
        <span>{i18n.t("在做 {n}", { n: count.working })}</span>
        <span>{i18n.t("接受 {n}", { n: count.accepted })}</span>
        <span>{i18n.t("拒绝 {n}", { n: count.declined })}</span>
        <span>{i18n.t("等应答 {n}", { n: count.open })}</span>
        <b>{i18n.t("无应答 {n}", { n: count.silent })}</b>
      </div>
    </div>
  );
}
