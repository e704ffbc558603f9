// Fields for a time and for a day, typed in our one form whatever language the browser has.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { fromLocal, full, toLocal } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import {
  type Read,
  readDay,
  readInstant,
  type Slip,
  stepDay,
  stepInstant,
} from "../../state/instant";
import { useMinute } from "./useNow";

interface InstantProps {
  label: string;
  at: number;
  onChange: (at: number) => void;
  testId: string;
}

/** An instant in the county's own time, to the minute. */
export function Instant({ label, at, onChange, testId }: InstantProps) {
  const local = toLocal(at);
  return (
    <Typed
      label={label}
      shown={full(at)}
      read={(typed) => readInstant(typed, local)}
      onRead={(found) => {
        const time = fromLocal(found);
        if (time !== null) onChange(time);
      }}
      step={(key) => stepInstant(local, key)}
      keys={i18n.t("上下键一分钟，PageUp、PageDown 一小时")}
      testId={testId}
    />
  );
}

interface DayProps {
  label: string;
  /** `2026-08-21`, or empty. */
  day: string;
  onChange: (day: string) => void;
  /** Something was typed, whether it can be read or not. */
  onType: () => void;
  hint?: string;
  disabled?: boolean;
  testId: string;
}

/** A day, or none. */
export function Day({ label, day, onChange, onType, hint, disabled, testId }: DayProps) {
  const now = useMinute();
  return (
    <Typed
      label={label}
      shown={day}
      read={(typed) => {
        const found = readDay(typed, day || toLocal(now));
        return "slip" in found && found.slip === "empty" ? { local: "" } : found;
      }}
      onRead={onChange}
      onType={onType}
      step={(key) => stepDay(day, key)}
      keys={i18n.t("上下键一天")}
      placeholder={i18n.t("年-月-日")}
      testId={testId}
      {...(hint ? { hint } : {})}
      {...(disabled ? { disabled } : {})}
    />
  );
}

interface TypedProps {
  label: string;
  /** What stands in the field while nothing is being typed. */
  shown: string;
  read: (typed: string) => Read;
  onRead: (local: string) => void;
  onType?: () => void;
  /** What a key makes of it; null where it is no key of this field. */
  step: (key: string) => string | null;
  keys: string;
  placeholder?: string;
  hint?: string;
  disabled?: boolean;
  testId: string;
}

/** What is not read after so long without a key is no longer being typed, ms. */
const PAUSE_MS = 1_000;

/**
 * What cannot be read changes nothing, is said after a pause, and keeps its form from being sent. It is not said
 * as the field is left: that would move what is being pressed.
 */
function Typed(props: TypedProps) {
  const { label, shown, read, onRead, onType, step, keys, placeholder, hint, disabled, testId } =
    props;
  const [text, setText] = useState<string | null>(null);
  const [told, setTold] = useState(false);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const found = text === null ? null : read(text);
  const wrong = found && "slip" in found ? slipWords(found.slip, shown) : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: every key begins the pause anew
  useEffect(() => {
    field.current?.setCustomValidity(wrong);
    if (wrong === "") return;
    const timer = setTimeout(() => setTold(true), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, wrong]);
  const type = (typed: string) => {
    setText(typed);
    onType?.();
    const next = read(typed);
    if ("slip" in next) return;
    setTold(false);
    onRead(next.local);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" && wrong === "") setText(null);
    const next = event.ctrlKey || event.metaKey || event.altKey ? null : step(event.key);
    if (next === null) return;
    event.preventDefault();
    setText(null);
    setTold(false);
    onType?.();
    onRead(next);
  };
  const said = told && wrong !== "";
  return (
    <div className="typed">
      <label className="lab" htmlFor={id}>
        {label}
      </label>
      <input
        ref={field}
        id={id}
        className="in"
        value={text ?? shown}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        disabled={disabled}
        aria-invalid={said}
        aria-describedby={said ? `${id}-wrong` : `${id}-keys`}
        onChange={(event) => type(event.target.value)}
        onKeyDown={press}
        onBlur={() => {
          if (wrong === "") setText(null);
        }}
        onInvalid={(event) => {
          // Our own words instead of the browser's.
          event.preventDefault();
          setTold(true);
          event.currentTarget.focus();
        }}
        data-testid={testId}
      />
      <span id={`${id}-keys`} hidden>
        {keys}
      </span>
      {said ? (
        <b id={`${id}-wrong`} className="s wrong" role="status" data-testid={`${testId}-wrong`}>
          {wrong}
        </b>
      ) : null}
      {hint ? <span className="s i3">{hint}</span> : null}
    </div>
  );
}

/** What is wrong, and what holds meanwhile. */
function slipWords(slip: Slip, shown: string): string {
  // A time stays on one line.
  const kept = shown.replace(" ", "\u00a0").replaceAll("-", "-\u2060");
  switch (slip) {
    case "empty":
      return i18n.t("没有写，仍按 {kept}。", { kept });
    case "form":
      return kept
        ? i18n.t("读不懂，仍按 {kept}。照这个样子写。", { kept })
        : i18n.t("读不懂。写成 {example} 这样。", { example: "2026-08-21" });
    case "day":
      return kept ? i18n.t("没有这一天，仍按 {kept}。", { kept }) : i18n.t("没有这一天。");
    case "clock":
      return i18n.t("没有这个钟点，仍按 {kept}。", { kept });
  }
}
