// By what people can be reached: what each contact point has proven, and the press that tries them all.
import { useMemo, useState } from "react";
import { age, stamp } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { channelName, personName, personPost } from "../../i18n/words";
import {
  CHANNELS,
  channelSums,
  chosenOf,
  isReachable,
  type Proof,
  proofOf,
  type Which,
} from "../../state/contacts";
import { mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import { VirtualList } from "../../ui/VirtualList";
import type { PersonContacts } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { AsNow } from "../timebar/AsNow";
import { whyNot } from "../timebar/whyNot";
import type { DutyTabProps } from "./OnDutyTab";
import { PersonContactsPanel } from "./PersonContactsPanel";
import { PlanPanel } from "./PlanPanel";
import { planKey, ReachLines } from "./ReachLines";
import { TestDialog } from "./TestDialog";
import { useContacts } from "./useContacts";
import { useReach } from "./useReach";

export function ContactsTab({ county, posts, now }: DutyTabProps) {
  const { desk, move } = useDesk();
  const allowed = useApp(mayAct);
  const [which, setWhich] = useState<Which>("duty");
  const [round, setRound] = useState(0);
  const [testing, setTesting] = useState<PersonContacts[] | null>(null);
  const contacts = useContacts(county, round);
  const reach = useReach(county, round);
  const all = contacts.kind === "here" ? contacts.list : [];
  const onDuty = useMemo(() => new Set(posts.flatMap((post) => post.now)), [posts]);
  const shown = useMemo(() => chosenOf(all, which, onDuty, now), [all, which, onDuty, now]);
  // Somebody without any channel is in no list, and may be looked for all the same.
  const unlisted =
    contacts.kind === "here" && desk.post !== null && county.people.has(desk.post)
      ? { person: desk.post, contacts: [] }
      : null;
  const chosen = all.find((one) => one.person === desk.post) ?? unlisted;
  const plan = reach?.plans.find((one) => planKey(one.id) === desk.post) ?? null;
  const choose = (post: string | null) => move({ to: "duty", tab: "contacts", post });
  const filters: [Which, string][] = (
    [
      ["duty", i18n.t("当班的")],
      ["all", i18n.t("全部")],
      ["unproven", i18n.t("没证明叫得到")],
      ["failed", i18n.t("没打通过")],
    ] as [Which, string][]
  ).map(([one, name]) => [one, `${name} ${chosenOf(all, one, onDuty, now).length}`]);
  const columns = CHANNELS.filter((channel) =>
    all.some((one) => one.contacts.some((each) => each.channel === channel)),
  );
  return (
    <div className="pagebody" data-side={chosen || plan ? "open" : "closed"}>
      <div className="p pagelist">
        <ChannelLine all={all} now={now} />
        {reach ? (
          <ReachLines
            reach={reach}
            all={all}
            county={county}
            now={now}
            chosen={desk.post}
            onChoose={choose}
          />
        ) : null}
        <div className="pf">
          {filters.map(([one, name]) => (
            <Chip
              key={one}
              on={which === one}
              onPress={() => setWhich(one)}
              testId={`which-${one}`}
            >
              {name}
            </Chip>
          ))}
          <span className="g" />
          <Button
            small
            disabled={!allowed || shown.length === 0}
            onPress={() => setTesting(shown)}
            testId="open-test"
          >
            {i18n.t("测试列出的 {n} 人…", { n: shown.length })}
          </Button>
        </div>
        <AsNow />
        {allowed ? null : (
          <p className="line i3">{whyNot(i18n.t("你可以看，不能测试。测试要值班员角色。"))}</p>
        )}
        {contacts.kind === "asking" ? (
          <Empty title={i18n.t("正在取通道…")} />
        ) : contacts.kind === "failed" ? (
          <Empty title={i18n.t("取不到通道。")}>
            {contacts.words}{" "}
            <Button small onPress={() => setRound(round + 1)}>
              {i18n.t("再试一次")}
            </Button>
          </Empty>
        ) : shown.length === 0 ? (
          <Empty title={i18n.t("没有这样的人。")}>
            {all.length === 0
              ? i18n.t("人员文件里还没有人写联系方式（contacts）。")
              : i18n.t("换一个筛选看看。")}
          </Empty>
        ) : (
          <>
            <div className="contactrow head" aria-hidden="true" style={grid(columns.length)}>
              <span>{i18n.t("姓名")}</span>
              {columns.map((channel) => (
                <span key={channel}>{channelName(channel)}</span>
              ))}
            </div>
            <VirtualList
              items={shown}
              rowHeight={48}
              keyOf={(one) => one.person}
              label={i18n.t("每个人的通道")}
              active={desk.post}
              onActivate={choose}
              onOpen={choose}
              testId="contact-rows"
              takesFocus
              render={(one, selected) => (
                <Line one={one} columns={columns} county={county} now={now} selected={selected} />
              )}
            />
          </>
        )}
      </div>
      <aside className="p pageside">
        {chosen ? (
          <PersonContactsPanel
            key={chosen.person}
            one={chosen}
            county={county}
            now={now}
            onTest={() => setTesting([chosen])}
            onClose={() => choose(null)}
          />
        ) : plan ? (
          <PlanPanel
            plan={plan}
            all={all}
            county={county}
            now={now}
            onTest={setTesting}
            onOpen={choose}
            onClose={() => choose(null)}
          />
        ) : (
          <Empty title={i18n.t("选一个人，看每条通道的来历。")}>
            {i18n.t(
              "“已交给通道”不算叫到；手机自己的回执、接听或应答才算。一个月没有回执的要重新测试。",
            )}
          </Empty>
        )}
      </aside>
      {testing ? (
        <TestDialog people={testing} county={county} onClose={() => setTesting(null)} />
      ) : null}
    </div>
  );
}

const grid = (columns: number) => ({
  gridTemplateColumns: `minmax(120px, 1.4fr) repeat(${columns}, minmax(0, 1fr))`,
});

/** Each channel as a whole: how many have it, how many it has proven to reach, when it last did. */
function ChannelLine({ all, now }: { all: PersonContacts[]; now: number }) {
  const sums = channelSums(all, now);
  if (sums.length === 0) return null;
  return (
    <div className="channels" data-testid="channels">
      {sums.map((sum) => (
        <div key={sum.channel} data-testid={`channel-${sum.channel}`}>
          <p>
            <b>{channelName(sum.channel)}</b>{" "}
            <span className="i2">
              {i18n.t("{proven} / {people} 人证明叫得到", {
                proven: sum.proven,
                people: sum.people,
              })}
            </span>
          </p>
          <p className="s i3">
            {sum.reached
              ? i18n.t("最后送到 {age}前", { age: age(now - Date.parse(sum.reached)) })
              : i18n.t("还没有送到过任何人")}
            {sum.failedLately > 0 ? (
              <>
                {" "}
                <span className="tag inv">
                  {i18n.t("一小时内 {n} 个没打通", { n: sum.failedLately })}
                </span>
              </>
            ) : null}
          </p>
        </div>
      ))}
    </div>
  );
}

interface LineProps {
  one: PersonContacts;
  columns: readonly (typeof CHANNELS)[number][];
  county: County;
  now: number;
  selected: boolean;
}

function Line({ one, columns, county, now, selected }: LineProps) {
  const person = county.people.get(one.person);
  return (
    <div
      className={`contactrow${selected ? " sel" : ""}`}
      style={grid(columns.length)}
      data-testid="contact-row"
      data-person={one.person}
    >
      <span className="col">
        <b className="el">
          {isReachable(one, now) ? "" : "? "}
          {personName(person, one.person)}
        </b>
        <span className="s i3 el">{personPost(person)}</span>
      </span>
      {columns.map((channel) => {
        const contact = one.contacts.find((each) => each.channel === channel);
        return (
          <span key={channel} className="col">
            {contact ? (
              <ProofWords proof={proofOf(contact, now)} now={now} />
            ) : (
              <span className="i3">—</span>
            )}
          </span>
        );
      })}
    </div>
  );
}

/** The newest that is known of a contact point, and how old that is. */
export function ProofWords({ proof, now }: { proof: Proof; now: number }) {
  if (proof.state === "untried") return <span className="i3 el">{i18n.t("没试过")}</span>;
  const ago = i18n.t("{age}前", { age: age(now - Date.parse(proof.at)) });
  return (
    <>
      <span className="el" title={stamp(proof.at, now)}>
        {proof.state === "failed" ? (
          <span className="tag inv">{proofName(proof)}</span>
        ) : (
          <span className={proof.state === "accepted" || proof.state === "tried" ? "i3" : ""}>
            {proofName(proof)}
          </span>
        )}
      </span>
      <span className="s i3 el">{ago}</span>
    </>
  );
}

export function proofName(proof: Proof): string {
  switch (proof.state) {
    case "untried":
      return i18n.t("没试过");
    case "tried":
      return i18n.t("叫过，没回音");
    case "accepted":
      return i18n.t("只有网关收");
    case "failed":
      return i18n.t("没打通");
    case "reached":
      return proof.old ? i18n.t("送到过，太久") : i18n.t("送到");
    case "answered":
      return proof.old ? i18n.t("应答过，太久") : i18n.t("应答");
  }
}
