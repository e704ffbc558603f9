// Said where nobody is listed who owes an answer: that nobody does, or that this role is not told of others.
import type { ReactNode } from "react";
import { i18n } from "../../i18n/i18n";
import { seesTasks } from "../../state/select";
import { useApp } from "../../state/store";
import { Empty } from "../../ui/Panel";

export function NoneOwed({ children }: { children?: ReactNode }) {
  const told = useApp((state) => seesTasks(state.me?.person));
  return told ? (
    <Empty title={i18n.t("没有人欠应答。")}>{children}</Empty>
  ) : (
    <Empty title={i18n.t("别人的任务和应答你看不到。")}>
      {i18n.t("值班员、预案员和管理员可以看。")}
    </Empty>
  );
}
