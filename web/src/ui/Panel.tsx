import type { ReactNode } from "react";

export interface PanelProps {
  title: ReactNode;
  count?: ReactNode;
  /** One fact at the right end of the title. */
  aside?: ReactNode;
  filters?: ReactNode;
  keys?: ReactNode;
  children: ReactNode;
  className?: string;
  testId?: string;
}

/** Title with count, one line of filters, rows, key hints: every panel has this shape. */
export function Panel({
  title,
  count,
  aside,
  filters,
  keys,
  children,
  className,
  testId,
}: PanelProps) {
  return (
    <section className={`p ${className ?? ""}`} data-testid={testId}>
      <div className="pt">
        <h2>{title}</h2>
        {count === undefined ? null : <span className="i2">{count}</span>}
        <span className="g" />
        {aside}
      </div>
      {filters ? <div className="pf">{filters}</div> : null}
      {children}
      {keys ? <div className="pk">{keys}</div> : null}
    </section>
  );
}

interface PanelBodyProps {
  /** What a screen reader calls it. */
  label: string;
  className?: string;
  children: ReactNode;
}

/** What scrolls in a panel and may hold nothing to press: it can be reached and scrolled by keyboard all the same. */
export function PanelBody({ label, className, children }: PanelBodyProps) {
  return (
    <section
      className={`pb ${className ?? ""}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
      tabIndex={0}
      aria-label={label}
    >
      {children}
    </section>
  );
}

/** A key and what it does. */
export function Key({ k, children }: { k: string; children: ReactNode }) {
  return (
    <span>
      <kbd>{k}</kbd>
      {children}
    </span>
  );
}

/** An empty state: what holds, and what to do about it. */
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className="empty">
      <p>
        <b>{title}</b>
      </p>
      {children ? <p>{children}</p> : null}
    </div>
  );
}
