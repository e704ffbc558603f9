// A post that has not answered: who was called, how far it came, how long ago; and what an officer heard.
import { useEffect, useState } from "react";
import { recordAnswer } from "../../actions/duty";
import { wantTexts } from "../../actions/read";
import { span } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { channelName, meansName, pageStageName, personName } from "../../i18n/words";
import type { BoardPost, Holder } from "../../state/rollcall";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { Means, RunView } from "../../wire/view";
import { postName } from "./dutyWords";

const MEANS: Means[] = ["phone", "radio", "in_person"];

interface RollRowProps {
  row: BoardPost;
  run: RunView;
  county: County;
  now: number;
}

export function RollRow({ row, run, county, now }: RollRowProps) {
  const until = run.ended ? Date.parse(run.ended) : now;
  return (
    <div className="rollrow" data-testid="roll-row" data-post={row.post}>
      <span className="due">{span(until - Date.parse(run.began))}</span>
      <b className="el">{postName(county, row.post)}</b>
      <div className="col">
        {row.holders.map((holder) => (
          <HolderLine key={holder.person} holder={holder} county={county} />
        ))}
      </div>
    </div>
  );
}

function HolderLine({ holder, county }: { holder: Holder; county: County }) {
  const allowed = useApp(mayAct);
  const [asking, setAsking] = useState(false);
  const person = county.people.get(holder.person);
  const reason = useApp((state) => state.texts.get(holder.note ?? ""));
  useEffect(() => wantTexts([holder.note]), [holder.note]);
  const newest = holder.pages.at(-1);
  const busy = useApp((state) =>
    state.outbox.some((one) => one.subject.page === newest?.id && one.state !== "refused"),
  );
  const channels = [...new Set(holder.pages.map((page) => page.channel))];
  return (
    <div className="holder" data-testid="roll-holder" data-person={holder.person}>
      <span className="el">
        {personName(person, holder.person)}{" "}
        {person?.phone ? (
          <a className="s" href={`tel:${person.phone.replaceAll(" ", "")}`}>
            {person.phone}
          </a>
        ) : null}
      </span>
      <span className="s i2 el">
        {holder.stage === null ? (
          <span className="tag inv">{i18n.t("没有可用的通道，没叫到")}</span>
        ) : (
          `${channels.map(channelName).join(i18n.t("、"))} · ${pageStageName(holder.stage)}${reason ? ` · ${reason}` : ""}`
        )}
      </span>
      {newest && !asking ? (
        <Button
          small
          disabled={!allowed || busy}
          onPress={() => setAsking(true)}
          testId="record-answer"
        >
          {busy ? i18n.t("正在送到服务器…") : i18n.t("代记：他在…")}
        </Button>
      ) : null}
      {newest && asking ? (
        <span className="acts">
          <span className="s i3">{i18n.t("怎么知道的")}</span>
          {MEANS.map((means) => (
            <Button
              key={means}
              small
              onPress={() => {
                void recordAnswer(newest.id, true, means);
                setAsking(false);
              }}
              testId={`by-${means}`}
            >
              {meansName(means)}
            </Button>
          ))}
          <Button small onPress={() => setAsking(false)}>
            {i18n.t("不记")}
          </Button>
        </span>
      ) : null}
    </div>
  );
}
