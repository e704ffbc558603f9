// The questions a template asks with "done": text, one of several, a number.
import { i18n, say } from "../../i18n/i18n";
import type { Field, FormAnswer } from "../../wire/view";

/** What was typed or chosen, by question. */
export type Form = Readonly<Record<string, string>>;

/** A number that fits its bounds, or null. */
function numberOf(field: Field & { kind: "number" }, text: string): number | null {
  if (!/^-?\d+$/.test(text.trim())) return null;
  const number = Number(text);
  return number >= field.least && number <= field.most ? number : null;
}

/** Questions that must be answered and are not, or not fittingly. */
export function unanswered(fields: readonly Field[], form: Form): Field[] {
  return fields.filter((field) => {
    const text = form[field.id]?.trim() ?? "";
    if (text === "") return field.required;
    return field.kind === "number" && numberOf(field, text) === null;
  });
}

export function answers(fields: readonly Field[], form: Form): FormAnswer[] {
  return fields.flatMap((field): FormAnswer[] => {
    const text = form[field.id]?.trim() ?? "";
    if (text === "") return [];
    if (field.kind === "text") return [{ field: field.id, kind: "text", text }];
    if (field.kind === "choice") return [{ field: field.id, kind: "choice", option: text }];
    const number = numberOf(field, text);
    return number === null ? [] : [{ field: field.id, kind: "number", number }];
  });
}

interface FormFieldsProps {
  fields: readonly Field[];
  form: Form;
  onChange: (form: Form) => void;
}

export function FormFields({ fields, form, onChange }: FormFieldsProps) {
  const put = (id: string, text: string) => onChange({ ...form, [id]: text });
  return fields.map((field) =>
    field.kind === "choice" ? (
      <fieldset key={field.id} style={{ border: 0 }} data-testid={`field-${field.id}`}>
        <legend className="lab">{say(field.title)}</legend>
        <div className="grid">
          {field.options.map((option) => (
            <button
              key={option.id}
              type="button"
              className={`verb${form[field.id] === option.id ? " said" : ""}`}
              aria-pressed={form[field.id] === option.id}
              onClick={() => put(field.id, form[field.id] === option.id ? "" : option.id)}
              data-testid={`option-${option.id}`}
            >
              <b>{say(option.title)}</b>
            </button>
          ))}
        </div>
      </fieldset>
    ) : (
      <label key={field.id}>
        <span className="lab">
          {say(field.title)}
          {field.kind === "number"
            ? i18n.t("（{least} 到 {most}）", { least: field.least, most: field.most })
            : ""}
        </span>
        <input
          className="in"
          inputMode={field.kind === "number" ? "numeric" : "text"}
          value={form[field.id] ?? ""}
          onChange={(event) => put(field.id, event.target.value)}
          data-testid={`field-${field.id}`}
        />
      </label>
    ),
  );
}
