// What was written down in an incident, with its pictures, and one line to write more.
import { useState } from "react";
import { noteIncident } from "../../actions/incidents";
import { stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import type { Attachment } from "../../state/attachment";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { IncidentView } from "../../wire/view";
import { Photos } from "../commands/Photos";
import { useKeep } from "../keep/useKeep";
import { AttachField, isSending, sealsOf } from "./AttachField";

interface IncidentNotesProps {
  county: County;
  incident: IncidentView;
  /** It runs. */
  open: boolean;
  allowed: boolean;
  now: number;
}

export function IncidentNotes({ county, incident, open, allowed, now }: IncidentNotesProps) {
  const texts = useApp((state) => state.texts);
  const [note, setNote] = useState("");
  const [photos, setPhotos] = useState<Attachment[]>([]);
  const { keep, unkept } = useKeep();
  const add = () =>
    keep(
      () => noteIncident(incident.id, note.trim(), sealsOf(photos)),
      () => {
        setNote("");
        setPhotos([]);
      },
    );
  return (
    <>
      {incident.notes.map((one) => (
        <div key={`${one.at}${one.text}`} data-testid="incident-note-line">
          <div className="decline">
            <span className="t i3">{stamp(one.at, now)}</span>
            <span className="g">{texts.get(one.text) ?? "…"}</span>
            <span className="s i2">{personName(county.people.get(one.by), one.by)}</span>
          </div>
          {one.photos.length > 0 ? <Photos photos={one.photos} /> : null}
        </div>
      ))}
      {open && allowed ? (
        <div className="pad">
          <div className="f">
            <input
              className="in g"
              placeholder={i18n.t("记一条")}
              aria-label={i18n.t("记一条")}
              value={note}
              onChange={(event) => setNote(event.target.value)}
              data-testid="incident-note"
            />
            <Button
              small
              disabled={note.trim() === "" || isSending(photos)}
              onPress={add}
              testId="incident-note-add"
            >
              {i18n.t("记下")}
            </Button>
          </div>
          {unkept}
          <AttachField of={incident.id} list={photos} onChange={setPhotos} />
        </div>
      ) : null}
    </>
  );
}
