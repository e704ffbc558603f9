// What a person in the field says about their own task. Every one works with no network.

import type { Position } from "../wire/acts";
import type { FactKind } from "../wire/view";
import { press } from "./act";
import { lastPosition } from "./position";

export interface Report {
  task: string;
  fact: FactKind;
  note?: string;
  photos?: Blob[];
  /** Position tells something for this fact. */
  place?: boolean;
}

export function report({ task, fact, note, photos, place }: Report): Promise<string> {
  const position: Position | null = place ? lastPosition() : null;
  return press(
    {
      action: "report_task",
      task,
      means: "app",
      ...fact,
      ...(note ? { note } : {}),
      ...(position ? { position } : {}),
    },
    undefined,
    photos,
  );
}
