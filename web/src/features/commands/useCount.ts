// A head-count being written: rows with what is known, names as they come, and what is still short.
import { useEffect, useState } from "react";
import { wantTexts } from "../../actions/read";
import {
  beginCount,
  type CountRow,
  emptyRow,
  saidOf,
  sealedNames,
  written,
} from "../../state/headcount";
import { useApp } from "../../state/store";
import type { CommandView, TaskView } from "../../wire/view";

export function useCount(command: CommandView, task: TaskView) {
  const texts = useApp((state) => state.texts);
  const [rows, setRows] = useState<CountRow[]>(() => beginCount(command, task));
  useEffect(() => wantTexts(sealedNames(rows)), [rows]);
  const put = (place: number, change: Partial<CountRow>) =>
    setRows((before) => before.map((row, n) => (n === place ? written(row, change) : row)));
  const add = () => setRows((before) => [...before, emptyRow()]);
  return { rows, said: saidOf(rows), texts, put, add, free: (command.villages ?? []).length === 0 };
}
