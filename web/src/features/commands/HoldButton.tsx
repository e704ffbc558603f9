// A button that counts only when it is held: for what reaches many people at once.
import type { ReactNode } from "react";
import { useHold } from "../../ui/useHold";

interface HoldButtonProps {
  disabled: boolean;
  onDone: () => void;
  children: ReactNode;
  testId: string;
}

/** Long enough for no accident, short enough for a hurry, ms. */
const HOLD_MS = 1_200;

export function HoldButton({ disabled, onDone, children, testId }: HoldButtonProps) {
  const { part, handlers } = useHold(HOLD_MS, onDone);
  return (
    <button
      type="button"
      className="btn pri holdbtn"
      disabled={disabled}
      {...(disabled ? {} : handlers)}
      data-testid={testId}
      data-hold="true"
    >
      <span className="fill" style={{ width: `${part * 100}%` }} aria-hidden="true" />
      <span>{children}</span>
    </button>
  );
}
