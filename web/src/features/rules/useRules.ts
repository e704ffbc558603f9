// The rules in force now, asked for once per county and version of its files. They cannot be asked for as of a
// moment of the past: there they are asked for anew by each page, and kept under no version.
import { useEffect, useState } from "react";
import { Refused } from "../../actions/session";
import { rules } from "../../actions/site";
import type { County } from "../../state/world";
import type { RuleView } from "../../wire/view";
import { usePast } from "../clock/usePast";

export type Rules =
  | { kind: "asking" }
  | { kind: "here"; list: RuleView[] }
  /** `refused`: this person may not see them; `absent`: an older server. */
  | { kind: "failed"; why: "refused" | "absent" | "unreachable" };

const known = new Map<string, RuleView[]>();

export function useRules(county: County, round = 0): Rules {
  const past = usePast();
  const key = keyOfRules(county, round, past);
  const kept = past ? undefined : known.get(key);
  const [rulesNow, setRules] = useState<Rules>(
    kept ? { kind: "here", list: kept } : { kind: "asking" },
  );
  useEffect(() => {
    let gone = false;
    const found = past ? undefined : known.get(key);
    if (found) {
      setRules({ kind: "here", list: found });
      return;
    }
    setRules({ kind: "asking" });
    rules(county.code)
      .then((list) => {
        if (!past) known.set(key, list);
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
  }, [key, county.code, past]);
  return rulesNow;
}

/** What the rules are known by: live by the version they are of; of the past no version is theirs. */
export function keyOfRules(
  county: Pick<County, "code" | "rulesVersion">,
  round: number,
  past: boolean,
): string {
  return past ? `${county.code} now ${round}` : `${county.code}/${county.rulesVersion}/${round}`;
}

export function ruleOf(rules: Rules, id: string): RuleView | null {
  return rules.kind === "here" ? (rules.list.find((one) => one.id === id) ?? null) : null;
}
