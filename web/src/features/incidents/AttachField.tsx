// Pictures of the desk for a report or a note: sent as soon as they are chosen, named with the press.
import { useEffect, useRef, useState } from "react";
import { attach, sendAttached } from "../../actions/photo";
import { i18n } from "../../i18n/i18n";
import type { Attached, Attachment } from "../../state/attachment";
import { Button } from "../../ui/Button";
import { takenWords } from "../marks/shotWords";

/** As many as one report takes. */
const MOST = 12;

type Change = (change: (before: Attachment[]) => Attachment[]) => void;

/** Whether one of them is not at the server yet: the press would go without it. */
export function isSending(list: readonly Attachment[]): boolean {
  return list.some((one) => one.seal === null);
}

export function sealsOf(list: readonly Attachment[]): string[] {
  return list.flatMap((one) => one.seal ?? []);
}

interface AttachFieldProps {
  /** The incident they belong to. */
  of: string;
  list: Attachment[];
  onChange: Change;
}

export function AttachField({ of, list, onChange }: AttachFieldProps) {
  const [bad, setBad] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const mend = (id: string, change: Partial<Attachment>) =>
    onChange((before) => before.map((one) => (one.id === id ? { ...one, ...change } : one)));
  const send = async (one: Attached) => {
    mend(one.id, { failed: false });
    try {
      mend(one.id, { seal: await sendAttached(one, of) });
    } catch {
      mend(one.id, { failed: true });
    }
  };
  const add = async (files: FileList | null) => {
    setBad("");
    for (const file of [...(files ?? [])].slice(0, MOST - list.length)) {
      try {
        const one = await attach(file);
        onChange((before) => [...before, { ...one, seal: null, failed: false }]);
        void send(one);
      } catch {
        setBad(i18n.t("{name} 打不开，请换一张。", { name: file.name }));
      }
    }
  };
  return (
    <div className="attach">
      <input
        ref={input}
        className="vh"
        type="file"
        accept="image/*"
        multiple
        tabIndex={-1}
        aria-label={i18n.t("附照片")}
        onChange={async ({ target }) => {
          await add(target.files);
          // The same file again is a choice again.
          target.value = "";
        }}
        data-testid="attach-input"
      />
      <Button
        small
        disabled={list.length >= MOST}
        onPress={() => input.current?.click()}
        testId="attach"
      >
        {i18n.t("附照片…")}
      </Button>
      {bad ? (
        <span className="s" role="alert">
          {bad}
        </span>
      ) : null}
      {list.map((one) => (
        <Shown
          key={one.id}
          one={one}
          onAgain={() => void send(one)}
          onDrop={() => onChange((before) => before.filter((each) => each.id !== one.id))}
        />
      ))}
    </div>
  );
}

interface ShownProps {
  one: Attachment;
  onAgain: () => void;
  onDrop: () => void;
}

function Shown({ one, onAgain, onDrop }: ShownProps) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(one.blob);
    if (image.current) image.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [one.blob]);
  const state = one.seal ? "here" : one.failed ? "failed" : "going";
  return (
    <figure className="attached" data-testid="attached" data-state={state}>
      <img ref={image} alt={one.name} />
      <figcaption className="s">
        {takenWords(one.taken)}
        <br />
        {state === "here" ? (
          i18n.t("已传到")
        ) : state === "going" ? (
          i18n.t("正在传…")
        ) : (
          <button type="button" className="link" onClick={onAgain}>
            {i18n.t("没传上，再传")}
          </button>
        )}
      </figcaption>
      <Button small onPress={onDrop} label={i18n.t("不附这张")}>
        ×
      </Button>
    </figure>
  );
}
