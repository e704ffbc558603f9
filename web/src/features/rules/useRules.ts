// The rules in force, asked for once per county and version of its files.
import { useEffect, useState } from "react";
import { Refused } from "../../actions/session";
import { rules } from "../../actions/site";
import type { County } from "../../state/world";
import type { RuleView } from "../../wire/view";

export type Rules =
  | { kind: "asking" }
  | { kind: "here"; list: RuleView[] }
  /** `refused`: this person may not see them; `absent`: an older server. */
  | { kind: "failed"; why: "refused" | "absent" | "unreachable" };

const known = new Map<string, RuleView[]>();

export function useRules(county: County, round = 0): Rules {
  const key = `${county.code}/${county.rulesVersion}/${round}`;
  const kept = known.get(key);
  const [rulesNow, setRules] = useState<Rules>(
    kept ? { kind: "here", list: kept } : { kind: "asking" },
  );
  useEffect(() => {
    let gone = false;
    const found = known.get(key);
    if (found) {
      setRules({ kind: "here", list: found });
      return;
    }
    setRules({ kind: "asking" });
    rules(county.code)
      .then((list) => {
        known.set(key, list);
        if (!gone) setRules({ kind: "here", list });
      })
      .catch((error: unknown) => {
        if (gone) return;
        const status = error instanceof Refused ? error.status : 0;
        const why = status === 404 ? "absent" : status >= 400 ? "refused" : "unreachable";
        setRules({ kind: "failed", why });
      });
    return () => {
      gone = true;
    };
  }, [key, county.code]);
  return rulesNow;
}

export function ruleOf(rules: Rules, id: string): RuleView | null {
  return rules.kind === "here" ? (rules.list.find((one) => one.id === id) ?? null) : null;
}
