// Duty watch: who is there, who answers the roll, what is handed over, what the shift did, by what people can be
// reached.
import { i18n } from "../../i18n/i18n";
import { lacks } from "../../state/duty";
import { boardOf, rollCalls } from "../../state/rollcall";
import type { County } from "../../state/world";
import { Empty, Key } from "../../ui/Panel";
import { useNow } from "../clock/useNow";
import { type DutyTab, useDesk } from "../desk/desk";
import { useKeys } from "../keys/useKeys";
import { ContactsTab } from "./ContactsTab";
import { HandoverTab } from "./HandoverTab";
import { JournalTab } from "./JournalTab";
import { OnDutyTab } from "./OnDutyTab";
import { RollCallTab } from "./RollCallTab";
import { usePosts } from "./usePosts";

export function DutyPage({ county }: { county: County }) {
  const now = useNow();
  const { desk, move } = useDesk();
  const { list: posts, failed } = usePosts(county);
  const lacking = posts.filter((post) => lacks(post, now).some((one) => one !== "gap")).length;
  const [run] = rollCalls(county);
  const silent =
    run && run.state !== "satisfied" && run.state !== "cancelled"
      ? boardOf(run, county.pages.values()).silent.length
      : 0;
  const open = posts.filter((post) => post.handover !== null).length;
  const tabs: [DutyTab, string, string | null][] = [
    ["now", i18n.t("谁在岗"), lacking > 0 ? i18n.t("{n} 个要处理", { n: lacking }) : null],
    ["roll", i18n.t("点名"), silent > 0 ? i18n.t("{n} 个没应", { n: silent }) : null],
    ["handover", i18n.t("交接班"), open > 0 ? i18n.t("{n} 个等签字", { n: open }) : null],
    ["journal", i18n.t("值班日志"), null],
    ["contacts", i18n.t("通道"), null],
  ];
  const go = (place: number) => () => {
    const tab = tabs[place]?.[0];
    if (tab) move({ to: "duty", tab });
  };
  useKeys({ "1": go(0), "2": go(1), "3": go(2), "4": go(3), "5": go(4) });
  return (
    <section className="p pagep greys duty" data-testid="duty">
      <div className="pt dutytabs" role="tablist" aria-label={i18n.t("值班")}>
        {tabs.map(([tab, name, note], place) => (
          <button
            key={tab}
            type="button"
            role="tab"
            aria-selected={desk.duty === tab}
            onClick={() => move({ to: "duty", tab })}
            data-testid={`duty-${tab}`}
          >
            <kbd>{place + 1}</kbd>
            <b>{name}</b>
            {note ? <span className="tag inv">{note}</span> : null}
          </button>
        ))}
        <span className="g" />
        {failed ? (
          <span className="s" role="status" data-testid="duty-failed">
            {i18n.t("没有取到最新的，还在试：{words}", { words: failed })}
          </span>
        ) : null}
      </div>
      {posts.length === 0 && desk.duty !== "contacts" && desk.duty !== "journal" ? (
        <Empty title={i18n.t("还没有排任何岗位。")}>
          {i18n.t("请管理员在 posts.toml 里写岗位和排班，写好后在“规则”页重新读一遍文件。")}
        </Empty>
      ) : desk.duty === "now" ? (
        <OnDutyTab county={county} posts={posts} now={now} />
      ) : desk.duty === "roll" ? (
        <RollCallTab county={county} posts={posts} now={now} />
      ) : desk.duty === "handover" ? (
        <HandoverTab county={county} posts={posts} now={now} />
      ) : desk.duty === "journal" ? (
        <JournalTab county={county} posts={posts} now={now} />
      ) : (
        <ContactsTab county={county} posts={posts} now={now} />
      )}
      <div className="pk">
        <Key k="1–5">{i18n.t("换一页")}</Key>
        <Key k="↑↓">{i18n.t("选择")}</Key>
        <Key k="Esc">{i18n.t("返回")}</Key>
      </div>
    </section>
  );
}
