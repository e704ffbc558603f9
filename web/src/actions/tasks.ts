// What a person in the field says about their own task. Every one works with no network.

import { store } from "../state/store";
import type { CountedVillage, Position } from "../wire/acts";
import type { FactKind, FormAnswer } from "../wire/view";
import { press } from "./act";
import { lastPosition } from "./position";

export interface Report {
  task: string;
  fact: FactKind;
  note?: string;
  /** Drafts that follow by themselves. */
  photos?: readonly string[];
  count?: CountedVillage[];
  form?: FormAnswer[];
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

export function report({ task, fact, note, photos, count, form, place }: Report): Promise<string> {
  const position: Position | null = place ? lastPosition() : null;
  return press(
    {
      action: "report_task",
      task,
      means: "app",
      ...known(task),
      ...fact,
      ...(note ? { note } : {}),
      ...(count?.length ? { count } : {}),
      ...(form?.length ? { form } : {}),
      ...(photos?.length ? { coming: photos.length } : {}),
      ...(position ? { position } : {}),
    },
    undefined,
    photos,
  );
}
