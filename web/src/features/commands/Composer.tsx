// A new command: what, how urgent, to whom, in which words; who that reaches; then send.
import { useMemo, useState } from "react";
import { newOp } from "../../actions/act";
import { type Draft, issueCommand, TYPED_COUNT_ABOVE } from "../../actions/commands";
import { i18n, say } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { mayAct, reached, shownLevel } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty, Key, Panel } from "../../ui/Panel";
import type { Level } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { whyNot } from "../timebar/whyNot";
import { ClockLines } from "./ClockLines";
import { ReachPanel } from "./ReachPanel";
import { Closes, counted, type VillageRow, Villages } from "./Villages";

const LEVELS: Level[] = [4, 3, 2, 1];

export function Composer({ county, alarmKey }: { county: County; alarmKey: string | null }) {
  const { desk, move } = useDesk();
  const allowed = useApp(mayAct);
  const alarm = alarmKey ? county.alarms.get(alarmKey) : undefined;
  const [op, setOp] = useState(newOp);
  const [cause, setCause] = useState(alarm?.key ?? null);
  const [templateId, setTemplate] = useState(
    county.templates.find((one) => one.kind !== "correction")?.id ?? "",
  );
  const [level, setLevel] = useState<Level>(alarm ? shownLevel(alarm) : 3);
  const [groups, setGroups] = useState<string[]>([]);
  const [people, setPeople] = useState<string[]>(desk.reach);
  const [edited, setEdited] = useState<string | null>(null);
  const [villages, setVillages] = useState<VillageRow[]>([]);

  // What takes an order back is sent from that order's own board.
  const orders = county.templates.filter((one) => one.kind !== "correction");
  const template = orders.find((one) => one.id === templateId);
  const wording = edited ?? say(template?.wording);
  const clocks = template?.clocks[level - 1] ?? null;
  const list = useMemo(() => reached(county, groups, people), [county, groups, people]);
  const causeAlarm = cause ? county.alarms.get(cause) : undefined;

  if (!allowed) {
    return (
      <Panel title={i18n.t("新指令")} testId="composer">
        <Empty title={i18n.t("你可以看，不能发。")}>
          {whyNot(i18n.t("发指令需要值班员角色。请值班员来发。"))}
        </Empty>
      </Panel>
    );
  }
  if (!template) {
    return (
      <Panel title={i18n.t("新指令")} testId="composer">
        <Empty title={i18n.t("还没有指令模板。")}>
          {i18n.t("请管理员在站点文件里加上模板，再来这里。")}
        </Empty>
      </Panel>
    );
  }
  const send = async () => {
    const draft: Draft = {
      op,
      alarm: cause,
      template: template.id,
      level,
      groups,
      people,
      wording: wording.trim(),
      clocks: null,
      ...(list.length > TYPED_COUNT_ABOVE ? { count: list.length } : {}),
      ...(template.kind === "evacuation" ? { villages: counted(villages) } : {}),
    };
    await issueCommand(draft);
    setOp(newOp());
    move({ to: "board", command: draft.op });
  };
  const toggle = (id: string) =>
    setGroups((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]));

  return (
    <section className="p" data-testid="composer">
      <div className="pt">
        <h2>{i18n.t("新指令")}</h2>
        {causeAlarm ? (
          <span className="s i2 el">
            {i18n.t("来自 {place}", { place: say(county.stations.get(causeAlarm.station)?.name) })}
          </span>
        ) : null}
      </div>
      <div className="compose">
        <div className="p">
          <div className="form">
            <Field label={i18n.t("类型")}>
              {orders.map((one) => (
                <Chip
                  key={one.id}
                  on={one.id === templateId}
                  onPress={() => {
                    setTemplate(one.id);
                    setEdited(null);
                  }}
                  testId={`template-${one.id}`}
                >
                  {say(one.title)}
                </Chip>
              ))}
            </Field>
            <Field label={i18n.t("级别")}>
              {LEVELS.map((one) => (
                <Chip
                  key={one}
                  on={one === level}
                  onPress={() => setLevel(one)}
                  testId={`level-${one}`}
                >
                  <Mark level={one} size={14} />
                  {levelName(one)}
                </Chip>
              ))}
            </Field>
            <Field label={i18n.t("给谁")}>
              {county.groups.map((group) => (
                <Chip
                  key={group.id}
                  on={groups.includes(group.id)}
                  onPress={() => toggle(group.id)}
                  testId={`group-${group.id}`}
                >
                  {say(group.title)} {group.members.length}
                </Chip>
              ))}
            </Field>
            <PersonAdder county={county} chosen={people} onChange={setPeople} />
            <label>
              <span className="lab">{i18n.t("正文，{n} 字", { n: [...wording].length })}</span>
              <textarea
                className="in"
                rows={5}
                value={wording}
                onChange={(event) => setEdited(event.target.value)}
                data-testid="wording"
              />
            </label>
            {template.kind === "evacuation" ? (
              <Villages
                county={county}
                people={list.map((one) => one.id)}
                rows={villages}
                onChange={setVillages}
              />
            ) : null}
            <Closes template={template} county={county} />
            <div>
              <span className="lab">{i18n.t("时限，到时自动做什么")}</span>
              {clocks ? <ClockLines clocks={clocks} /> : null}
              {template.proof ? (
                <p className="s i2">{i18n.t("报完成要有照片或见证人，由另一个人核实。")}</p>
              ) : null}
            </div>
            {causeAlarm ? (
              <p className="s i2">
                {i18n.t("发出即以你的名义确认这条报警。")}{" "}
                <button type="button" className="chip" onClick={() => setCause(null)}>
                  {i18n.t("不关联这条报警")}
                </button>
              </p>
            ) : null}
          </div>
          <div className="pk">
            <Key k="Esc">{i18n.t("不发，回到地图")}</Key>
          </div>
        </div>
        <ReachPanel
          county={county}
          list={list}
          ready={wording.trim() !== ""}
          mustType={list.length > TYPED_COUNT_ABOVE}
          needsSecond={level >= (template.approve_from ?? 9)}
          onSend={send}
        />
      </div>
    </section>
  );
}

function Field({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <fieldset style={{ border: 0 }}>
      <legend className="lab">{label}</legend>
      <div className="chips">{children}</div>
    </fieldset>
  );
}

interface PersonAdderProps {
  county: County;
  chosen: string[];
  onChange: (people: string[]) => void;
}

/** Adds single people by name; the list is the county's own. */
function PersonAdder({ county, chosen, onChange }: PersonAdderProps) {
  const [text, setText] = useState("");
  const found =
    text.trim() === ""
      ? []
      : [...county.people.values()]
          .filter((p) => p.role === "responder" && !chosen.includes(p.id))
          .filter((p) => `${p.name}${say(p.post)}`.includes(text.trim()))
          .slice(0, 6);
  return (
    <div>
      <label>
        <span className="lab">{i18n.t("再加一个人（姓名或岗位）")}</span>
        <input
          className="in"
          value={text}
          onChange={(event) => setText(event.target.value)}
          data-testid="add-person"
        />
      </label>
      <div className="chips" style={{ marginTop: 4 }}>
        {chosen.map((id) => (
          <Chip key={id} on onPress={() => onChange(chosen.filter((one) => one !== id))}>
            {county.people.get(id)?.name ?? id} ×
          </Chip>
        ))}
        {found.map((person) => (
          <Chip
            key={person.id}
            on={false}
            onPress={() => {
              onChange([...chosen, person.id]);
              setText("");
            }}
          >
            + {person.name} {say(person.post)}
          </Chip>
        ))}
      </div>
    </div>
  );
}
