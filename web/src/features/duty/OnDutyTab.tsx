// Who is on duty now and who comes next: the room in large letters, then every post, those in need first.
import { useMemo, useState } from "react";
import { signIn } from "../../actions/duty";
import { hm, span, stamp } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import {
  gapAhead,
  isSignedIn,
  lacks,
  lingering,
  maySignIn,
  nextShift,
  postsByNeed,
  roomOf,
  shiftNow,
} from "../../state/duty";
import { ownHand } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { PostView } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { AheadPanel } from "./AheadPanel";
import { lackName, names, placeName, shiftSpan } from "./dutyWords";
import { PostPanel } from "./PostPanel";

export interface DutyTabProps {
  county: County;
  posts: PostView[];
  now: number;
}

type Which = "all" | "need" | "county" | "towns";

export function OnDutyTab({ county, posts, now }: DutyTabProps) {
  const { desk, move } = useDesk();
  const [which, setWhich] = useState<Which>("all");
  const [words, setWords] = useState("");
  const room = roomOf(posts);
  const needing = posts.filter((post) => lacks(post, now).length > 0).length;
  const shown = useMemo(
    () => postsByNeed(posts, now).filter((post) => fits(post, which, words.trim(), county, now)),
    [posts, which, words, county, now],
  );
  const chosen = posts.find((post) => post.id === desk.post) ?? null;
  const choose = (post: string | null) => move({ to: "duty", tab: "now", post });
  const filters: [Which, string][] = [
    ["all", i18n.t("全部 {n}", { n: posts.length })],
    ["need", i18n.t("要处理 {n}", { n: needing })],
    ["county", i18n.t("县级")],
    ["towns", i18n.t("乡镇")],
  ];
  return (
    <div className="pagebody" data-side={chosen ? "open" : "closed"}>
      <div className="p pagelist">
        {room ? <Room post={room} county={county} now={now} /> : null}
        <div className="pf">
          {filters.map(([one, name]) => (
            <Chip
              key={one}
              on={which === one}
              onPress={() => setWhich(one)}
              testId={`posts-${one}`}
            >
              {name}
            </Chip>
          ))}
          <input
            className="in find"
            type="search"
            placeholder={i18n.t("找岗位或姓名")}
            aria-label={i18n.t("找岗位或姓名")}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            data-testid="posts-find"
          />
        </div>
        <div className="postrow head" aria-hidden="true">
          <span>{i18n.t("岗位")}</span>
          <span>{i18n.t("现在")}</span>
          <span className="r">{i18n.t("到")}</span>
          <span>{i18n.t("签到")}</span>
          <span>{i18n.t("下一班")}</span>
        </div>
        {shown.length === 0 ? (
          <Empty title={i18n.t("没有这样的岗位。")}>{i18n.t("换一个筛选，或清掉找的字。")}</Empty>
        ) : (
          <VirtualList
            items={shown}
            rowHeight={48}
            keyOf={(post) => post.id}
            label={i18n.t("岗位，要处理的在前")}
            active={desk.post}
            onActivate={choose}
            onOpen={choose}
            testId="post-rows"
            takesFocus
            render={(post, selected) => (
              <Line post={post} county={county} now={now} selected={selected} />
            )}
          />
        )}
      </div>
      <aside className="p pageside">
        {chosen ? (
          <PostPanel key={chosen.id} post={chosen} county={county} now={now} />
        ) : (
          <AheadPanel posts={posts} county={county} now={now} onChoose={choose} />
        )}
      </aside>
    </div>
  );
}

function fits(post: PostView, which: Which, words: string, county: County, now: number): boolean {
  if (which === "need" && lacks(post, now).length === 0) return false;
  if (which === "county" && post.township !== null) return false;
  if (which === "towns" && post.township === null) return false;
  if (words === "") return true;
  const text = [say(post.title), placeName(county, post.township), names(county, post.now)];
  return text.join(" ").toLowerCase().includes(words.toLowerCase());
}

/** The room's own shift: who, until when, who comes. */
function Room({ post, county, now }: { post: PostView; county: County; now: number }) {
  const { move } = useDesk();
  const shift = shiftNow(post, now);
  const next = nextShift(post, now);
  const late = lingering(post, now);
  return (
    <div className="room" data-testid="room">
      <div className="g">
        <p className="s i3">{say(post.title)}</p>
        <p className="l">
          <b className={post.now.length === 0 ? "tagl inv" : ""}>{names(county, post.now)}</b>
          {shift ? (
            <span className="i2">
              {" "}
              {i18n.t("到 {time}，还有 {left}", {
                time: hm(shift.until),
                left: span(Date.parse(shift.until) - now),
              })}
            </span>
          ) : null}
        </p>
        <p className="i2">
          {late.length > 0 ? (
            <b>
              {i18n.t("{names} 还没交接，仍在岗，照样会被叫。", { names: names(county, late) })}
            </b>
          ) : next ? (
            i18n.t("下一班 {names}，{time} 起", {
              names: names(county, next.people),
              time: stamp(next.from, now),
            })
          ) : null}
        </p>
      </div>
      <SignInButton post={post} now={now} />
      {post.handover ? (
        <Button
          kind={late.length > 0 ? "inverted" : "plain"}
          onPress={() => move({ to: "duty", tab: "handover", post: post.id })}
        >
          {i18n.t("交接班…")}
        </Button>
      ) : null}
    </div>
  );
}

/** "I am here", for whom it is their shift or will be within the hour. */
export function SignInButton({ post, now }: { post: PostView; now: number }) {
  const me = useApp(ownHand);
  const busy = useApp((state) =>
    state.outbox.some(
      (one) =>
        one.subject.action === "sign_in" &&
        one.subject.post === post.id &&
        (one.state === "waiting" || one.state === "sending" || one.state === "stuck"),
    ),
  );
  const shift = me ? maySignIn(post, me, now) : null;
  if (!shift) return null;
  return (
    <Button
      kind="primary"
      disabled={busy}
      onPress={() => void signIn(post.id)}
      testId={`sign-in-${post.id}`}
    >
      {busy
        ? i18n.t("正在送到服务器…")
        : Date.parse(shift.from) > now
          ? i18n.t("签到：{time} 起的班", { time: hm(shift.from) })
          : i18n.t("签到：我在岗")}
    </Button>
  );
}

interface LineProps {
  post: PostView;
  county: County;
  now: number;
  selected: boolean;
}

function Line({ post, county, now, selected }: LineProps) {
  const [worst] = lacks(post, now);
  const shift = shiftNow(post, now);
  const next = nextShift(post, now);
  const gap = gapAhead(post, now);
  const ours = worst === "vacant" || worst === "handover" || worst === "not_signed";
  const first = post.now[0];
  const phone = first ? county.people.get(first)?.phone : null;
  return (
    <div
      className={`postrow${selected ? " sel" : ""}`}
      data-testid="post-row"
      data-post={post.id}
      data-lack={worst ?? ""}
    >
      <span className="col">
        <b className="el">{say(post.title)}</b>
        <span className="s i3 el">
          {worst ? <span className={ours ? "tag inv" : "tag ln"}>{lackName(worst)}</span> : null}{" "}
          {placeName(county, post.township)}
        </span>
      </span>
      <span className="col">
        <span className="el">{names(county, post.now)}</span>
        <span className="s i3 el">{phone ?? ""}</span>
      </span>
      <span className="col r">
        <span>{shift ? stamp(shift.until, now) : i18n.t("一直")}</span>
      </span>
      <span className="s i2">{signedWords(post, now)}</span>
      <span className="col">
        <span className="el i2">{next ? names(county, next.people) : "—"}</span>
        <span className="s i3 el">
          {gap && Date.parse(gap.from) > now
            ? i18n.t("{span} 缺人", { span: shiftSpan(gap.from, gap.until, now) })
            : next
              ? i18n.t("{time} 起", { time: stamp(next.from, now) })
              : ""}
        </span>
      </span>
    </div>
  );
}

/** Who signed in, or until when it is waited for. */
export function signedWords(post: PostView, now: number): string {
  const shift = shiftNow(post, now);
  if (!shift) return "—";
  const here = shift.people.filter((person) => isSignedIn(post, person)).length;
  const first = post.signed_in[0];
  if (first) {
    return here >= shift.people.length
      ? i18n.t("{time} 签到", { time: hm(first.at) })
      : i18n.t("{here} / {all} 人签到", { here: post.signed_in.length, all: shift.people.length });
  }
  if (post.sign_in_by === null) return i18n.t("不要求");
  const left = Date.parse(post.sign_in_by) - now;
  return left > 0
    ? i18n.t("还有 {left}", { left: span(left) })
    : i18n.t("晚了 {late}", { late: span(-left) });
}
