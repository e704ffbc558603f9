// One line for everything: a verb and an object, completed from what the county has. It opens what exists;
// whatever acts still asks as its button does.
import { useMemo, useState } from "react";
import { i18n } from "../../i18n/i18n";
import { callsOwed } from "../../state/calls";
import { isWhole, type Meaning, meanings } from "../../state/line";
import { obligations } from "../../state/obligations";
import { commandsOf, isOpen } from "../../state/select";
import { silences } from "../../state/silence";
import { store } from "../../state/store";
import type { County } from "../../state/world";
import { LineBox } from "../../ui/LineBox";
import { Empty, Key } from "../../ui/Panel";
import { useDesk } from "../desk/desk";
import { lineEntries } from "./lineEntries";
import { lineMoves } from "./lineMoves";
import { kindName, verbDoes, verbWord } from "./lineWords";

/** Everybody who owes an answer now, worst first. */
function owedNow(county: County) {
  const calls = callsOwed(county, county.pages, store.get().world.system);
  return silences(obligations(commandsOf(county).filter(isOpen)), calls);
}

export function CommandLine({ county }: { county: County }) {
  const { move } = useDesk();
  const [line, setLine] = useState("");
  // As it stood when the line was opened: what `s3` means does not change under the hand.
  const [entries] = useState(() => lineEntries(county, owedNow(county)));
  const list = useMemo(() => meanings(line, entries), [line, entries]);
  const close = () => move({ to: "dialog", dialog: null });
  const complete = ({ verb, entry }: Meaning) =>
    setLine(`${verbWord(verb)} ${entry ? (entry.number ? `s${entry.number}` : entry.label) : ""}`);
  const take = (meaning: Meaning) => {
    if (!isWhole(meaning, line)) return complete(meaning);
    close();
    for (const each of lineMoves(county, meaning, owedNow(county))) move(each);
  };
  return (
    <LineBox
      label={i18n.t("命令行")}
      hint={i18n.t("确认 s3、呼叫 张建忠、指令 水库、转到 台账，或直接打名字")}
      value={line}
      onValue={setLine}
      options={list}
      keyOf={({ verb, entry }) => `${verb}-${entry?.kind ?? ""}-${entry?.id ?? ""}`}
      render={(meaning) => <Option meaning={meaning} />}
      count={i18n.t("{n} 个", { n: list.length })}
      none={<Empty title={i18n.t("没有这样的。")}>{i18n.t("少打几个字，或先打要做什么。")}</Empty>}
      keys={
        <>
          <Key k="↑↓">{i18n.t("选择")}</Key>
          <Key k="↵">{i18n.t("打开")}</Key>
          <Key k="Tab">{i18n.t("补全")}</Key>
          <Key k="Esc">{i18n.t("返回")}</Key>
          <span className="g" />
          {i18n.t("这里只打开，不替你按。")}
        </>
      }
      onTake={take}
      onComplete={complete}
      onClose={close}
      testId="command-line"
    />
  );
}

function Option({ meaning: { verb, entry } }: { meaning: Meaning }) {
  return (
    <>
      <b className="nw">{verbWord(verb)}</b>
      {entry ? (
        <>
          <span className="el g">
            {entry.number ? <span className="i2">s{entry.number} </span> : null}
            {entry.label}
          </span>
          <span className="s i3 nw">{kindName(entry.kind)}</span>
        </>
      ) : (
        <span className="el g i2">{verbDoes(verb)}</span>
      )}
    </>
  );
}
