import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components";

export interface ButtonProps {
  children: ReactNode;
  onPress: () => void;
  kind?: "plain" | "primary" | "inverted";
  small?: boolean;
  /** The key that does the same, shown on the button. */
  hint?: string;
  disabled?: boolean;
  testId?: string;
  label?: string;
  submit?: boolean;
}

const KIND = { plain: "", primary: " pri", inverted: " inv" } as const;

export function Button(props: ButtonProps) {
  return (
    <AriaButton
      type={props.submit ? "submit" : "button"}
      className={`btn${KIND[props.kind ?? "plain"]}${props.small ? " sm" : ""}`}
      isDisabled={props.disabled ?? false}
      onPress={props.onPress}
      data-testid={props.testId}
      {...(props.label ? { "aria-label": props.label } : {})}
    >
      {props.hint ? <kbd>{props.hint}</kbd> : null}
      {props.children}
    </AriaButton>
  );
}

export interface ChipProps {
  children: ReactNode;
  on: boolean;
  onPress: () => void;
  testId?: string;
}

/** One of several filters or choices; pressed while it is the one in force. */
export function Chip({ children, on, onPress, testId }: ChipProps) {
  return (
    <button type="button" className="chip" aria-pressed={on} onClick={onPress} data-testid={testId}>
      {children}
    </button>
  );
}
