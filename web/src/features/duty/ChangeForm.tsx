// Somebody is away, somebody comes instead, or besides: written as one sentence before it is pressed.
import { useState } from "react";
import { changeDuty } from "../../actions/duty";
import { i18n } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import type { PostView } from "../../wire/view";
import { Instant } from "../clock/Typed";
import { useKeep } from "../keep/useKeep";
import { shiftSpan } from "./dutyWords";
import { PersonField } from "./PersonField";

export interface ChangeStart {
  from: number;
  until: number;
  out: string | null;
  into: string | null;
}

/** The longest span one change may cover, ms. */
const LONGEST_MS = 31 * 86_400_000;

interface ChangeFormProps {
  post: PostView;
  county: County;
  now: number;
  start: ChangeStart;
  onDone: () => void;
}

export function ChangeForm({ post, county, now, start, onDone }: ChangeFormProps) {
  const [change, setChange] = useState(start);
  const { keep, unkept } = useKeep();
  const put = (part: Partial<ChangeStart>) => setChange({ ...change, ...part });
  const { from, until, out, into } = change;
  const held = post.shifts.filter(
    (one) => Date.parse(one.from) < until && from < Date.parse(one.until),
  );
  const there = [...new Set([...held.flatMap((one) => one.people), ...post.now])];
  const wrong = problem(change, now);
  const name = (id: string) => personName(county.people.get(id), id);
  return (
    <form
      className="form boxed"
      data-testid="change-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong) return;
        void keep(() => changeDuty({ post: post.id, ...change }), onDone);
      }}
    >
      <div className="pairs">
        <Instant
          label={i18n.t("从")}
          at={from}
          onChange={(at) => put({ from: at })}
          testId="change-from"
        />
        <Instant
          label={i18n.t("到")}
          at={until}
          onChange={(at) => put({ until: at })}
          testId="change-until"
        />
      </div>
      <label>
        <span className="lab">{i18n.t("谁不在")}</span>
        <select
          className="in"
          value={out ?? ""}
          onChange={(event) => put({ out: event.target.value || null })}
          data-testid="change-out"
        >
          <option value="">{i18n.t("没有人不在，只是加人")}</option>
          {there.map((id) => (
            <option key={id} value={id}>
              {name(id)}
            </option>
          ))}
        </select>
      </label>
      <PersonField
        label={i18n.t("谁来")}
        none={out ? i18n.t("他的替补") : i18n.t("选一个人")}
        county={county}
        chosen={into}
        onChange={(person) => put({ into: person })}
        testId="change-into"
      />
      <p className="s">
        {wrong ?? (
          <b>
            {out && into
              ? i18n.t("{span}：{into} 替 {out}。", {
                  span: shiftSpan(from, until, now),
                  into: name(into),
                  out: name(out),
                })
              : out
                ? i18n.t("{span}：{out} 不在，由他的替补顶。", {
                    span: shiftSpan(from, until, now),
                    out: name(out),
                  })
                : i18n.t("{span}：加上 {into}。", {
                    span: shiftSpan(from, until, now),
                    into: name(into ?? ""),
                  })}
          </b>
        )}
      </p>
      {unkept}
      <div className="acts">
        <Button
          kind="primary"
          submit
          disabled={wrong !== null}
          onPress={() => {}}
          testId="change-keep"
        >
          {i18n.t("改排班")}
        </Button>
        <Button onPress={onDone}>{i18n.t("不改")}</Button>
      </div>
    </form>
  );
}

/** What keeps a change from being one, as a sentence. */
function problem({ from, until, out, into }: ChangeStart, now: number): string | null {
  if (!out && !into) return i18n.t("写明谁不在，或者谁来。");
  if (out === into) return i18n.t("来的和不在的是同一个人。");
  if (until <= from) return i18n.t("结束要晚于开始。");
  if (until <= now) return i18n.t("这段时间已经过去，改不了了。");
  if (until - from > LONGEST_MS) return i18n.t("一次最多改 31 天。");
  return null;
}
