// Under the people an order goes to: by which channels they are called, and how many those may not reach.
import { i18n } from "../../i18n/i18n";
import { channelName } from "../../i18n/words";
import type { Outlook, Trouble } from "../../state/reach";
import type { County } from "../../state/world";
import { channelsName, fewNames } from "../calls/callWords";
import { areaName } from "../stations/townships";

export function troubleName(trouble: Trouble): string {
  switch (trouble) {
    case "none":
      return i18n.t("没有通道");
    case "failed":
      return i18n.t("上次没打通");
    case "unproven":
      return i18n.t("没证明叫得到");
  }
}

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
      <p className="inv s reachline" role="status" data-testid="reach-unknown">
        {i18n.t("取不到联系方式，不知道谁叫不到：{words}", { words: failed })}
      </p>
    );
  }
  if (!outlook) return <p className="s i3 reachline">{i18n.t("正在取通道…")}</p>;
  const { trouble, lost } = outlook;
  const kinds = (["none", "failed", "unproven"] as const).flatMap((kind) => {
    const n = [...trouble.values()].filter((one) => one === kind).length;
    return n === 0 ? [] : [`${troubleName(kind)} ${n}`];
  });
  return (
    <div className="s reachline">
      <p data-testid="reach-order">{orderWords(outlook)}</p>
      {trouble.size > 0 ? (
        <p data-testid="cannot-reach">
          <b>{i18n.t("可能叫不到 {n} 人，列在最前：", { n: trouble.size })}</b>
          {kinds.join(" · ")}
        </p>
      ) : null}
      {lost.map((one) => (
        <p key={`${one.channel}/${one.township}`} data-testid="reach-lost">
          <b>
            {i18n.t("{place} {channel}全部不通", {
              place: areaName(county, "township", one.township),
              channel: channelName(one.channel),
            })}
          </b>
          {" · "}
          {one.alone.length > 0
            ? i18n.t("{n} 人没有别的通道：{names}", {
                n: one.alone.length,
                names: fewNames(county, one.alone),
              })
            : i18n.t("{n} 人有别的通道，会改叫", { n: one.people.length })}
        </p>
      ))}
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
