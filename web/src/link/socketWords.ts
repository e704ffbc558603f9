// What the page and its socket worker say to each other.
import type { FeedMessage } from "../wire/view";

export type ToSocket =
  | { kind: "open"; url: string }
  /** Say this on the socket; after a loss it opens at `url`, which says the same. */
  | { kind: "say"; text: string; url: string }
  /** Try now instead of waiting. */
  | { kind: "again" }
  /** Forget the place and ask for a whole snapshot. */
  | { kind: "whole" }
  | { kind: "close" };

export type FromSocket =
  /** A text is a message that is not taken apart yet. */
  | { kind: "messages"; messages: (FeedMessage | string)[] }
  | { kind: "lost" }
  | { kind: "unreadable" };
