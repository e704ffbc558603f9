// The text of one rule file: lines are numbered, and those with a problem are marked.
import { useEffect, useRef } from "react";
import { i18n } from "../../i18n/i18n";
import { offsetOf, type Place } from "../../state/ruletext";

interface RuleTextProps {
  name: string;
  text: string;
  /** Lines with a problem that keeps the file from being used, and lines with a remark. */
  marked: ReadonlyMap<number, boolean>;
  /** Where the cursor is to go; a new object goes there again. */
  go: Place | null;
  onChange: (text: string) => void;
}

export function RuleText({ name, text, marked, go, onChange }: RuleTextProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLOListElement>(null);
  const written = useRef(text);
  written.current = text;
  useEffect(() => {
    if (!go || !area.current) return;
    const at = offsetOf(written.current, go);
    area.current.focus();
    area.current.setSelectionRange(at, at);
    const height = Number.parseFloat(getComputedStyle(area.current).lineHeight) || 16;
    area.current.scrollTop = Math.max(0, (go.line - 4) * height);
  }, [go]);
  const lines = text.split("\n").length;
  return (
    <div className="ruletext">
      <ol ref={numbers} aria-hidden="true">
        {Array.from({ length: lines }, (_, place) => {
          const stops = marked.get(place + 1);
          const look = stops === undefined ? "" : stops ? "bad" : "odd";
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its number
            <li key={place} className={look}>
              {place + 1}
            </li>
          );
        })}
      </ol>
      <textarea
        ref={area}
        className="in mono"
        wrap="off"
        spellCheck={false}
        aria-label={i18n.t("{name} 的内容，在这里改只用于试算", { name })}
        aria-invalid={[...marked.values()].some((stops) => stops)}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => {
          if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
        }}
        data-testid="trial-text"
      />
    </div>
  );
}
