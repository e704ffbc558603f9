// The tables as they are now, to be kept or changed and brought back: sheets and files as the import reads them,
// groups and posts with the people who are in them today.
import { useState } from "react";
import { duty } from "../../actions/duty";
import { organisationFiles, sheet, workbook } from "../../actions/site";
import { i18n } from "../../i18n/i18n";
import { csvOf, groupTable, postTable } from "../../state/csv";
import type { County } from "../../state/world";
import { Button } from "../../ui/Button";
import { saveFile } from "../../ui/saveFile";
import type { RegistryKind } from "../../wire/site";
import { failure } from "../rules/failure";

interface ExportsProps {
  county: County;
  kind: RegistryKind;
  /** What the chosen table is called. */
  name: string;
}

export function Exports({ county, kind, name }: ExportsProps) {
  const [busy, setBusy] = useState(false);
  const [words, setWords] = useState("");
  const { code } = county;
  const run = (what: () => Promise<string>) => {
    setBusy(true);
    setWords("");
    what()
      .then(setWords, (error: unknown) => setWords(failure(error)))
      .finally(() => setBusy(false));
  };
  const saved = (file: string) => i18n.t("已存为 {file}。", { file });
  const table = async () => {
    const found = await sheet(kind, code);
    if (found.columns.length === 0) return i18n.t("还没有这张表。");
    saveFile(found.file, csvOf(found));
    return saved(found.file);
  };
  const book = async () => {
    const file = `${kind}.xlsx`;
    const found = await workbook(kind, code);
    saveFile(file, found, found.type);
    return saved(file);
  };
  const groups = async () => {
    saveFile("groups.csv", csvOf(groupTable(county)));
    return saved("groups.csv");
  };
  const posts = async () => {
    saveFile("posts.csv", csvOf(postTable(await duty(code, null), county)));
    return saved("posts.csv");
  };
  const files = async () => {
    const found = await organisationFiles(code);
    for (const { file, text } of found)
      saveFile(file.replaceAll("/", "-"), text, "application/toml");
    return found.length === 0
      ? i18n.t("还没有这张表。")
      : saved(found.map((one) => one.file).join(i18n.t("、")));
  };
  return (
    <div data-testid="exports">
      <span className="lab">{i18n.t("下载现在的表：改好可以再导入")}</span>
      <div className="acts">
        {kind === "zones" ? null : (
          <>
            <Button small disabled={busy} onPress={() => run(book)} testId="export-book">
              {i18n.t("{name}，Excel", { name })}
            </Button>
            <Button small disabled={busy} onPress={() => run(table)} testId="export-table">
              {i18n.t("{name}，CSV", { name })}
            </Button>
          </>
        )}
        <Button small disabled={busy} onPress={() => run(files)} testId="export-files">
          {i18n.t("岗位、组和叫应规则，原文件")}
        </Button>
      </div>
      <span className="lab" style={{ marginTop: "var(--s2)" }}>
        {i18n.t("今天的名单，只供查看")}
      </span>
      <div className="acts">
        <Button small disabled={busy} onPress={() => run(groups)} testId="export-groups">
          {i18n.t("{name}，CSV", { name: i18n.t("分组") })}
        </Button>
        <Button small disabled={busy} onPress={() => run(posts)} testId="export-posts">
          {i18n.t("{name}，CSV", { name: i18n.t("岗位表") })}
        </Button>
      </div>
      {words ? (
        <p className="s i2" role="status">
          {words}
        </p>
      ) : null}
      {kind === "people" ? (
        <p className="s i3">{i18n.t("人员表里有电话号码；每次下载都记在日志里。")}</p>
      ) : null}
    </div>
  );
}
