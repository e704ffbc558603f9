// One fact of a task with its witness, both times, and what came with it.
import { useEffect } from "react";
import { photoAddress, wantTexts } from "../../actions/read";
import { hms, span, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { crewName, factName, meansName, personName } from "../../i18n/words";
import { farFrom, fixOf } from "../../state/positions";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { CrewView, Fact, Field, FormAnswer, StationView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { far, lonLat, sure } from "../marks/positionWords";
import { placeWords, takenWords } from "../marks/shotWords";

/** Someone who was not moved: a name, a picture, or both. */
function LeftLine({
  name,
  photo,
  refused,
}: {
  name: string | null;
  photo: string | null;
  refused: boolean;
}) {
  const words = useApp((state) => (name ? state.texts.get(name) : undefined));
  useEffect(() => wantTexts([name]), [name]);
  return (
    <p className="s">
      {refused ? i18n.t("拒绝：") : i18n.t("失联：")}
      {words ?? (photo ? i18n.t("有照片") : "")}{" "}
      {photo ? (
        <a href={photoAddress(photo)} target="_blank" rel="noreferrer">
          {i18n.t("看照片")}
        </a>
      ) : null}
    </p>
  );
}

function FormLine({ answer, fields }: { answer: FormAnswer; fields: readonly Field[] }) {
  const field = fields.find((one) => one.id === answer.field);
  const seal = answer.kind === "text" ? answer.text : null;
  const text = useApp((state) => (seal ? state.texts.get(seal) : undefined));
  useEffect(() => wantTexts([seal]), [seal]);
  const option =
    answer.kind === "choice" && field?.kind === "choice"
      ? say(field.options.find((one) => one.id === answer.option)?.title)
      : "";
  const value = answer.kind === "number" ? String(answer.number) : (text ?? option);
  return (
    <p className="s i2">
      {say(field?.title) || answer.field}
      {i18n.t("：")}
      {value}
    </p>
  );
}

export function CrewLine({ crew, now }: { crew: CrewView; now: number }) {
  const left = Date.parse(crew.since) + crew.every_ms - now;
  return (
    <p className="s" data-testid="crew" data-crew={crew.timer}>
      {crewName(crew.timer)}{" "}
      {left >= 0 ? (
        <span className="i2">{i18n.t("{span} 内要报平安", { span: span(left) })}</span>
      ) : (
        <span className="tag inv">{i18n.t("没报平安 {span}", { span: span(-left) })}</span>
      )}
    </p>
  );
}

interface PlaceLineProps {
  fact: Fact;
  about: StationView | null;
}

/** Which place a fact tells, and how far it is from the one that its command is about. */
function PlaceLine({ fact, about }: PlaceLineProps) {
  const { move } = useDesk();
  const text = useApp((state) => (fact.position ? state.texts.get(fact.position) : undefined));
  const fix = fixOf(text);
  if (!fix) return null;
  const away = farFrom(about, fix);
  return (
    <p className="s i2" data-testid="fact-place">
      <button
        type="button"
        className="link"
        title={i18n.t("在地图上看")}
        onClick={() => move({ to: "spot", lon: fix.lon, lat: fix.lat })}
      >
        {lonLat(fix)}
      </button>
      {sure(fix)}
      {away === null
        ? ""
        : ` · ${i18n.t("离{station} {far}", { station: say(about?.name), far: far(away) })}`}
    </p>
  );
}

interface FactLineProps {
  fact: Fact;
  /** Where its command is about. */
  about: StationView | null;
  /** Pictures of it that are still on their way. */
  coming: number;
  county: County;
  fields: readonly Field[];
  now: number;
}

export function FactLine({ fact, about, coming, county, fields, now }: FactLineProps) {
  const note = useApp((state) => (fact.note ? state.texts.get(fact.note) : undefined));
  const witness = fact.by ? county.people.get(fact.by) : null;
  const seconds = fact.device_at
    ? Math.abs(Date.parse(fact.at) - Date.parse(fact.device_at)) / 1000
    : 0;
  return (
    <div
      className="line"
      style={{ display: "block", padding: "4px 12px" }}
      data-testid="fact"
      data-fact={fact.fact}
    >
      <div className="f">
        <span className="t i3" title={stamp(fact.at, now)}>
          {hms(fact.at)}
        </span>
        <b>{factName(fact)}</b>
        <span className="g" />
        <span className="s i3 nw">
          {fact.means === "system"
            ? meansName("system")
            : `${meansName(fact.means)} · ${personName(witness, fact.by ?? "")}`}
        </span>
      </div>
      {note ? <p className="s i2">“{note}”</p> : null}
      {fact.count?.map((row) => (
        <p key={row.village} className="s i2" data-testid="fact-count">
          {fact.fact === "photo"
            ? row.village
            : i18n.t(
                "{village}：应转移 {to_move}，已转移 {moved}，拒绝 {refused}，失联 {unreachable}",
                {
                  village: row.village,
                  to_move: row.to_move,
                  moved: row.moved,
                  refused: row.refused,
                  unreachable: row.unreachable,
                },
              )}
        </p>
      ))}
      {fact.count
        ?.flatMap((row) => row.left)
        .map((left) => (
          <LeftLine
            key={`${left.why}${left.name ?? left.photo}`}
            name={left.name}
            photo={left.photo}
            refused={left.why === "refused"}
          />
        ))}
      {fact.form?.map((answer) => (
        <FormLine key={answer.field} answer={answer} fields={fields} />
      ))}
      {fact.reading ? (
        <p className="s i2">
          {i18n.t("读数证明：{station} {value}，{time}", {
            station: say(county.stations.get(fact.reading.station)?.name),
            value: fact.reading.value,
            time: hms(fact.reading.observed),
          })}
        </p>
      ) : null}
      {fact.shot ? (
        <p className="s i2">
          {takenWords(fact.shot.taken)} · {placeWords(fact.shot.place)}
        </p>
      ) : null}
      <PlaceLine fact={fact} about={about} />
      {coming > 0 ? (
        <p className="s" data-testid="photo-coming">
          <span className="tag">{i18n.t("照片在路上 {coming}", { coming })}</span>
        </p>
      ) : null}
      {fact.device_at && seconds > 60 && seconds < 86_400 ? (
        <p className="s i3">{i18n.t("手机上按于 {time}", { time: hms(fact.device_at) })}</p>
      ) : null}
    </div>
  );
}
