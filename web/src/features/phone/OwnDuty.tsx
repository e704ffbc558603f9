// This person's own posts on the phone: am I on duty, until when, sign in, and hand over.
import { signHandover, signIn } from "../../actions/duty";
import { hm, span, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { isSignedIn, lingering, maySignIn, shiftNow, signing } from "../../state/duty";
import { type Pending, useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Empty } from "../../ui/Panel";
import type { PostView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { names } from "../duty/dutyWords";
import { PROOF_CLASS, proofOfPress } from "./proof";

interface OwnDutyProps {
  county: County;
  posts: PostView[];
  person: string;
}

export function OwnDuty({ county, posts, person }: OwnDutyProps) {
  return (
    <div className="read" data-testid="own-duty">
      <div className="head">
        <h1>{i18n.t("我的值班")}</h1>
      </div>
      {posts.length === 0 ? (
        <Empty title={i18n.t("排班里没有你的班。")}>
          {i18n.t("排到你时会出现在这里，到时可以签到和交接。")}
        </Empty>
      ) : (
        posts.map((post) => <OwnPost key={post.id} post={post} county={county} person={person} />)
      )}
    </div>
  );
}

function OwnPost({ post, county, person }: { post: PostView; county: County; person: string }) {
  const now = useNow();
  const outbox = useApp((state) => state.outbox);
  const shift = shiftNow(post, now);
  const mine = post.now.includes(person);
  const late = lingering(post, now).includes(person);
  const coming = post.shifts.find(
    (one) => Date.parse(one.from) > now && one.people.includes(person),
  );
  const toSign = maySignIn(post, person, now);
  const side = signing(post, person);
  const last = (action: string) =>
    outbox.filter((one) => one.subject.post === post.id && one.subject.action === action).at(-1);
  const signed = post.signed_in.find((one) => one.by === person);
  return (
    <section data-testid="own-post">
      <div className="head" style={{ borderBottom: 0 }}>
        <h2>{say(post.title)}</h2>
        <p>
          <b>
            {late
              ? i18n.t("还没交接，你仍在岗")
              : mine
                ? shift
                  ? i18n.t("你在岗，到 {time}，还有 {left}", {
                      time: stamp(shift.until, now),
                      left: span(Date.parse(shift.until) - now),
                    })
                  : i18n.t("你在岗")
                : i18n.t("现在不是你的班")}
          </b>
        </p>
        <p className="s i2">
          {mine ? null : i18n.t("现在 {names}", { names: names(county, post.now) })}{" "}
          {coming ? i18n.t("你的下一班 {time} 起", { time: stamp(coming.from, now) }) : null}
        </p>
        {isSignedIn(post, person) && signed ? (
          <p className="s">{i18n.t("{time} 已签到", { time: hm(signed.at) })}</p>
        ) : null}
      </div>
      <div className="verbs" style={{ border: 0 }}>
        {toSign ? (
          <Verb
            words={
              Date.parse(toSign.from) > now
                ? i18n.t("签到：{time} 起的班", { time: hm(toSign.from) })
                : i18n.t("签到：我在岗")
            }
            hint={
              post.sign_in_by && mine
                ? i18n.t("{time} 前", { time: hm(post.sign_in_by) })
                : i18n.t("按一下")
            }
            press={last("sign_in")}
            onPress={() => void signIn(post.id)}
            testId="own-sign-in"
          />
        ) : null}
        {side === "first" ? (
          <Verb
            words={i18n.t("交班签字")}
            hint={i18n.t("{names} 签字前你仍在岗", {
              names: names(county, post.handover?.to ?? []),
            })}
            press={last("sign_handover")}
            onPress={() => void signHandover(post.id, "")}
            testId="own-hand-over"
          />
        ) : null}
        {side === "second" ? (
          <Verb
            words={i18n.t("接班签字")}
            hint={i18n.t("签了就是你在岗")}
            press={last("sign_handover")}
            onPress={() => void signHandover(post.id, "")}
            testId="own-take-over"
          />
        ) : null}
        {side === "wait" ? (
          <p className="s i2">
            {i18n.t("你接班。要等 {names} 先签。", {
              names: names(county, post.handover?.from ?? []),
            })}
          </p>
        ) : null}
        {side === "signed" ? (
          <p className="s i2">{i18n.t("你已经签了。接班的人签字之前，你仍在岗。")}</p>
        ) : null}
      </div>
    </section>
  );
}

interface VerbProps {
  words: string;
  hint: string;
  press: Pending | undefined;
  onPress: () => void;
  testId: string;
}

function Verb({ words, hint, press, onPress, testId }: VerbProps) {
  const proof = press ? proofOfPress(press) : null;
  const busy = proof?.state === "waiting" || proof?.state === "stuck";
  return (
    <button
      type="button"
      className={`verb wide${busy ? " said" : " next"}`}
      disabled={busy}
      onClick={onPress}
      data-testid={testId}
    >
      <b>{words}</b>
      <small>
        {proof && proof.state !== "received" ? (
          <span className={PROOF_CLASS[proof.state]}>{proof.words}</span>
        ) : (
          hint
        )}
      </small>
    </button>
  );
}
