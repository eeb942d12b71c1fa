/** The families of a campaign in one's place, page after page, kept as one list. */
import { call, type components } from "../../api/client";
import { cached, type Kept } from "../desk";

export type CampaignFamily = components["schemas"]["CampaignFamily"];

const MOST_PAGES = 5;

export function familiesOf(campaign_id: string): Promise<Kept<CampaignFamily[]>> {
  return cached(`campaign:${campaign_id}`, async () => {
    const found: CampaignFamily[] = [];
    let after: string | null = "0";
    for (let number = 0; after !== null && number < MOST_PAGES; number++) {
      const { items, after: next }: { items: CampaignFamily[]; after: string | null } = await call("GET", "/api/v1/campaigns/{campaign_id}/families", { path: { campaign_id }, query: { after: Number(after) } });
      found.push(...items);
      after = next;
    }
    return found;
  });
}
