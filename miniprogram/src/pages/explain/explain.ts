/** The procedure in seven pictures, in the order in which a family meets it. */
import { page, telephone } from "../../lib/page";
import { scannedVillage, telephoneOf } from "../../lib/session";

page({
  data: {
    steps: [
      { picture: "/images/declare.svg", title: "您申报", words: "用手机、打电话、写纸条、托别人都行。材料不全也收。" },
      { picture: "/images/visit.svg", title: "村里上门看", words: "村干部和您约时间，到家里问清困难。" },
      { picture: "/images/meeting.svg", title: "村里开会评议", words: "评完公示给全村看，谁有意见都可以提。" },
      { picture: "/images/township.svg", title: "乡镇审核", words: "乡镇和部门一起核对。村里一家说了不算。" },
      { picture: "/images/county.svg", title: "县里定", words: "定了会告诉您结果和理由。不服可以申请复核。" },
      { picture: "/images/help.svg", title: "帮扶到家", words: "谁帮、帮什么、什么时候到，都写明白，收到了由您说了算。" },
      { picture: "/images/steady.svg", title: "日子稳了，风险消除", words: "村里上门看、开会、公示，乡镇和县里都同意了才算。又有难处，随时再申报。" },
    ],
  },

  async call() {
    try {
      telephone(await telephoneOf(scannedVillage()));
    } catch {
      telephone("");
    }
  },
});
