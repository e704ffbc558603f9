// A form that presses: it is left once the press is safe in this machine; until then what was written stays,
// with the reason.
import { type ReactNode, useRef, useState } from "react";
import { type Hindrance, hindrance } from "../../actions/act";
import { i18n } from "../../i18n/i18n";

export interface Keep {
  /** Presses, and goes on with `then` once that is kept. A second time while the first is under way does nothing. */
  keep: (press: () => Promise<unknown>, then: () => void) => Promise<void>;
  /** Why the last press was not kept; nothing where it was. */
  unkept: ReactNode;
}

export function useKeep(): Keep {
  const [why, setWhy] = useState<Hindrance | "fault" | null>(null);
  const busy = useRef(false);
  const keep: Keep["keep"] = async (press, then) => {
    if (busy.current) return;
    busy.current = true;
    const found = await hindrance(press()).catch((error: unknown) => {
      console.warn("a press failed", error);
      return "fault" as const;
    });
    busy.current = false;
    setWhy(found);
    if (found === null) then();
  };
  const unkept =
    why === null ? null : (
      <span role="alert" data-testid="unkept" data-why={why}>
        <b>{unkeptWords(why)}</b>
      </span>
    );
  return { keep, unkept };
}

function unkeptWords(why: Hindrance | "fault"): string {
  switch (why) {
    case "past":
      return i18n.t("没有记下：现在看的是复盘，不能操作。写的还在这里，回到实况再按一次。");
    case "nobody":
      return i18n.t("没有记下：登录已经结束。写的还在这里，重新登录后再按一次。");
    case "full":
      return i18n.t("没有记下：这台机器存不下了。写的还在这里，腾出空间后再按一次。");
    case "fault":
      return i18n.t("没有记下：本页出了错。写的还在这里，请再按一次。");
  }
}
