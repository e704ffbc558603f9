// A press that counts only when it is held: for what must not happen by a wet sleeve.
import { useEffect, useRef, useState } from "react";

const STEPS = 10;

/** Gives the handlers of a button and how far the hold has come, 0 to 1. */
export function useHold(ms: number, done: () => void) {
  const [part, setPart] = useState(0);
  const timer = useRef<ReturnType<typeof setInterval> | undefined>(undefined);
  const finish = useRef(done);
  finish.current = done;
  const stop = () => {
    clearInterval(timer.current);
    timer.current = undefined;
    setPart(0);
  };
  const start = () => {
    if (timer.current !== undefined) return;
    let step = 0;
    timer.current = setInterval(() => {
      step += 1;
      setPart(step / STEPS);
      if (step < STEPS) return;
      stop();
      finish.current();
    }, ms / STEPS);
  };
  useEffect(() => () => clearInterval(timer.current), []);
  const key = (event: React.KeyboardEvent) => event.key === "Enter" || event.key === " ";
  return {
    part,
    handlers: {
      onPointerDown: start,
      onPointerUp: stop,
      onPointerLeave: stop,
      onPointerCancel: stop,
      onContextMenu: (event: React.MouseEvent) => event.preventDefault(),
      onKeyDown: (event: React.KeyboardEvent) => key(event) && start(),
      onKeyUp: (event: React.KeyboardEvent) => key(event) && stop(),
    },
  };
}
