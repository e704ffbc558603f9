// One post: who holds it, the shifts that follow, what was changed in them, and the presses that change it.
import { useState } from "react";
import { endDutyChange } from "../../actions/duty";
import { hm, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName, personPost } from "../../i18n/words";
import { gapAhead, isSignedIn, lingering } from "../../state/duty";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import type { PostView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { whyNot } from "../timebar/whyNot";
import { ChangeForm, type ChangeStart } from "./ChangeForm";
import { names, placeName, shiftSpan } from "./dutyWords";
import { SignInButton } from "./OnDutyTab";
import { SwapForm } from "./SwapForm";

type Writing = { form: "change"; start: ChangeStart } | { form: "swap" } | null;

interface PostPanelProps {
  post: PostView;
  county: County;
  now: number;
}

export function PostPanel({ post, county, now }: PostPanelProps) {
  const { move } = useDesk();
  const allowed = useApp(mayAct);
  const [writing, setWriting] = useState<Writing>(null);
  const late = lingering(post, now);
  const gap = gapAhead(post, now);
  const write = (start: Partial<ChangeStart>) =>
    setWriting({
      form: "change",
      start: { from: now, until: now + 12 * 3_600_000, out: null, into: null, ...start },
    });
  return (
    <Panel
      title={say(post.title)}
      className="g"
      testId="post-panel"
      aside={
        <Button small onPress={() => move({ to: "duty", tab: "now", post: null })}>
          {i18n.t("关上")}
        </Button>
      }
    >
      <div className="pb">
        <div className="pt">
          <h2>{i18n.t("现在")}</h2>
          <span className="i2">{post.now.length}</span>
          <span className="g" />
          <span className="s i3">{placeName(county, post.township)}</span>
        </div>
        {post.now.length === 0 ? (
          <p className="line">
            <span className="tag inv">{i18n.t("现在没有人，叫这个岗位叫不到任何人。")}</span>
          </p>
        ) : null}
        {post.now.map((id) => {
          const person = county.people.get(id);
          const signed = post.signed_in.find((one) => one.by === id);
          return (
            <div key={id} className="decline" data-testid="holder">
              <span className="col g">
                <b className="el">{personName(person, id)}</b>
                <span className="s i2 el">{personPost(person)}</span>
              </span>
              <span className="s i2 nw">
                {late.includes(id)
                  ? i18n.t("还没交接")
                  : isSignedIn(post, id) && signed
                    ? i18n.t("{time} 签到", { time: hm(signed.at) })
                    : ""}
              </span>
              {person?.phone ? (
                <a className="nw" href={`tel:${person.phone.replaceAll(" ", "")}`}>
                  {person.phone}
                </a>
              ) : null}
            </div>
          );
        })}
        <div className="acts pad">
          <SignInButton post={post} now={now} />
          {post.shifts.length > 0 ? (
            <Button
              small
              disabled={!allowed}
              onPress={() => setWriting({ form: "swap" })}
              testId="open-swap"
            >
              {i18n.t("两人换班…")}
            </Button>
          ) : null}
          <Button
            small
            disabled={!allowed}
            onPress={() => write({ out: post.now[0] ?? null })}
            testId="open-change"
          >
            {i18n.t("请人顶班、加人…")}
          </Button>
        </div>
        {allowed ? null : (
          <p className="s i3 padx">{whyNot(i18n.t("你可以看，不能改。改排班要值班员角色。"))}</p>
        )}
        {writing?.form === "swap" ? (
          <SwapForm post={post} county={county} now={now} onDone={() => setWriting(null)} />
        ) : null}
        {writing?.form === "change" ? (
          <ChangeForm
            key={`${writing.start.from}${writing.start.out}`}
            post={post}
            county={county}
            now={now}
            start={writing.start}
            onDone={() => setWriting(null)}
          />
        ) : null}
        {gap ? (
          <>
            <div className="pt">
              <h2>{i18n.t("缺人")}</h2>
              <span className="i2">{post.gaps.length}</span>
            </div>
            {post.gaps.map((one) => (
              <div key={one.from} className="decline" data-testid="post-gap">
                <span className="col g">
                  <span>{shiftSpan(one.from, one.until, now)}</span>
                  <span className="s i3">
                    {i18n.t("要 {least} 人，现有：{names}", {
                      least: one.least,
                      names: names(county, one.people),
                    })}
                  </span>
                </span>
                <Button
                  small
                  disabled={!allowed}
                  onPress={() =>
                    write({ from: Date.parse(one.from), until: Date.parse(one.until), out: null })
                  }
                  testId="fill-this-gap"
                >
                  {i18n.t("排人…")}
                </Button>
              </div>
            ))}
          </>
        ) : null}
        <div className="pt">
          <h2>{i18n.t("后面几班")}</h2>
          <span className="i2">{post.shifts.length}</span>
        </div>
        {post.shifts.length === 0 ? (
          <p className="line i3">{i18n.t("这个岗位没有排班，上面的人一直在岗。")}</p>
        ) : null}
        {post.shifts.map((shift) => (
          <div key={shift.from} className="line center" data-testid="shift-row">
            <span className="t nw i2">{shiftSpan(shift.from, shift.until, now)}</span>
            <span className="g el">{names(county, shift.people)}</span>
            {shift.short ? <span className="tag inv">{i18n.t("人不够")}</span> : null}
          </div>
        ))}
        <div className="pt">
          <h2>{i18n.t("改过的")}</h2>
          <span className="i2">{post.changes.length}</span>
        </div>
        {post.changes.length === 0 ? (
          <p className="line i3">{i18n.t("照排班，没有改过。")}</p>
        ) : null}
        {post.changes.map((one) => (
          <div key={`${one.op}${one.out}${one.from}`} className="decline" data-testid="duty-change">
            <span className="col g">
              <span className="el">
                {one.out && one.into
                  ? i18n.t("{into} 替 {out}", {
                      into: personName(county.people.get(one.into), one.into),
                      out: personName(county.people.get(one.out), one.out),
                    })
                  : one.out
                    ? i18n.t("{out} 不在，由他的替补顶", {
                        out: personName(county.people.get(one.out), one.out),
                      })
                    : i18n.t("{into} 加班", {
                        into: personName(county.people.get(one.into ?? ""), one.into ?? ""),
                      })}
              </span>
              <span className="s i3">
                {shiftSpan(one.from, one.until, now)} ·{" "}
                {i18n.t("{name} 改的", { name: personName(county.people.get(one.by), one.by) })}
              </span>
            </span>
            <Button
              small
              disabled={!allowed}
              onPress={() => void endDutyChange(one.op)}
              testId="end-change"
            >
              {Date.parse(one.from) > now
                ? i18n.t("撤回")
                : i18n.t("到 {time} 为止，现在结束", { time: stamp(one.until, now) })}
            </Button>
          </div>
        ))}
      </div>
    </Panel>
  );
}
