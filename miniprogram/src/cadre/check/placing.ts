/** Keeps a draft's answers with the person of whom they were given, when the family is another than when it was begun. */
import type { Values } from "../form-model";

interface Known {
  person_id?: string | null;
  name: string;
}

export const peopleOf = (members: Known[]): string[] => members.map((member) => member.person_id ?? member.name);

/** The draft for `people`: answers are named by a person's place, so they go where that person stands now; who left takes theirs along. */
export function placedAnew(draft: Values, people: string[]): Values {
  const { people: asked, ...values } = draft;
  if (!Array.isArray(asked) || asked.join() === people.join()) return values;
  const placed: Values = {};
  for (const [name, value] of Object.entries(values)) {
    const [, question, place] = /^(.+)_(\d+)$/.exec(name) ?? [];
    const now = question === undefined ? -1 : people.indexOf((asked as string[])[Number(place)]!);
    if (question === undefined) placed[name] = value;
    else if (now >= 0) placed[`${question}_${now}`] = value;
  }
  return placed;
}
