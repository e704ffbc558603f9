// A line to type into with the lines it could become below it: arrows choose, Enter takes, Tab completes.
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { Dialog as AriaDialog, Modal, ModalOverlay } from "react-aria-components";

export interface LineBoxProps<T> {
  label: string;
  hint: string;
  value: string;
  onValue: (value: string) => void;
  options: readonly T[];
  keyOf: (option: T) => string;
  render: (option: T) => ReactNode;
  /** Told of to whoever cannot see the list. */
  count: string;
  none: ReactNode;
  keys: ReactNode;
  onTake: (option: T) => void;
  onComplete: (option: T) => void;
  onClose: () => void;
  testId?: string;
}

export function LineBox<T>(props: LineBoxProps<T>) {
  const { value, options, keyOf } = props;
  const list = useId();
  const [chosen, setChosen] = useState({ value, place: 0 });
  // Other words: the first is meant again.
  const place = chosen.value === value ? Math.min(chosen.place, options.length - 1) : 0;
  const choose = (next: number) =>
    setChosen({ value, place: (next + options.length) % Math.max(1, options.length) });
  const active = options[place];
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends the choice of a sign takes nothing.
    if (event.nativeEvent.isComposing) return;
    const does: Record<string, () => void> = {
      ArrowDown: () => choose(place + 1),
      ArrowUp: () => choose(place - 1),
      Enter: () => active && props.onTake(active),
      Tab: () => active && props.onComplete(active),
    };
    const run = does[event.key];
    if (!run || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    run();
  };
  const idOf = (option: T) => `${list}-${keyOf(option)}`;
  return (
    <ModalOverlay
      className="veil high"
      isOpen
      isDismissable
      onOpenChange={(open) => !open && props.onClose()}
    >
      <Modal className="dlg linebox">
        <AriaDialog aria-label={props.label} data-testid={props.testId}>
          <input
            className="in"
            role="combobox"
            aria-label={props.label}
            aria-expanded={options.length > 0}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={active === undefined ? undefined : idOf(active)}
            // biome-ignore lint/a11y/noAutofocus: opened by a press, to be typed into
            autoFocus
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            placeholder={props.hint}
            value={value}
            onChange={(event) => props.onValue(event.target.value)}
            onKeyDown={onKeyDown}
            data-testid="line-input"
          />
          <div id={list} role="listbox" aria-label={props.label} className="lineoptions">
            {options.map((option) => (
              // The keys of an option are those of the field above.
              // biome-ignore lint/a11y/useKeyWithClickEvents: handled by the field
              <div
                key={keyOf(option)}
                id={idOf(option)}
                role="option"
                tabIndex={-1}
                aria-selected={option === active}
                className="lineoption"
                onClick={() => props.onTake(option)}
                data-testid="line-option"
              >
                {props.render(option)}
              </div>
            ))}
          </div>
          {options.length === 0 ? <div className="empty">{props.none}</div> : null}
          <p className="vh" role="status">
            {props.count}
          </p>
          <div className="pk">{props.keys}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
