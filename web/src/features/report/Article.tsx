// The report itself, as the server wrote it: its markup holds no script, and its entries open here.
import { type MouseEvent, useEffect, useRef } from "react";
import type { ReportSection } from "../../wire/report";

interface ArticleProps {
  markup: string;
  onEntry: (number: number) => void;
  onSection: (section: ReportSection) => void;
}

export function Article({ markup, onEntry, onSection }: ArticleProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const read = new DOMParser().parseFromString(markup, "text/html");
    box.current?.replaceChildren(...read.body.childNodes);
  }, [markup]);
  const open = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const entry = target.closest<HTMLElement>("[data-entry]")?.dataset.entry;
    if (entry) {
      event.preventDefault();
      onEntry(Number(entry));
      return;
    }
    const section = target.closest<HTMLElement>("[data-section]")?.dataset.section;
    if (section) onSection(section as ReportSection);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: entries are links, sections stand in the list beside
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be pressed lies inside
    <div ref={box} className="reportbox" onClick={open} data-testid="report-article" />
  );
}
