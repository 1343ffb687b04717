/** A page of a list. */
interface Page {
  readonly nextCursor?: string | null;
}

/** How a list goes on, as a parameter of the query; nothing for its first page. */
export type From = { readonly cursor?: string };

/** The rows of a list, from its beginning, until there are enough of them. */
export async function readPages<P extends Page, R>(
  ask: (from: From) => Promise<P>,
  rowsOf: (page: P) => readonly R[],
  enough = Number.POSITIVE_INFINITY,
): Promise<{ readonly rows: R[]; readonly last: P; readonly cursor: string | null }> {
  const rows: R[] = [];
  for (let from: From = {}; ; ) {
    const last = await ask(from);
    rows.push(...rowsOf(last));
    const cursor = last.nextCursor ?? null;
    if (cursor === null || rows.length >= enough) {
      return { rows, last, cursor };
    }
    from = { cursor };
  }
}
