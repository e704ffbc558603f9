// Rule files to be tried: those on disk, edited here or taken from a file of this PC. Nothing is saved.
import { useEffect, useState } from "react";
import { ruleFiles } from "../../actions/site";
import { i18n } from "../../i18n/i18n";
import type { Draft } from "../../state/backtest";
import { Button, Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { RuleFileView } from "../../wire/backtest";
import { failure } from "../rules/failure";
import { setDraft } from "./useTrial";

export function RuleFiles({ draft }: { draft: Draft }) {
  const [disk, setDisk] = useState<RuleFileView[] | null>(null);
  const [failed, setFailed] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    ruleFiles()
      .then((files) => {
        if (gone) return;
        setDisk(files);
        setOpen((one) => one ?? files[0]?.file ?? null);
      })
      .catch((error: unknown) => !gone && setFailed(failure(error)));
    return () => {
      gone = true;
    };
  }, []);
  if (failed) return <Empty title={i18n.t("取不到规则文件。")}>{failed}</Empty>;
  if (disk === null) return <Empty title={i18n.t("正在取规则文件…")} />;
  const onDisk = (name: string) => disk.find((one) => one.file === name)?.text ?? "";
  const names = [...new Set([...disk.map((one) => one.file), ...Object.keys(draft.files)])].sort();
  const put = (name: string, text: string) => {
    const files = { ...draft.files, [name]: text };
    if (text === onDisk(name)) delete files[name];
    setDraft({ files });
  };
  return (
    <>
      <div className="chips" role="group" aria-label={i18n.t("规则文件")}>
        {names.map((name) => (
          <Chip key={name} on={name === open} onPress={() => setOpen(name)}>
            {name in draft.files ? <b>{i18n.t("{name}（改过）", { name })}</b> : name}
          </Chip>
        ))}
        <label className="btn sm filebtn">
          <input
            type="file"
            className="vh"
            accept=".toml"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (!file) return;
              void file.text().then((text) => {
                put(file.name, text);
                setOpen(file.name);
              });
            }}
            data-testid="trial-upload"
          />
          {i18n.t("从电脑里选…")}
        </label>
      </div>
      {open ? (
        <label>
          <span className="lab">{i18n.t("{name} 的内容，在这里改只用于试算", { name: open })}</span>
          <textarea
            className="in mono filetext"
            rows={10}
            spellCheck={false}
            value={draft.files[open] ?? onDisk(open)}
            onChange={(event) => put(open, event.target.value)}
            data-testid="trial-text"
          />
        </label>
      ) : (
        <Empty title={i18n.t("站点的 rules 文件夹里没有规则文件。")}>
          {i18n.t("从电脑里选一个 .toml 文件来试。")}
        </Empty>
      )}
      <Base draft={draft} />
    </>
  );
}

/** What B is compared with: the rules in force, or a set that was edited before. */
function Base({ draft }: { draft: Draft }) {
  const changed = Object.keys(draft.files).length;
  const base = Object.keys(draft.base);
  return (
    <div className="acts" style={{ alignItems: "center" }}>
      <span className="s i2">
        {base.length === 0
          ? i18n.t("A 是现行规则；B 改了 {n} 个文件。", { n: changed })
          : i18n.t("A 是先前改的 {files}；B 改了 {n} 个文件。", {
              files: base.join("、"),
              n: changed,
            })}
      </span>
      {base.length > 0 ? (
        <Button small onPress={() => setDraft({ base: {} })}>
          {i18n.t("A 用回现行规则")}
        </Button>
      ) : (
        <Button
          small
          disabled={changed === 0}
          onPress={() => setDraft({ base: draft.files })}
          testId="trial-as-base"
        >
          {i18n.t("把现在这样当作 A")}
        </Button>
      )}
    </div>
  );
}
