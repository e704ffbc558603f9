// What the phone says without being asked: that an order has arrived, and that it has been looked at.
import { useEffect, useRef } from "react";
import { seePage } from "../../actions/duty";
import { report } from "../../actions/tasks";
import type { OwnCall } from "../../state/rollcall";
import { useApp } from "../../state/store";
import type { FactName, PageView, TaskView } from "../../wire/view";
import type { Own } from "./TaskList";

/** A page counts as seen once it has been visible this long, ms. */
const SEEN_AFTER = 1_000;
const OPEN = ["issued", "no_reply"];

function isEnd(fact: FactName): boolean {
  return fact === "cancelled" || fact === "superseded" || fact === "reassigned";
}

/** Says "delivered" once for every task that has come as far as this phone. */
export function useDelivered(tasks: readonly Own[]): void {
  const outbox = useApp((state) => state.outbox);
  const ready = useApp((state) => state.outboxReady && !state.shelved);
  const told = useRef(new Set<string>());
  useEffect(() => {
    if (!ready) return;
    for (const { task } of tasks) {
      // That it was ended is news of its own, and so is every answer that crossed it.
      const last = task.facts.findLastIndex((fact) => isEnd(fact.fact));
      const since = task.facts.slice(last + 1);
      const known = since.some((fact) => fact.fact === "delivered");
      const waiting = outbox.some(
        (one) =>
          one.subject.task === task.id &&
          one.subject.fact === "delivered" &&
          one.state !== "received",
      );
      const news = last >= 0 ? task.end_unseen : OPEN.includes(task.stage);
      const key = `${task.id} ${last}`;
      if (known || waiting || told.current.has(key) || !news) continue;
      told.current.add(key);
      void report({ task: task.id, fact: { fact: "delivered" } });
    }
  }, [tasks, outbox, ready]);
}

const AFTER_SEEN: FactName[] = [
  "seen",
  "accepted",
  "declined",
  "on_scene",
  "working",
  "done",
  "cancelled",
  "superseded",
  "reassigned",
];

/** Says "seen" once, when the task's page has been visible for a second. */
export function useSeen(task: TaskView): void {
  const ready = useApp((state) => state.outboxReady);
  const pending = useApp((state) =>
    state.outbox.some(
      (one) => one.subject.task === task.id && AFTER_SEEN.includes(one.subject.fact as FactName),
    ),
  );
  const known = pending || task.facts.some((fact) => AFTER_SEEN.includes(fact.fact));
  useLooked(known || !ready ? null : task.id, () =>
    report({ task: task.id, fact: { fact: "seen" } }),
  );
}

/** Says "seen" once of a call that has been visible for a second; it answers nothing. */
export function useSeenCall(call: OwnCall | undefined, pages: ReadonlyMap<string, PageView>): void {
  const ready = useApp((state) => state.outboxReady && !state.shelved);
  const page = call ? pages.get(call.page) : undefined;
  const pending = useApp((state) => state.outbox.some((one) => one.subject.page === page?.id));
  const known = pending || page?.facts.some((fact) => SEEN_BY_THEN.includes(fact.fact));
  useLooked(page && ready && !known ? page.id : null, (id) => seePage(id));
}

const SEEN_BY_THEN: PageView["facts"][number]["fact"][] = ["seen", "acked", "declined", "expired"];

/** Calls once when the page has shown `what` for a second, and nobody looked away. */
function useLooked(what: string | null, say: (what: string) => Promise<unknown>): void {
  const speak = useRef(say);
  speak.current = say;
  useEffect(() => {
    if (what === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState !== "visible") return;
      timer = setTimeout(() => void speak.current(what), SEEN_AFTER);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [what]);
}
