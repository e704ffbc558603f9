// One line to add to the journal, as of now; kept in this machine before it is sent.
import { useEffect, useState } from "react";
import { mark } from "../../actions/marks";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { whySentence } from "../../i18n/words";
import type { Entry } from "../../state/journal";
import { mayMark } from "../../state/select";
import { useApp } from "../../state/store";
import { Button } from "../../ui/Button";

interface Note {
  op: string;
  at: number;
  text: string;
}

/** Notes of this page that the journal does not show yet. */
export function useNotes(entries: readonly Entry[]) {
  const [list, setList] = useState<Note[]>([]);
  useEffect(() => {
    const here = new Set(entries.map((entry) => entry.key));
    if (list.some((note) => here.has(note.op)))
      setList((before) => before.filter((note) => !here.has(note.op)));
  }, [entries, list]);
  return { list, add: (note: Note) => setList((before) => [...before, note]) };
}

export function NotesUnderWay({ notes, now }: { notes: readonly Note[]; now: number }) {
  const outbox = useApp((state) => state.outbox);
  return notes.map((note) => {
    const press = outbox.find((one) => one.op === note.op);
    return (
      <div key={note.op} className="jrow" data-testid="journal-pending">
        <span className="i3">{stamp(note.at, now)}</span>
        <span className="i2">
          {press?.state === "received" ? i18n.t("已收到") : i18n.t("待发")}
        </span>
        <span />
        <span>
          <b>{note.text}</b>
          {press?.state === "refused" ? (
            <span className="tag inv"> {whySentence(press.why ?? "")}</span>
          ) : null}
        </span>
      </div>
    );
  });
}

export function NoteNow({ now, onKept }: { now: number; onKept: (note: Note) => void }) {
  const allowed = useApp(mayMark);
  const [text, setText] = useState("");
  if (!allowed) return null;
  const keep = async () => {
    const words = text.trim();
    if (words === "") return;
    setText("");
    onKept({ op: await mark(now, null, words), at: now, text: words });
  };
  return (
    <form
      className="notenow"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <input
        className="in g"
        placeholder={i18n.t("记一条，时间是现在")}
        aria-label={i18n.t("记一条，时间是现在")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        data-testid="journal-note"
      />
      <Button kind="primary" submit disabled={text.trim() === ""} onPress={() => {}}>
        {i18n.t("记下")}
      </Button>
    </form>
  );
}
