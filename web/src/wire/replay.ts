// The past on the wire, under the names this client uses.
import type { components } from "./generated";

type Schemas = components["schemas"];

/** What had been received, or what had been observed whenever it was received. */
export type Knowledge = Schemas["Knowledge"];
/** How a replay goes, beside its clock. */
export type ReplayView = Schemas["ReplayView"];
/** What a replay is told on its socket. */
export type ReplayOrder = Schemas["ReplayOrder"];
export type DeedKind = Schemas["DeedKind"];
export type DeedView = Schemas["DeedView"];
/** What happened in a span, in equal buckets; every list has one value a bucket. */
export type LanesView = Schemas["LanesView"];
