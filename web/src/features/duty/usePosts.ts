// Posts as the feed tells them, refreshed while somebody looks: what is owed changes with every alarm,
// and the hour before a shift ends begins without anybody pressing anything.
import { useEffect, useMemo, useState } from "react";
import { duty } from "../../actions/duty";
import type { County } from "../../state/world";
import type { PostView } from "../../wire/view";
import { usePast } from "../clock/usePast";
import { failure } from "../rules/failure";

const EVERY_MS = 10_000;
/** Several changes at once are asked about once, ms. */
const SETTLE_MS = 300;

export interface Posts {
  list: PostView[];
  /** Why the last refresh came to nothing; empty while they do. */
  failed: string;
}

export function usePosts(county: County): Posts {
  const past = usePast();
  const { code, posts } = county;
  const [fresh, setFresh] = useState<{ of: typeof posts; list: PostView[] } | null>(null);
  const [failed, setFailed] = useState("");
  useEffect(() => {
    // What was known then comes with the replay; the server would tell what is known now.
    if (past) return;
    let gone = false;
    const ask = () =>
      duty(code, null)
        .then((list) => {
          if (gone) return;
          setFresh({ of: posts, list });
          setFailed("");
        })
        .catch((error: unknown) => !gone && setFailed(failure(error)));
    const first = setTimeout(ask, SETTLE_MS);
    const timer = setInterval(ask, EVERY_MS);
    return () => {
      gone = true;
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [code, posts, past]);
  const list = useMemo(() => {
    const told = [...posts.values()];
    if (past || fresh === null) return told;
    // What the feed told after the question is newer than its answer.
    return fresh.of === posts ? fresh.list : told;
  }, [posts, fresh, past]);
  return { list, failed: past ? "" : failed };
}
