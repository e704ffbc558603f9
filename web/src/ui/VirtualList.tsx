// A list of rows of one height of which only the visible ones exist. It never scrolls by itself: only
// the choice of another row brings that row into view.
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

export interface VirtualListProps<T> {
  items: readonly T[];
  rowHeight: number;
  keyOf: (item: T) => string;
  render: (item: T, active: boolean) => ReactNode;
  label: string;
  active: string | null;
  onActivate: (key: string) => void;
  onOpen: (key: string) => void;
  /** A hand is on the list: pointer over it, focus inside, or scrolled away from the top. */
  onHeld?: (held: boolean) => void;
  testId?: string;
  /** Takes the keyboard when it appears: for a page that a person has just opened. */
  takesFocus?: boolean;
}

const OVERSCAN = 6;

export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, keyOf, active, onHeld } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const hand = useRef({ over: false, away: false, focus: false });

  const tellHeld = () => onHeld?.(hand.current.over || hand.current.away || hand.current.focus);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setView((v) => ({ ...v, height: element.clientHeight }));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const { takesFocus = false } = props;
  useEffect(() => {
    if (takesFocus) box.current?.focus({ preventScroll: true });
  }, [takesFocus]);

  const index = active === null ? -1 : items.findIndex((item) => keyOf(item) === active);
  const revealed = useRef<string | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element || revealed.current === active || index < 0) return;
    revealed.current = active;
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  }, [active, index, rowHeight]);

  const move = (step: number) => {
    const next = items[Math.min(items.length - 1, Math.max(0, index + step))];
    if (!next) return;
    props.onActivate(keyOf(next));
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -items.length,
      End: items.length,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      move(step);
    } else if (event.key === "Enter" && active !== null) {
      event.preventDefault();
      props.onOpen(active);
    }
  };

  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  const rowId = (key: string) => `${props.testId ?? "list"}-${key}`;

  return (
    <div
      ref={box}
      className="pb"
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-activedescendant={index >= 0 && active !== null ? rowId(active) : undefined}
      data-testid={props.testId}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        const top = event.currentTarget.scrollTop;
        setView((v) => ({ ...v, top }));
        hand.current.away = top > 0;
        tellHeld();
      }}
      onFocus={() => {
        hand.current.focus = true;
        tellHeld();
      }}
      onBlur={() => {
        hand.current.focus = false;
        tellHeld();
      }}
      onPointerEnter={() => {
        hand.current.over = true;
        tellHeld();
      }}
      onPointerLeave={() => {
        hand.current.over = false;
        tellHeld();
      }}
    >
      <div style={{ height: items.length * rowHeight, position: "relative" }}>
        {items.slice(first, last).map((item, place) => {
          const key = keyOf(item);
          return (
            // The keys of an option are those of its listbox, above.
            // biome-ignore lint/a11y/useKeyWithClickEvents: handled by the listbox
            <div
              key={key}
              id={rowId(key)}
              role="option"
              tabIndex={-1}
              aria-selected={key === active}
              aria-setsize={items.length}
              aria-posinset={first + place + 1}
              style={{
                position: "absolute",
                top: (first + place) * rowHeight,
                height: rowHeight,
                left: 0,
                right: 0,
              }}
              onClick={() => {
                props.onActivate(key);
                props.onOpen(key);
              }}
            >
              {props.render(item, key === active)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
