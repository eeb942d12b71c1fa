/** Which families had a card explained, when and how; nobody signs. */
import { call, type BodyOf } from "../../api/client";
import { ticket } from "../../api/ticket";
import { options, words } from "../../lib/session";
import { cached } from "../desk";
import { formPage, Wrong } from "../form";
import { many, said, today, type Field } from "../form-model";
import { homes } from "../homes";

const GRID_DIGITS = 15;
const MOST = 100;
const SOME = "some";
const WHOLE = "whole";

formPage(async () => {
  const [{ value: cards }, known] = await Promise.all([cached("cards", () => call("GET", "/api/v1/cards")), words()]);
  const grid = ticket()?.region_code.length === GRID_DIGITS ? ticket()!.region_code : "";
  const whom: Field = { name: "whom", label: "讲给了谁", kind: "choice", options: [{ code: SOME, name: "点几户" }, { code: WHOLE, name: "我这个网格的每一户" }], need: true };
  const families: Field = { name: "families", label: "点讲过的户", kind: "many", options: (await homes()).all, need: true, when: { name: "whom", is: [SOME] } };
  if (families.options?.length === 0) families.hint = "这部手机上没有要走访的户，别的户请在电脑上登记。";
  if (cards.items.length === 0) families.hint = "县里还没有发明白卡，现在不能登记。";
  return {
    draft: "leaflet",
    kind: "leaflet",
    title: "讲明白卡",
    values: { handed_on: today(), way: "in_person", whom: SOME, families: [], card: cards.items.length === 1 ? cards.items[0]!.id : "" },
    steps: [
      {
        title: "讲的是哪一张",
        fields: [
          { name: "card", label: "哪一张卡", kind: "choice", options: cards.items.map(({ id, title }) => ({ code: id, name: title })), need: true },
          { name: "way", label: "怎样讲的", kind: "choice", options: options(known.leaflet_ways), need: true },
          { name: "handed_on", label: "哪天讲的", kind: "date", need: true },
        ],
      },
      { title: "讲给了哪几户", say: "不用农户签字。重复登记的，只算一次。", fields: grid ? [whom, families] : [families] },
    ],
    build(values) {
      const isWhole = said(values, "whom") === WHOLE;
      const chosen = isWhole ? [] : many(values, "families");
      if (!isWhole && chosen.length > MOST) throw new Wrong({ families: `一次最多登记 ${MOST} 户，请分几次。` });
      const body: BodyOf<"/api/v1/leaflets"> = {
        article_id: said(values, "card"),
        way: said(values, "way"),
        handed_on: said(values, "handed_on"),
        household_ids: chosen,
        grid_code: isWhole ? grid : "",
      };
      return { title: isWhole ? "明白卡 整个网格" : `明白卡 ${chosen.length} 户`, path: "/api/v1/leaflets", body };
    },
  };
});
