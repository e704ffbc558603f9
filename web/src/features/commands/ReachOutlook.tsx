// Under the people an order goes to: by which channels they are called, and whom those may not reach.
import type { ReactNode } from "react";
import { i18n } from "../../i18n/i18n";
import { channelName, personName } from "../../i18n/words";
import type { Outlook } from "../../state/reach";
import type { County } from "../../state/world";
import { channelsName } from "../calls/callWords";
import { areaName } from "../stations/townships";

/** Names in a line that shows no more than some twenty. */
const NAMED = 40;

interface ReachOutlookProps {
  county: County;
  /** Null while nobody knows. */
  outlook: Outlook | null;
  /** Why nobody knows; empty while it is asked for. */
  failed: string;
}

export function ReachOutlook({ county, outlook, failed }: ReachOutlookProps) {
  if (failed !== "") {
    return (
      <p className="inv s reachunknown" role="status" data-testid="reach-unknown">
        {i18n.t("取不到联系方式，不知道谁叫不到：{words}", { words: failed })}
      </p>
    );
  }
  if (!outlook) return <p className="s i3 reachunknown">{i18n.t("正在取通道…")}</p>;
  const names = (people: readonly string[]) => {
    const list = people
      .slice(0, NAMED)
      .map((id) => personName(county.people.get(id), id))
      .join(i18n.t("、"));
    return people.length > NAMED ? i18n.t("{list} 等", { list }) : list;
  };
  const { none, failed: broken, unproven, lost } = outlook;
  return (
    <>
      <p className="s reachorder" data-testid="reach-order">
        {orderWords(outlook)}
      </p>
      {none.length + broken.length + unproven.length + lost.length > 0 ? (
        <section
          className="unreached"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
          tabIndex={0}
          aria-label={i18n.t("可能叫不到的人")}
          data-testid="cannot-reach"
        >
          {lost.map((one) => (
            <Group
              key={`${one.channel}/${one.township}`}
              title={i18n.t("{place} {channel}全部不通", {
                place: areaName(county, "township", one.township),
                channel: channelName(one.channel),
              })}
              count={one.people.length}
              what={
                one.alone.length > 0
                  ? i18n.t("{n} 人没有别的通道：{names}", {
                      n: one.alone.length,
                      names: names(one.alone),
                    })
                  : i18n.t("都有别的通道，会改叫")
              }
            />
          ))}
          <Group
            title={i18n.t("没有联系方式")}
            count={none.length}
            what={i18n.t("打开手机端才收到，请另派人去")}
          >
            {names(none)}
          </Group>
          <Group
            title={i18n.t("上次没打通")}
            count={broken.length}
            what={i18n.t("一个月里没有一条通道叫到过")}
          >
            {names(broken)}
          </Group>
          <Group
            title={i18n.t("没证明叫得到")}
            count={unproven.length}
            what={i18n.t("一个月里没有一条通道叫到过")}
          >
            {names(unproven)}
          </Group>
        </section>
      ) : null}
    </>
  );
}

interface GroupProps {
  title: string;
  count: number;
  what: string;
  children?: ReactNode;
}

function Group({ title, count, what, children }: GroupProps) {
  if (count === 0) return null;
  return (
    <div className="unreachedgroup">
      <p>
        <b>
          {title} {count}
        </b>{" "}
        <span className="s i2">{what}</span>
      </p>
      {children ? <p className="s i2">{children}</p> : null}
    </div>
  );
}

/** In which order people are called. */
function orderWords({ first, after }: Outlook): string {
  if (first.length === 0) return i18n.t("没有一个人写了联系方式，不会自动叫任何人。");
  const one = first.length === 1 ? first[0] : undefined;
  const start = one
    ? channelName(one.channel)
    : first
        .map(({ channel, people }) =>
          i18n.t("{channel}（{n} 人）", { channel: channelName(channel), n: people }),
        )
        .join(i18n.t("、"));
  return after.length === 0
    ? i18n.t("按各人的联系方式叫：{start}", { start })
    : i18n.t("按各人的联系方式依次叫：先 {start}，再 {after}", {
        start,
        after: channelsName(after),
      });
}
