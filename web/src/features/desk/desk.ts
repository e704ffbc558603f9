// What the officer looks at: selection and the view of the centre zone. Nothing here is sent anywhere.
import { createContext, type Dispatch, useContext } from "react";

export type View = "map" | "alarm" | "composer" | "board";

export interface Desk {
  view: View;
  alarm: string | null;
  command: string | null;
  task: string | null;
  station: string | null;
  /** Alarms of one situation only, by its id. */
  situation: string | null;
  dialog: "keys" | "record" | null;
}

export const startDesk: Desk = {
  view: "map",
  alarm: null,
  command: null,
  task: null,
  station: null,
  situation: null,
  dialog: null,
};

export type DeskMove =
  | { to: "select"; alarm: string; station: string | null }
  | { to: "open"; alarm: string; station: string | null }
  | { to: "station"; station: string }
  | { to: "compose" }
  | { to: "board"; command: string; task?: string | null }
  | { to: "task"; task: string | null }
  | { to: "situation"; situation: string | null }
  | { to: "dialog"; dialog: Desk["dialog"] }
  | { to: "back" };

export function moveDesk(desk: Desk, move: DeskMove): Desk {
  switch (move.to) {
    case "select": {
      const view = desk.view === "alarm" ? "alarm" : desk.view;
      return { ...desk, view, alarm: move.alarm, station: move.station };
    }
    case "open":
      return { ...desk, view: "alarm", alarm: move.alarm, station: move.station };
    case "station":
      return { ...desk, station: move.station };
    case "compose":
      return { ...desk, view: "composer" };
    case "board":
      return { ...desk, view: "board", command: move.command, task: move.task ?? null };
    case "task":
      return { ...desk, task: move.task };
    case "situation":
      return { ...desk, situation: move.situation };
    case "dialog":
      return { ...desk, dialog: move.dialog };
    case "back":
      if (desk.dialog) return { ...desk, dialog: null };
      if (desk.view === "map") return { ...desk, station: null, situation: null };
      return { ...desk, view: "map", task: null };
  }
}

export const DeskContext = createContext<{ desk: Desk; move: Dispatch<DeskMove> }>({
  desk: startDesk,
  move: () => {},
});

export const useDesk = () => useContext(DeskContext);
