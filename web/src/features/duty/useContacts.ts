// What contact points have proven: asked for when the page opens, and again when calls go on.
import { useEffect, useState } from "react";
import { contacts } from "../../actions/duty";
import type { County } from "../../state/world";
import type { PersonContacts } from "../../wire/view";
import { failure } from "../rules/failure";

export type Contacts =
  | { kind: "asking" }
  | { kind: "here"; list: PersonContacts[] }
  | { kind: "failed"; words: string };

/** Receipts come in swarms; they are asked about once, ms. */
const SETTLE_MS = 800;

export function useContacts(county: County, round: number): Contacts {
  const [known, setKnown] = useState<Contacts>({ kind: "asking" });
  const { code, pages } = county;
  // biome-ignore lint/correctness/useExhaustiveDependencies: new receipts and another round ask anew
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(
      () =>
        contacts(code)
          .then((list) => !gone && setKnown({ kind: "here", list }))
          .catch((error: unknown) => !gone && setKnown({ kind: "failed", words: failure(error) })),
      known.kind === "here" ? SETTLE_MS : 0,
    );
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [code, pages, round]);
  return known;
}
