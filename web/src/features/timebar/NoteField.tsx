import { useState } from "react";
import { i18n } from "../../i18n/i18n";
import { mayMark } from "../../state/select";
import { useApp } from "../../state/store";
import { Button } from "../../ui/Button";
import { useKeep } from "../keep/useKeep";

/** A button that becomes a line to write on. */
export function NoteField({
  onKeep,
  onKept,
}: {
  onKeep: (text: string) => Promise<unknown>;
  onKept: () => void;
}) {
  const allowed = useApp(mayMark);
  const [text, setText] = useState<string | null>(null);
  const { keep: tell, unkept } = useKeep();
  if (!allowed) return null;
  if (text === null)
    return (
      <Button small onPress={() => setText("")} testId="note">
        {i18n.t("写标记…")}
      </Button>
    );
  const keep = () => text.trim() !== "" && tell(() => onKeep(text.trim()), onKept);
  return (
    <span className="tb-set">
      {unkept}
      <input
        className="in"
        // biome-ignore lint/a11y/noAutofocus: the officer just asked to write here
        autoFocus
        aria-label={i18n.t("标记")}
        placeholder={i18n.t("这里发生了什么")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && keep()}
        data-testid="note-text"
      />
      <Button small kind="primary" disabled={text.trim() === ""} onPress={keep} testId="note-keep">
        {i18n.t("记下")}
      </Button>
    </span>
  );
}
