// Files to be tried, of rules or of rosters and policies: those on disk, edited here or taken from a file of this PC. Nothing is saved.
import { useEffect, useMemo, useState } from "react";
import { organisationFiles, ruleFiles } from "../../actions/site";
import { i18n } from "../../i18n/i18n";
import type { Draft } from "../../state/backtest";
import { isAbout, markedLines, type Place } from "../../state/ruletext";
import { Button, Chip } from "../../ui/Button";
import { Empty } from "../../ui/Panel";
import type { RuleFileView } from "../../wire/backtest";
import type { Problem } from "../../wire/site";
import { ChangeList } from "../rules/ChangeList";
import { ProblemLine } from "../rules/FilesPanel";
import { failure } from "../rules/failure";
import { RuleText } from "./RuleText";
import { checkFiles, type Review, setDraft } from "./useTrial";

interface RuleFilesProps {
  draft: Draft;
  review: Review;
  what: "rules" | "rosters";
  /** Whose rosters. */
  county: string;
}

export function RuleFiles({ draft, review, what, county }: RuleFilesProps) {
  const rules = what === "rules";
  const edited = rules ? draft.files : draft.rosters;
  const [disk, setDisk] = useState<RuleFileView[] | null>(null);
  const [failed, setFailed] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  const [go, setGo] = useState<Place | null>(null);
  useEffect(() => {
    let gone = false;
    (rules ? ruleFiles() : organisationFiles(county))
      .then((files) => {
        if (gone) return;
        setDisk(files);
        setOpen((one) => one ?? files[0]?.file ?? null);
      })
      .catch((error: unknown) => !gone && setFailed(failure(error)));
    return () => {
      gone = true;
    };
  }, [rules, county]);
  const marked = useMemo(() => marksOf(review, open, edited), [review, open, edited]);
  if (failed) return <Empty title={i18n.t("取不到站点文件。")}>{failed}</Empty>;
  if (disk === null) return <Empty title={i18n.t("正在取站点文件…")} />;
  const onDisk = (name: string) => disk.find((one) => one.file === name)?.text ?? "";
  const names = [...new Set([...disk.map((one) => one.file), ...Object.keys(edited)])].sort();
  const put = (name: string, text: string) => {
    const files = { ...edited, [name]: text };
    if (text === onDisk(name)) delete files[name];
    setDraft(rules ? { files } : { rosters: files });
  };
  const show = (problem: Problem) => {
    const name = names.find((one) => isAbout(problem, one));
    if (name === undefined) return;
    setOpen(name);
    setGo({ line: problem.line ?? 1, column: problem.column ?? 1 });
  };
  return (
    <>
      <div
        className="chips"
        role="group"
        aria-label={rules ? i18n.t("规则文件") : i18n.t("班表和叫应的文件")}
      >
        {names.map((name) => (
          <Chip key={name} on={name === open} onPress={() => setOpen(name)}>
            {name in edited ? <b>{i18n.t("{name}（改过）", { name })}</b> : name}
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
              const name = rules ? file.name : placeOf(file.name, names);
              void file.text().then((text) => {
                put(name, text);
                setOpen(name);
              });
            }}
            data-testid="trial-upload"
          />
          {i18n.t("从电脑里选…")}
        </label>
      </div>
      {open ? (
        <>
          <RuleText
            name={open}
            text={edited[open] ?? onDisk(open)}
            marked={marked}
            go={go}
            onChange={(text) => put(open, text)}
          />
          <div className="acts">
            <Button
              small
              disabled={Object.keys(edited).length === 0 || review.kind === "busy"}
              onPress={() => void checkFiles(edited, what)}
              testId="trial-check"
            >
              {review.kind === "busy" ? i18n.t("正在检查…") : i18n.t("检查改过的文件")}
            </Button>
            <Button
              small
              disabled={!(open in edited)}
              onPress={() => put(open, onDisk(open))}
              testId="trial-undo"
            >
              {i18n.t("这个文件改回去")}
            </Button>
          </div>
        </>
      ) : (
        <Empty
          title={
            rules
              ? i18n.t("站点的 rules 文件夹里没有规则文件。")
              : i18n.t("站点里没有 posts.toml 和 policies 文件夹。")
          }
        >
          {i18n.t("从电脑里选一个 .toml 文件来试。")}
        </Empty>
      )}
      <Found review={review} onShow={show} />
      {rules ? <Base draft={draft} /> : null}
    </>
  );
}

/** Under which name a file of this PC is tried: that of one like it, else it is a policy. */
function placeOf(name: string, names: readonly string[]): string {
  const own = names.find((one) => one === name || one.endsWith(`/${name}`));
  return own ?? (name === "posts.toml" || name === "groups.toml" ? name : `policies/${name}`);
}

const NO_LINES: ReadonlyMap<number, boolean> = new Map();

/** Marks of the open file, as long as it holds the text that was looked at. */
function marksOf(
  review: Review,
  open: string | null,
  edited: Readonly<Record<string, string>>,
): ReadonlyMap<number, boolean> {
  if (review.kind !== "done" || open === null) return NO_LINES;
  if (review.files[open] !== edited[open]) return NO_LINES;
  return markedLines(review.problems, open);
}

interface FoundProps {
  review: Review;
  onShow: (problem: Problem) => void;
}

/** Everything that is wrong with the edited files, and what they would change. */
function Found({ review, onShow }: FoundProps) {
  if (review.kind === "failed") return <p role="alert">{review.words}</p>;
  if (review.kind !== "done") return null;
  const stops = review.problems.filter((one) => one.stops).length;
  return (
    <section aria-label={i18n.t("检查结果")} data-testid="trial-review">
      <p className="s" role="status">
        <b>
          {stops > 0
            ? i18n.t("有 {n} 处错，改好才能试算。", { n: stops })
            : i18n.t("没有错，可以试算。")}
        </b>
      </p>
      {review.problems.map((one) => (
        <button
          key={`${one.file}/${one.line}/${one.column}/${one.what}`}
          type="button"
          className="toline"
          onClick={() => onShow(one)}
          data-testid="trial-problem"
        >
          <ProblemLine one={one} />
        </button>
      ))}
      {stops === 0 && review.changes.length > 0 ? <ChangeList changes={review.changes} /> : null}
    </section>
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
              files: base.join(i18n.t("、")),
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
