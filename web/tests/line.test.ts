import { describe, expect, test } from "vitest";
import { type Entry, isWhole, meanings, readLine } from "../src/state/line";

const entry = (
  kind: Entry["kind"],
  id: string,
  label: string,
  more: Partial<Entry> = {},
): Entry => ({
  kind,
  id,
  label,
  words: [label, id],
  ...more,
});
const ENTRIES: Entry[] = [
  entry("situation", "a1", "洪水 · 澄潭江", {
    number: 1,
    open: true,
    words: ["澄潭江", "Chengtan River"],
  }),
  entry("situation", "a2", "暴雨 · 新昌江", { number: 2, open: false, words: ["新昌江"] }),
  entry("situation", "a3", "滑坡 · 黄泽江", { number: 3, open: true, words: ["黄泽江"] }),
  entry("alarm", "ri001", "镜岭 水位", { open: true }),
  entry("person", "zhang-jz", "张建忠", {
    words: ["张建忠", "zhang-jz", "镜岭镇值班", "Jingling duty"],
  }),
  entry("person", "wang-j", "王佳", { words: ["王佳", "wangjia"] }),
  entry("group", "dams", "水库管理员"),
  entry("page", "ledger", "台账", { words: ["台账", "ledger"] }),
  entry("station", "ri001", "镜岭", { words: ["镜岭", "Jingling", "ri001"] }),
  ...[1, 2, 3, 4, 5].map((n) => entry("station", `st${n}`, `人民桥 ${n}`)),
];
const says = (line: string) =>
  meanings(line, ENTRIES).map(({ verb, entry: one }) => (one ? `${verb} ${one.id}` : verb));

describe("reading a line", () => {
  test.each([
    ["ack s3", "ack", "s3"],
    [":ack s3", "ack", "s3"],
    ["/ call wangjia", "call", "wangjia"],
    ["：确认s3", "ack", "s3"],
    ["确认 S3", "ack", "s3"],
    ["下指令　水库", "order", "水库"],
    ["打电话张建忠", "call", "张建忠"],
    ["站点 镜岭", "station", "镜岭"],
    ["ORDER", "order", ""],
  ])("%s", (line, verb, rest) => expect(readLine(line)).toEqual({ verb, rest }));

  test("a word that only begins like a verb is none", () => {
    expect(readLine("acknow")).toBeNull();
    expect(readLine("goat")).toBeNull();
    expect(readLine("镜岭")).toBeNull();
  });
});

describe("what a line could mean", () => {
  test("nothing typed: every verb", () => {
    expect(says("")).toEqual([
      "ack",
      "call",
      "order",
      "silence",
      "open",
      "go",
      "station",
      "person",
    ]);
  });

  test("a situation by its place in the list, and only where something is to be acknowledged", () => {
    expect(says("ack s3")).toEqual(["ack a3"]);
    expect(says("确认3")).toEqual(["ack a3"]);
    expect(says("ack s2")).toEqual([]);
    expect(says("ack")).toEqual(["ack a1", "ack a3", "ack ri001"]);
    expect(says("silence s2")).toEqual(["silence a2"]);
  });

  test("people by name, post in either language, or id", () => {
    expect(says("call wangjia")).toEqual(["call wang-j"]);
    expect(says("呼叫张建忠")).toEqual(["call zhang-jz"]);
    expect(says("call jingling du")).toEqual(["call zhang-jz"]);
    expect(says("call 谁也不是")).toEqual([]);
  });

  test("a verb that is begun is offered before what it could be the name of", () => {
    expect(says("si")).toEqual(["silence"]);
    expect(says("led")).toEqual(["go ledger"]);
    expect(says("s")).toEqual(expect.arrayContaining(["silence", "open", "station"]));
  });

  test("an object without a verb is opened its own way, whole names first", () => {
    expect(says("镜岭")).toEqual(["station ri001", "open ri001", "person zhang-jz"]);
    expect(says("水库")).toEqual(["order dams"]);
  });

  test("a name that begins with a verb of one sign is still found, and no kind crowds out the rest", () => {
    expect(says("人民桥")).toEqual(["station st1", "station st2", "station st3"]);
    expect(says("人 王佳")).toEqual(["person wang-j"]);
  });

  test("an order may be begun alone, everything else wants its object", () => {
    expect(says("order")[0]).toBe("order");
    const whole = (line: string) => meanings(line, ENTRIES).map((one) => isWhole(one, line));
    expect(whole("order")[0]).toBe(true);
    expect(whole("ord")).toEqual([false]);
    expect(whole("")).toEqual(Array(8).fill(false));
    expect(whole("ack s1")).toEqual([true]);
  });
});
