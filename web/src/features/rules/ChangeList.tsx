// What a change of the files does to the running county: what differs, and what becomes of running clocks.
import { i18n } from "../../i18n/i18n";
import type { SiteChange } from "../../wire/site";

export function ChangeList({ changes }: { changes: readonly SiteChange[] }) {
  return (
    <>
      {changes.map((one) => (
        <div
          key={`${one.jurisdiction}/${one.kind}/${one.subject}/${one.what}`}
          className="problem"
          data-testid="change"
        >
          <span className="tag ln">{kindName(one.kind)}</span>
          <div className="g">
            <p>
              <b>{one.subject}</b>
            </p>
            <p className="s i2">{whatWords(one.what)}</p>
            {one.clocks ? <p className="s">{clockWords(one.clocks)}</p> : null}
          </div>
        </div>
      ))}
    </>
  );
}

function kindName(kind: string): string {
  switch (kind) {
    case "rule":
    case "rules":
      return i18n.t("规则");
    case "bounds":
      return i18n.t("线");
    case "station":
      return i18n.t("站");
    case "series":
      return i18n.t("序列");
    case "area":
      return i18n.t("区域");
    case "person":
      return i18n.t("人员");
    case "jurisdiction":
      return i18n.t("辖区");
    case "policy":
      return i18n.t("策略");
    case "check":
      return i18n.t("质量检查");
    default:
      return kind;
  }
}

function whatWords(what: string): string {
  switch (what) {
    case "added":
      return i18n.t("新增");
    case "removed":
      return i18n.t("去掉");
    case "no longer watched":
      return i18n.t("不再看着");
    default:
      return what;
  }
}

export function clockWords(clocks: NonNullable<SiteChange["clocks"]>): string {
  switch (clocks) {
    case "keep":
      return i18n.t("在走的钟接着走。");
    case "restart":
      return i18n.t("已经成立的级别不变；正在走的钟从头算，下一条读数按新的判。");
    case "start_anew":
      return i18n.t("条件变了意思，从没有级别重新判起。");
    case "end":
      return i18n.t("它的钟都停了；还在的报警留着，要人来结束。");
  }
}
