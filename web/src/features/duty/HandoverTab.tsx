// Handover: two signatures over a list of what is owed. Until the second the first is still on the hook.
import { useEffect, useState } from "react";
import { signHandover } from "../../actions/duty";
import { wantTexts } from "../../actions/read";
import { hm, span, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName } from "../../i18n/words";
import { EARLY_MS, roomOf, type Signing, shiftNow, signing } from "../../state/duty";
import { ownHand } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import type { HandoverView, PostView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { useKeep } from "../keep/useKeep";
import { whyNot } from "../timebar/whyNot";
import { names } from "./dutyWords";
import type { DutyTabProps } from "./OnDutyTab";
import { OwingList } from "./OwingList";

export function HandoverTab({ county, posts, now }: DutyTabProps) {
  const { desk, move } = useDesk();
  const open = posts.filter((post) => post.handover !== null);
  const post = open.find((one) => one.id === desk.post) ?? open[0] ?? roomOf(posts);
  return (
    <div className="handover" data-testid="handover">
      {open.length > 1 ? (
        <div className="pf">
          {open.map((one) => (
            <Chip
              key={one.id}
              on={one.id === post?.id}
              onPress={() => move({ to: "duty", tab: "handover", post: one.id })}
            >
              {say(one.title)}
            </Chip>
          ))}
        </div>
      ) : null}
      {post?.handover ? (
        <Signatures post={post} handover={post.handover} county={county} now={now} />
      ) : (
        <NotYet post={post} county={county} now={now} />
      )}
      <OwingList county={county} handover={post?.handover ?? null} now={now} />
    </div>
  );
}

/** Nothing to sign now; when there will be. */
function NotYet({ post, county, now }: { post: PostView | null; county: County; now: number }) {
  const shift = post ? shiftNow(post, now) : null;
  return (
    <div className="handhead" data-testid="handover-none">
      <div className="g">
        <p className="l">
          <b>{i18n.t("现在不用交接")}</b>
        </p>
        <p className="i2">
          {post && shift
            ? i18n.t("{post}：{names} 这一班到 {time}，{from} 起可以签字。下面是现在欠着的。", {
                post: say(post.title),
                names: names(county, post.now),
                time: stamp(shift.until, now),
                from: hm(Date.parse(shift.until) - EARLY_MS),
              })
            : i18n.t("没有要两个人签字的岗位。下面是现在欠着的。")}
        </p>
      </div>
      <ToJournal />
    </div>
  );
}

/** What the shift did, beside what it owes. */
function ToJournal() {
  const { move } = useDesk();
  return (
    <Button onPress={() => move({ to: "duty", tab: "journal" })} testId="to-journal">
      {i18n.t("看这一班的日志")}
    </Button>
  );
}

interface SignaturesProps {
  post: PostView;
  handover: HandoverView;
  county: County;
  now: number;
}

function Signatures({ post, handover, county, now }: SignaturesProps) {
  const { move } = useDesk();
  const me = useApp(ownHand);
  const note = useApp((state) => state.texts.get(handover.note ?? ""));
  useEffect(() => wantTexts([handover.note]), [handover.note]);
  const [words, setWords] = useState("");
  const { keep, unkept } = useKeep();
  const pending = useApp((state) =>
    state.outbox
      .filter((one) => one.subject.action === "sign_handover" && one.subject.post === post.id)
      .at(-1),
  );
  const busy =
    pending?.state === "waiting" || pending?.state === "sending" || pending?.state === "stuck";
  const side = signing(post, me);
  const due = Date.parse(handover.due);
  const late = due <= now;
  return (
    <>
      <div className={`handhead${late ? " late" : ""}`} data-testid="handover-head">
        <div className="g">
          <p className="l">
            <b>{say(post.title)}</b>{" "}
            {late
              ? i18n.t("已到换班时间 {time}，还没交接完，已 {late}", {
                  time: hm(due),
                  late: span(now - due),
                })
              : i18n.t("{time} 换班，还有 {left}", { time: hm(due), left: span(due - now) })}
          </p>
          <p data-testid="on-the-hook">
            <b>
              {i18n.t("第二个人签字之前，{names} 仍在岗，照样会被叫。", {
                names: names(county, handover.from),
              })}
            </b>
          </p>
        </div>
        <ToJournal />
      </div>
      <div className="signs">
        <div className="sign" data-testid="sign-first" data-signed={handover.signed !== null}>
          <p className="s i3">{i18n.t("① 交班")}</p>
          <p className="l">
            <b>{names(county, handover.from)}</b>
          </p>
          {handover.signed ? (
            <p>
              {i18n.t("{name} {time} 已签", {
                name: personName(county.people.get(handover.signed.by), handover.signed.by),
                time: hm(handover.signed.at),
              })}
            </p>
          ) : (
            <p>
              <span className="tag ln">{i18n.t("还没签")}</span>
            </p>
          )}
          {side === "first" ? (
            <>
              <label>
                <span className="lab">{i18n.t("清单之外要说的（可不写）")}</span>
                <textarea
                  className="in"
                  rows={2}
                  value={words}
                  onChange={(event) => setWords(event.target.value)}
                  data-testid="handover-note"
                />
              </label>
              {unkept}
              <Button
                kind="primary"
                disabled={busy}
                onPress={() =>
                  keep(
                    () => signHandover(post.id, words.trim()),
                    () => {},
                  )
                }
                testId="sign-out"
              >
                {busy ? i18n.t("正在送到服务器…") : i18n.t("交班签字：下面这些都交代了")}
              </Button>
            </>
          ) : null}
          {handover.note ? <p className="note">{note ?? "…"}</p> : null}
        </div>
        <div className="sign" data-testid="sign-second">
          <p className="s i3">{i18n.t("② 接班")}</p>
          <p className="l">
            <b>{names(county, handover.to)}</b>
          </p>
          {handover.to.length === 0 ? (
            <>
              <p>
                <span className="tag inv">{i18n.t("下一班没有排人，没有人能接。")}</span>
              </p>
              <Button onPress={() => move({ to: "duty", tab: "now", post: post.id })}>
                {i18n.t("去排人…")}
              </Button>
            </>
          ) : null}
          <p>
            <span className="tag ln">
              {handover.signed ? i18n.t("等接班的人签") : i18n.t("等交班的人先签")}
            </span>
          </p>
          {side === "second" ? (
            <Button
              kind="primary"
              disabled={busy}
              onPress={() => void signHandover(post.id, "")}
              testId="sign-in"
            >
              {busy ? i18n.t("正在送到服务器…") : i18n.t("接班签字：下面这些归我")}
            </Button>
          ) : null}
        </div>
        <p className="s i2 signwhy">{whyNot(why(side))}</p>
      </div>
    </>
  );
}

/** What this person has to do with it, in a sentence. */
function why(side: Signing): string {
  switch (side) {
    case "first":
      return i18n.t("你交班。签了以后还在岗，等接班的人签。");
    case "second":
      return i18n.t("你接班。签了以后就是你在岗，这些都归你。");
    case "wait":
      return i18n.t("你接班。要等交班的人先签，再轮到你。");
    case "signed":
      return i18n.t("你已经签了。接班的人签字之前，你仍在岗。");
    case "other":
      return i18n.t("你不在这次交接里，只能看。签字要用交班人、接班人自己的账号。");
  }
}
