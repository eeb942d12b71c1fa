/** The regular visit: last time's picture, and only what changed since. */
import { call, type BodyOf } from "../../api/client";
import { options, words } from "../../lib/session";
import { answerOf, questionsOf } from "../campaign/questions";
import { cached, digests } from "../desk";
import { formPage, Wrong } from "../form";
import { many, said, today, type Field } from "../form-model";

formPage(async ({ household_id = "", head = "", campaign_id = "" }) => {
  const path = { path: { household_id } };
  const [{ value: picture }, known] = await Promise.all([
    cached(`picture:${household_id}`, () => call("GET", "/api/v1/households/{household_id}/picture", path)),
    words(),
  ]);
  const name = decodeURIComponent(head);
  const questions = campaign_id ? [await questionsOf(campaign_id, known)] : [];
  const topics = options(known.round_topics);
  const states = options(known.round_states).filter(({ code }) => code !== "same");
  const changed: Field[] = topics.flatMap(({ code, name: topic }) => {
    const before = picture.topics[code];
    const was = before ? `上次：${known.round_states?.[before.state] ?? ""}${before.words ? `，${before.words}` : ""}` : "上次没有记";
    return [
      { name: `state_${code}`, label: topic, kind: "choice" as const, hint: was, options: states, when: { name: "changed", is: [code] }, need: true },
      { name: `words_${code}`, label: `${topic}：写一句是什么变化`, kind: "text" as const, most: 300, when: { name: "changed", is: [code] }, need: true },
    ];
  });
  return {
    draft: `round:${household_id}:${campaign_id}`,
    kind: "round",
    title: "日常走访",
    values: { visited_on: today(), way: "home", any: "no", changed: [], goes_on: "nothing" },
    steps: [
      {
        title: `${name}家`,
        say: picture.visited_on ? `上次走访是 ${picture.visited_on}。` : "这是第一次走访。",
        fields: [
          { name: "way", label: "怎样见到的", kind: "choice", options: options(known.visit_ways), need: true },
          { name: "visited_on", label: "哪天", kind: "date", need: true },
          { name: "any", label: "家里和上次比，有变化吗", kind: "choice", options: [{ code: "no", name: "都和上次一样" }, { code: "yes", name: "有变化" }], need: true },
        ],
      },
      {
        title: "哪里变了",
        say: "没有变化的，直接点下一步。",
        fields: [{ name: "changed", label: "点变了的几项", kind: "many", options: topics, when: { name: "any", is: ["yes"] }, need: true }],
      },
      { title: "变成怎样", say: "前面没有选的，不用填。", fields: changed },
      {
        title: "走访结论",
        fields: [
          { name: "conclusion", label: "看下来怎样", kind: "choice", options: options(known.round_conclusions), need: true },
          { name: "reports", label: "要马上报风险吗", kind: "choice", options: [{ code: "no", name: "不用" }, { code: "yes", name: "要报" }], when: { name: "conclusion", is: ["risk"] }, need: true },
          { name: "risk", label: "是哪种困难", kind: "choice", options: options(known.risks), when: { name: "reports", is: ["yes"] }, need: true },
          { name: "photos", label: "照片（不拍也可以）", kind: "photos", most: 9 },
        ],
      },
      ...questions,
    ],
    async build(values) {
      const photos = many(values, "photos");
      const met = said(values, "conclusion") !== "nobody";
      const asked = met && said(values, "any") === "yes" ? many(values, "changed") : [];
      const changes = Object.fromEntries(asked.map((code) => [code, { state: said(values, `state_${code}`), words: said(values, `words_${code}`) }]));
      const reports = said(values, "conclusion") === "risk" && said(values, "reports") === "yes";
      if (reports && Object.keys(changes).length === 0) throw new Wrong({ any: "要报风险，请选“有变化”，写一句是什么风险。" });
      const body: BodyOf<"/api/v1/households/{household_id}/rounds"> = {
        way: said(values, "way"),
        conclusion: said(values, "conclusion"),
        visited_on: said(values, "visited_on"),
        changes,
        reports,
        photos: await digests(photos),
        ...(reports ? { risk: said(values, "risk") } : {}),
      };
      const then = campaign_id && met ? { title: `${name}家 专项的问题`, ...answerOf(campaign_id, household_id, values) } : undefined;
      return {
        title: `${name}家 日常走访`,
        path: `/api/v1/households/${household_id}/rounds`,
        body,
        photosTo: ["/api/v1/rounds/{id}/files"],
        photos: photos.map((photo) => ({ file: photo, label: "走访照片" })),
        ...(then ? { then } : {}),
      };
    },
  };
});
