import { i18n } from "../../i18n/i18n";
import { Dialog } from "../../ui/Dialog";

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const keys: [string, string][] = [
    ["J / K", i18n.t("下一条 / 上一条")],
    ["↵ / Esc", i18n.t("打开 / 返回")],
    [": /", i18n.t("命令行：确认 s3、呼叫 张建忠、转到 台账")],
    ["A", i18n.t("确认这一条")],
    ["⇧ A", i18n.t("确认列出的（按下时定住，红色逐条点名）")],
    ["C", i18n.t("从这里下指令")],
    ["W", i18n.t("谁还没有应答")],
    ["P / R", i18n.t("我来打 / 改派")],
    ["Y", i18n.t("代记（电话、电台、当面）")],
    ["S", i18n.t("停下正在发出的指令")],
    ["D", i18n.t("有预警、未决策；事件")],
    ["N", i18n.t("显示新的行")],
    ["M", i18n.t("当前不响的：台账")],
    ["Z", i18n.t("值班：谁在岗、点名、通道")],
    ["H", i18n.t("交接班：欠着的事和签字")],
    ["G", i18n.t("在地图上圈定区域")],
    ["B", i18n.t("推演：假如规则或班表不一样")],
    ["X", i18n.t("静音，不是确认")],
    ["Space", i18n.t("定住 / 播放")],
    ["← →", i18n.t("退后 / 前进 5 分钟，加 ⇧ 为 1 分钟")],
    ["Home", i18n.t("回到实况")],
    ["?", i18n.t("按键表")],
  ];
  return (
    <Dialog title={i18n.t("按键表")} onClose={onClose} testId="keys-dialog">
      <table>
        <tbody>
          {keys.map(([key, does]) => (
            <tr key={key}>
              <td style={{ width: 96 }}>
                <kbd>{key}</kbd>
              </td>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
