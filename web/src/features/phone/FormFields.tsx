// The questions a template asks with "done", for a thumb.
import { i18n, say } from "../../i18n/i18n";
import type { Form } from "../../state/forms";
import type { Field } from "../../wire/view";

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
