// What a person in the field says about their own task. Every one works with no network.

import { store } from "../state/store";
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

/** The version of the task this device knows, so that the desk can tell a change of mind. */
function known(id: string): { version?: number } {
  for (const county of store.get().world.counties.values()) {
    for (const command of county.commands.values()) {
      const task = command.tasks.find((one) => one.id === id);
      if (task) return { version: task.version };
    }
  }
  return {};
}

export function report({ task, fact, note, photos, place }: Report): Promise<string> {
  const position: Position | null = place ? lastPosition() : null;
  return press(
    {
      action: "report_task",
      task,
      means: "app",
      ...known(task),
      ...fact,
      ...(note ? { note } : {}),
      ...(position ? { position } : {}),
    },
    undefined,
    photos,
  );
}
