/** The duties that a piece of work answers: found again on the server when their versions have risen meanwhile. */

export interface Owed {
  case_id: string;
  /** The duty's own id: another duty of the same kind is another duty. */
  id: string;
  /** As it was on the screen, later as it was found again. */
  version: number;
  /** Whether the author's own desk owed it when the form was filled in. */
  own: boolean;
}

/** What a form was made of: where that is read, and its digest when the form was filled in. */
export interface MadeOf {
  path: string;
  digest: string;
}

/** The duty that a page's address names, if it names one. */
export function owedBy({ case_id, duty, version, own }: Record<string, string>): Owed[] {
  return case_id && duty ? [{ case_id, id: duty, version: Number(version), own: own === "1" }] : [];
}

/** How a page's address names a duty. */
export const asOwed = (duty: { id: string; version: number; is_own: boolean }): Record<string, string | number> => ({
  duty: duty.id,
  version: duty.version,
  own: duty.is_own ? "1" : "",
});

interface Versioned {
  version?: number;
  seen?: Line[];
  items?: Line[];
}
type Line = { case_id: string; version: number };

/** A body with another version of one family's duty: its own, or that of the family's line in it. */
export function withVersion(body: unknown, case_id: string, version: number): unknown {
  const { seen, items, ...rest } = body as Versioned;
  const raised = (lines: Line[]) => lines.map((line) => (line.case_id === case_id ? { ...line, version } : line));
  return {
    ...rest,
    ...("version" in rest ? { version } : {}),
    ...(seen ? { seen: raised(seen) } : {}),
    ...(items ? { items: raised(items) } : {}),
  };
}

/** A page's address with another version, for a form that is opened again. */
export const pageWithVersion = (page: string, version: number): string => page.replace(/([?&]version=)\d+/, `$1${version}`);
