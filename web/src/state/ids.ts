// Names that follow from a press before the server has told of it.
import { sha256 } from "@noble/hashes/sha2.js";

/** The id of the situation that a press opens: the first eight bytes over its parts, each with its length. */
export function situationOf(jurisdiction: string, hazard: string, op: string): string {
  const hash = sha256.create();
  for (const part of [jurisdiction, hazard, `by_hand:${op}`, "0"]) {
    const bytes = new TextEncoder().encode(part);
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
    hash.update(length).update(bytes);
  }
  const first = [...hash.digest().slice(0, 8)];
  return first.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
