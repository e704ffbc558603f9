// Stations, lines, areas, zones and people from a file: row by row what it would do, before it does it.
import { useState } from "react";
import { type ImportManner, importRegistry } from "../../actions/site";
import { i18n } from "../../i18n/i18n";
import { mayKeepSite } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Button, Chip } from "../../ui/Button";
import { Empty, Panel } from "../../ui/Panel";
import type { ImportResult, ImportRow, RegistryKind } from "../../wire/site";
import { Exports } from "../registry/Exports";
import { whyNot } from "../timebar/whyNot";
import { ChangeList } from "./ChangeList";
import { ProblemLine } from "./FilesPanel";
import { failure } from "./failure";

const KINDS: RegistryKind[] = [
  "stations",
  "series",
  "thresholds",
  "attributes",
  "areas",
  "zones",
  "people",
  "units",
  "posts",
  "groups",
];
const WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/** Rows shown at once; the counts above tell of all of them. */
const SHOWN = 300;

function kindName(kind: RegistryKind): string {
  switch (kind) {
    case "stations":
      return i18n.t("站");
    case "series":
      return i18n.t("序列");
    case "attributes":
      return i18n.t("特征值");
    case "thresholds":
      return i18n.t("线");
    case "areas":
      return i18n.t("区域");
    case "zones":
      return i18n.t("防范区");
    case "people":
      return i18n.t("人员");
    case "units":
      return i18n.t("单位");
    case "posts":
      return i18n.t("岗位表");
    case "groups":
      return i18n.t("分组");
  }
}

function rowName(kind: ImportRow["kind"]): string {
  switch (kind) {
    case "added":
      return i18n.t("新增");
    case "changed":
      return i18n.t("改");
    case "removed":
      return i18n.t("去掉");
  }
}

const ORDER: ImportRow["kind"][] = ["removed", "changed", "added"];

function typeOf(file: File): string {
  if (/xlsx$/i.test(file.name)) return WORKBOOK;
  return /json$/i.test(file.name) ? "application/geo+json" : "text/csv";
}

export function ImportPanel({ county, onClose }: { county: County; onClose: () => void }) {
  const admin = useApp(mayKeepSite);
  const [kind, setKind] = useState<RegistryKind>("stations");
  const [file, setFile] = useState<File | null>(null);
  const [result, setResult] = useState<ImportResult | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const [whole, setWhole] = useState(false);
  const close = (
    <Button small onPress={onClose}>
      {i18n.t("关上")}
    </Button>
  );
  if (!admin) {
    return (
      <Panel title={i18n.t("导入表格")} aside={close} testId="import-panel" className="g">
        <Empty title={whyNot(i18n.t("这里要管理员。"))}>
          {i18n.t("你可以看规则，不能换用文件。请管理员来做。")}
        </Empty>
      </Panel>
    );
  }
  const send = async (what: RegistryKind, from: File, manner: ImportManner) => {
    setBusy(true);
    setFailed("");
    try {
      setResult(await importRegistry(what, county.code, from, typeOf(from), manner));
    } catch (error) {
      setResult(null);
      setFailed(failure(error));
    } finally {
      setBusy(false);
    }
  };
  const rows = result?.rows ?? [];
  const count = (one: ImportRow["kind"]) => rows.filter((row) => row.kind === one).length;
  const touched = rows.length;
  const problems = result?.problems ?? [];
  const changes = result?.changes ?? [];
  const bad = problems.filter((one) => one.stops).length;
  const sorted = [...rows].sort(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (a.row ?? 0) - (b.row ?? 0),
  );
  return (
    <Panel title={i18n.t("导入表格")} aside={close} testId="import-panel" className="g">
      <div className="pb">
        <div className="form" style={{ flex: "none" }}>
          <div className="chips">
            {KINDS.map((one) => (
              <Chip
                key={one}
                on={one === kind}
                onPress={() => {
                  setKind(one);
                  setResult(null);
                  if (file) void send(one, file, { dryRun: true, whole });
                }}
                testId={`import-${one}`}
              >
                {kindName(one)}
              </Chip>
            ))}
          </div>
          <div>
            <span className="lab">
              {i18n.t("Excel、CSV 或 GeoJSON 文件；先试算，不改任何东西")}
            </span>
            <label className="btn filebtn">
              <input
                type="file"
                className="vh"
                accept={`.xlsx,.csv,.json,.geojson,${WORKBOOK},text/csv,application/geo+json`}
                onChange={(event) => {
                  const chosen = event.target.files?.[0] ?? null;
                  setFile(chosen);
                  setResult(null);
                  if (chosen) void send(kind, chosen, { dryRun: true, whole });
                }}
                data-testid="import-file"
              />
              {file ? i18n.t("{name}，换一个…", { name: file.name }) : i18n.t("选文件…")}
            </label>
          </div>
          {kind === "zones" ? null : (
            <label className="f">
              <input
                type="checkbox"
                checked={whole}
                onChange={(event) => {
                  const on = event.target.checked;
                  setWhole(on);
                  setResult(null);
                  if (file) void send(kind, file, { dryRun: true, whole: on });
                }}
                data-testid="import-whole"
              />
              {i18n.t("文件是完整的表：里面没有的行去掉")}
            </label>
          )}
          <Exports county={county} kind={kind} name={kindName(kind)} />
        </div>
        {failed ? (
          <p className="confirmfirst" role="alert">
            {failed}
          </p>
        ) : null}
        {busy ? <Empty title={i18n.t("正在试算…")} /> : null}
        {result && !busy ? (
          <>
            <div className="pf" data-testid="import-counts">
              {ORDER.map((one) => (
                <span key={one} className={count(one) === 0 ? "i3" : ""}>
                  {rowName(one)} <b>{count(one)}</b>
                </span>
              ))}
            </div>
            <div className="acts" style={{ padding: 12 }}>
              {result.applied ? (
                <b role="status" data-testid="import-applied">
                  {i18n.t("已导入 {n} 行。", { n: touched })}
                </b>
              ) : (
                <Button
                  kind="primary"
                  disabled={bad > 0 || touched === 0}
                  onPress={() => file && void send(kind, file, { dryRun: false, whole })}
                  testId="import-apply"
                >
                  {bad > 0
                    ? i18n.t("有 {n} 处错，整个文件不导入", { n: bad })
                    : i18n.t("导入 {n} 行变化", { n: touched })}
                </Button>
              )}
            </div>
            {problems.map((one) => (
              <ProblemLine key={`${one.file}/${one.line}/${one.column}/${one.what}`} one={one} />
            ))}
            {changes.length > 0 ? (
              <div className="pt">
                <h2>{result.applied ? i18n.t("换上了什么") : i18n.t("会变什么")}</h2>
                <span className="i2">{changes.length}</span>
              </div>
            ) : null}
            <ChangeList changes={changes.slice(0, SHOWN)} />
            <table>
              <thead>
                <tr>
                  <th style={{ width: 56 }}>{i18n.t("行")}</th>
                  <th style={{ width: 96 }}>{i18n.t("会怎样")}</th>
                  <th>{i18n.t("内容")}</th>
                </tr>
              </thead>
              <tbody>
                {sorted.slice(0, SHOWN).map((row) => (
                  <tr
                    key={`${row.kind}/${row.row}/${row.what}`}
                    data-testid="import-row"
                    data-kind={row.kind}
                  >
                    <td>{row.row ?? "—"}</td>
                    <td>{rowName(row.kind)}</td>
                    <td className="wrap">{row.what}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            {rows.length > SHOWN ? (
              <p className="line i3">{i18n.t("另有 {n} 行", { n: rows.length - SHOWN })}</p>
            ) : null}
          </>
        ) : null}
        {!file && !busy ? (
          <Empty title={i18n.t("选一个文件，逐行告诉你会新增、改动、去掉什么。")}>
            {i18n.t(
              "第一行是列名。站：id, name, kind, township, lon, lat。改动生效后旧值留有历史。",
            )}
          </Empty>
        ) : null}
      </div>
    </Panel>
  );
}
