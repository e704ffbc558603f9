// A new command: what, how urgent, to whom, in which words; who that reaches; then send. From a situation it
// is about that situation and takes note of the members that were shown when it was begun.
import { useMemo, useState } from "react";
import { newOp } from "../../actions/act";
import { type Draft, issueCommand } from "../../actions/commands";
import { i18n, say } from "../../i18n/i18n";
import { levelName } from "../../i18n/words";
import { answers } from "../../state/answers";
import { isMass, mayAct, reached, shownLevel } from "../../state/select";
import {
  alarmsUnder,
  asShown,
  asTold,
  freezeAck,
  hasMoved,
  situationLevel,
} from "../../state/situations";
import { useApp } from "../../state/store";
import { offered } from "../../state/templates";
import type { County } from "../../state/world";
import { Chip } from "../../ui/Button";
import { Empty, Key, Panel } from "../../ui/Panel";
import type { Level } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { useKeep } from "../keep/useKeep";
import { Mark } from "../marks/Mark";
import { situationName } from "../situations/situationWords";
import { whyNot } from "../timebar/whyNot";
import { AckChoice, AckNote } from "./AckNote";
import { ClockLines } from "./ClockLines";
import { PersonAdder } from "./PersonAdder";
import { ReachPanel } from "./ReachPanel";
import { Closes, counted, type VillageRow, Villages } from "./Villages";

const LEVELS: Level[] = [4, 3, 2, 1];

interface ComposerProps {
  county: County;
  alarmKey: string | null;
  /** The situation it is begun from, by its id. */
  about: string | null;
}

export function Composer({ county, alarmKey, about }: ComposerProps) {
  const { desk, move } = useDesk();
  const now = useNow();
  const allowed = useApp(mayAct);
  const alarm = alarmKey && !about ? county.alarms.get(alarmKey) : undefined;
  const [op, setOp] = useState(newOp);
  const [cause, setCause] = useState(alarm ?? null);
  const [set] = useState(() =>
    freezeAck(about, about ? alarmsUnder(county, about) : [], asTold(county, about)),
  );
  const [frozen] = useState(now);
  const [named, setNamed] = useState<ReadonlySet<string>>(
    () => new Set(set.byName.map((one) => one.key)),
  );
  const situation = about ? county.situations.get(about) : undefined;
  const [picked, setTemplate] = useState<string | null>(null);
  const [graded, setLevel] = useState<Level | null>(null);
  const [groups, setGroups] = useState(desk.reach.groups);
  const [people, setPeople] = useState(desk.reach.people);
  const [edited, setEdited] = useState<string | null>(null);
  const [villages, setVillages] = useState<VillageRow[]>([]);
  const { keep, unkept } = useKeep();

  // What takes an order back is sent from that order's own board.
  const orders = offered(county.templates, situation?.hazard ?? alarm?.hazard ?? null);
  const template = orders.find((one) => one.id === picked) ?? orders[0];
  const level = graded ?? (situation ? situationLevel(situation) : alarm ? shownLevel(alarm) : 3);
  const wording = edited ?? say(template?.wording);
  const clocks = template?.clocks[level - 1] ?? null;
  const list = useMemo(() => reached(county, groups, people), [county, groups, people]);
  const causeAlarm = cause ? county.alarms.get(cause.key) : undefined;

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
      ...(about
        ? answers(county, set, named)
        : { alarm: cause?.key ?? null, shown: cause ? [asShown(cause)] : [] }),
      template: template.id,
      level,
      groups,
      people,
      wording: wording.trim(),
      clocks: null,
      ...(isMass(county, list.length) ? { count: list.length } : {}),
      ...(template.kind === "evacuation" ? { villages: counted(villages) } : {}),
    };
    await keep(
      () => issueCommand(draft),
      () => {
        setOp(newOp());
        move({ to: "board", command: draft.op });
      },
    );
  };
  const toggle = (id: string) =>
    setGroups((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]));

  return (
    <section className="p" data-testid="composer">
      <div className="pt">
        <h2>{i18n.t("新指令")}</h2>
        {situation || causeAlarm ? (
          <span className="s i2 el" data-testid="compose-from">
            {i18n.t("来自 {place}", {
              place: situation
                ? situationName(situation)
                : say(county.stations.get(causeAlarm?.station ?? "")?.name),
            })}
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
                  on={one.id === template.id}
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
                onChange={(event) => {
                  // Whatever becomes known meanwhile: these words stay with this template.
                  setTemplate(template.id);
                  setEdited(event.target.value);
                }}
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
            {about ? (
              <AckChoice
                county={county}
                about={about}
                set={set}
                at={frozen}
                named={named}
                onNamed={setNamed}
                now={now}
              />
            ) : null}
            {causeAlarm ? (
              <p className="s i2">
                {cause && hasMoved(cause, causeAlarm)
                  ? i18n.t("这条报警在写指令时升级或重报了，发出不确认它。")
                  : i18n.t("发出即以你的名义确认这条报警。")}{" "}
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
          mustType={isMass(county, list.length)}
          needsSecond={level >= (template.approve_from ?? 9)}
          onSend={send}
          note={
            <>
              {unkept}
              {about ? <AckNote county={county} about={about} set={set} named={named} /> : null}
            </>
          }
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
