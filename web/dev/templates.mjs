// The orders of the invented night, and how long each level gives for them.
const MIN = 60_000;
const text = (zh, en) => ({ zh, en });

const clocks = (ack, every, arrive, done) => ({
  ack_by_ms: ack * MIN,
  update_every_ms: every * MIN,
  arrive_by_ms: arrive * MIN,
  done_by_ms: done * MIN,
  verify_by_ms: 30 * MIN,
});
export const FOUR = [
  clocks(30, 60, 60, 240),
  clocks(20, 30, 45, 180),
  clocks(15, 30, 30, 120),
  clocks(5, 15, 20, 68),
];

export const TEMPLATES = [
  {
    id: "evacuate",
    title: text("转移群众", "Evacuate"),
    wording: text(
      "水位将超保证。请立即组织沿江低洼处群众转移到安置点，逐户清点，完成后报人数并拍照。",
      "The river will pass the guarantee stage. Move everyone on low ground to the shelter now, count house by house, report numbers with a photo.",
    ),
    clocks: FOUR,
    proof: true,
    fields: [
      {
        id: "shelter",
        title: text("去了哪个安置点", "Shelter they went to"),
        required: false,
        kind: "choice",
        options: [
          { id: "school", title: text("镜岭中心校", "Jingling school") },
          { id: "hall", title: text("镇文化礼堂", "Town hall") },
        ],
      },
      {
        id: "buses",
        title: text("还要几辆车", "Buses still needed"),
        required: false,
        kind: "number",
        least: 0,
        most: 20,
      },
    ],
    hazards: ["flood", "flash_flood", "reservoir", "landslide"],
  },
  {
    id: "patrol",
    title: text("巡查", "Patrol"),
    wording: text(
      "请立即巡查责任段，发现险情马上报告。",
      "Walk your section now and report any danger at once.",
    ),
    clocks: FOUR,
    proof: false,
    hazards: ["rainstorm"],
  },
  {
    id: "close",
    title: text("封闭道路", "Close a road"),
    wording: text(
      "请封闭桥梁和低洼路段，设岗看守，不让通行。",
      "Close the bridge and the low road, post a guard, let nobody through.",
    ),
    clocks: FOUR,
    proof: false,
    hazards: ["gas"],
  },
];
