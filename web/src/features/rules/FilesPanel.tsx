// The site's files: re-read and checked without changing anything, shown with what would change, and only
// then taken over. A set with an error never is; the one in force stays.
import { useState } from "react";
import { checkSite, reloadSite } from "../../actions/site";
import { i18n } from "../../i18n/i18n";
import { useApp } from "../../state/store";
import { Button } from "../../ui/Button";
import { Empty, Panel } from "../../ui/Panel";
import type { Problem, SiteCheck } from "../../wire/site";
import { ChangeList } from "./ChangeList";
import { failure } from "./failure";

type Stage =
  | { kind: "start" }
  | { kind: "busy" }
  | { kind: "checked"; check: SiteCheck }
  | { kind: "failed"; words: string };

interface FilesPanelProps {
  onApplied: () => void;
  onClose: () => void;
}

export function FilesPanel({ onApplied, onClose }: FilesPanelProps) {
  const admin = useApp((state) => state.me?.person.role === "administrator");
  const [stage, setStage] = useState<Stage>({ kind: "start" });
  const run = async (ask: () => Promise<SiteCheck>) => {
    setStage({ kind: "busy" });
    try {
      const check = await ask();
      setStage({ kind: "checked", check });
      if (check.applied) onApplied();
    } catch (error) {
      setStage({ kind: "failed", words: failure(error) });
    }
  };
  const close = (
    <Button small onPress={onClose}>
      {i18n.t("关上")}
    </Button>
  );
  if (!admin) {
    return (
      <Panel title={i18n.t("检查和换用文件")} aside={close} testId="files-panel" className="g">
        <Empty title={i18n.t("这里要管理员。")}>
          {i18n.t("你可以看规则，不能换用文件。请管理员来做。")}
        </Empty>
      </Panel>
    );
  }
  const check = stage.kind === "checked" ? stage.check : null;
  const problems = check?.problems ?? [];
  const errors = problems.filter((one) => one.stops).length;
  const difference = check?.difference ?? [];
  const changes = check?.changes ?? [];
  return (
    <Panel title={i18n.t("检查和换用文件")} aside={close} testId="files-panel" className="g">
      <div className="pb">
        <p className="note">
          {i18n.t(
            "检查只读站点的文件夹，不改任何东西。看过差异再换用；有错的整套不换，原来的照旧。",
          )}
        </p>
        <div className="acts" style={{ padding: 12 }}>
          <Button
            kind={check && errors === 0 && !check.applied ? "plain" : "primary"}
            disabled={stage.kind === "busy"}
            onPress={() => void run(checkSite)}
            testId="site-check"
          >
            {stage.kind === "busy"
              ? i18n.t("正在检查…")
              : check
                ? i18n.t("再检查")
                : i18n.t("检查文件")}
          </Button>
          {check && !check.applied ? (
            <Button
              kind={errors === 0 ? "primary" : "plain"}
              disabled={errors > 0 || difference.length === 0}
              onPress={() => void run(reloadSite)}
              testId="site-reload"
            >
              {errors > 0
                ? i18n.t("有 {n} 处错，不能换用", { n: errors })
                : i18n.t("换用这 {n} 处变化", { n: difference.length })}
            </Button>
          ) : null}
        </div>
        {stage.kind === "failed" ? (
          <p className="confirmfirst" role="alert">
            {stage.words}
          </p>
        ) : null}
        {check?.applied ? (
          <p className="confirmfirst" role="status" data-testid="site-applied">
            <b>{i18n.t("已换用，新规则在判了。")}</b>
          </p>
        ) : null}
        {check ? (
          <>
            <div className="pt">
              <h2>{i18n.t("问题")}</h2>
              <span className="i2">{problems.length}</span>
            </div>
            {problems.length === 0 ? (
              <p className="line i3">{i18n.t("没有问题，例子都对。")}</p>
            ) : (
              problems.map((one) => (
                <ProblemLine key={`${one.file}/${one.line}/${one.column}/${one.what}`} one={one} />
              ))
            )}
            <div className="pt">
              <h2>{check.applied ? i18n.t("换上了什么") : i18n.t("会变什么")}</h2>
              <span className="i2">{difference.length}</span>
            </div>
            {difference.length === 0 ? (
              <p className="line i3">{i18n.t("和现在用的一样。")}</p>
            ) : changes.length > 0 ? (
              <ChangeList changes={changes} />
            ) : (
              difference.map((line) => (
                <p key={line} className="diff" data-testid="difference">
                  {line}
                </p>
              ))
            )}
          </>
        ) : null}
      </div>
    </Panel>
  );
}

export function ProblemLine({ one }: { one: Problem }) {
  const place = [one.file, one.line, one.column].filter((part) => part !== null).join(":");
  return (
    <div className="problem" data-testid="problem" data-stops={one.stops}>
      <span className={one.stops ? "tag inv" : "tag ln"}>
        {one.stops ? i18n.t("错") : i18n.t("留意")}
      </span>
      <div className="g">
        <p>
          <b>{one.what}</b>
        </p>
        {one.expected ? (
          <p className="s i2">{i18n.t("应当是：{expected}", { expected: one.expected })}</p>
        ) : null}
        {one.near ? (
          <p className="s i2">{i18n.t("最接近的写法：{near}", { near: one.near })}</p>
        ) : null}
        <p className="s i3 mono">{place}</p>
      </div>
    </div>
  );
}
