/** One watched family: its plan, what it is given and how far that is, who answers for it, and what one does next there. */
import { call, type components } from "../../api/client";
import { dayWords, momentWords, page } from "../../lib/page";
import { words, type Dictionaries } from "../../lib/session";
import { deedUrl } from "../deed/model";
import { cached, nothingKept, permissions } from "../desk";
import { today } from "../form-model";

type Family = components["schemas"]["WatchFile"];
type Measure = Family["measures"][number];
type May = Awaited<ReturnType<typeof permissions>>;

page({
  data: { family: null as Family | null, said: "", risks: "", needs: "", began: "", heard: "", buttons: [] as unknown[], links: [] as unknown[], measures: [] as unknown[], helpers: [] as unknown[] },
  id: "",

  onLoad({ case_id = "" }: Record<string, string>) {
    this.id = case_id;
  },

  async onShow() {
    const case_id = this.id;
    try {
      const { value, isFresh, at } = await cached(`watch:${case_id}`, () => call("GET", "/api/v1/cases/{case_id}/watch", { path: { case_id } }));
      const [known, may] = [await words(), await permissions()];
      wx.setNavigationBarTitle({ title: `${value.head_name}家` });
      this.setData({
        family: value,
        said: isFresh ? "" : `现在没有网络，这是 ${momentWords(new Date(at).toISOString())} 存下的。`,
        risks: value.risk_names.join("、"),
        began: dayWords(value.began_on),
        heard: dayWords(value.plan?.heard_on),
        needs: value.plan?.needs.join("、") ?? "",
        helpers: value.pairings.filter((each) => !each.until_on),
        measures: value.measures.map((each) => rowOf(each, value, known, may)),
        buttons: buttonsOf(value, known, may),
        links: linksOf(value, may),
      });
    } catch (error) {
      this.setData({ said: nothingKept(error) });
    }
  },

  open(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: event.currentTarget.dataset.url as string });
  },
});

function rowOf(measure: Measure, family: Family, known: Dictionaries, may: May): unknown {
  const about = { case_id: family.case_id, measure_id: measure.id, head: family.head_name };
  const runs = measure.progress !== "delivered" && measure.progress !== "stopped";
  const given = measure.progress === "underway" || measure.progress === "delivered";
  return {
    id: measure.id,
    what: measure.person_name ? `${measure.person_name}：${measure.what}` : measure.what,
    office: measure.department_name,
    who: measure.responsible,
    due: dayWords(measure.due_on),
    late: runs && measure.due_on < today(),
    progress: measure.progress_name,
    funds: measure.funds === "none" ? "" : `，钱${measure.funds_name}`,
    says: known.family_says?.[measure.family_says] ?? "",
    noteUrl: measure.next_steps.length && may("note_measure") ? deedUrl("measure", about) : "",
    saysUrl: given && !measure.family_says && may("confirm_aid") ? deedUrl("says", { ...about, what: measure.what }) : "",
  };
}

function buttonsOf(family: Family, known: Dictionaries, may: May): unknown[] {
  const { household_id, head_name, id, risk_names } = family;
  const codes = Object.entries(known.risks ?? {}).filter(([, name]) => risk_names.includes(name)).map(([code]) => code);
  return [
    { text: "日常走访", sub: "只填变了的", url: `/cadre/round/round?household_id=${household_id}&head=${encodeURIComponent(head_name)}`, shown: may("file_round") },
    { text: "写帮扶计划", sub: "和家里人商量着定", url: deedUrl("plan", { watch_id: id, head: head_name, risks: codes.join(",") }), shown: !family.plan && may("make_plan") },
  ].filter((each) => each.shown);
}

function linksOf(family: Family, may: May): unknown[] {
  const { case_id, household_id, head_name: head, id: watch_id } = family;
  return [
    { text: "家里添人、走人", url: deedUrl("change", { household_id, case_id, head }), shown: may("tell_change") },
    { text: "又有新的风险", url: deedUrl("warn", { watch_id, head }), shown: may("mark_warning") },
    { text: "提出风险消除", url: deedUrl("propose", { watch_id, head }), shown: may("propose_removal") },
    { text: "这一户的办理经过", url: `/cadre/case/case?case_id=${case_id}`, shown: may("read_cases") },
  ].filter((each) => each.shown);
}
