/** What a field may hold. */
export type Field = number | string | null;

/** What a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** Rows as CSV (RFC 4180). A text that a spreadsheet would take for a formula is a text to it. */
export function csv(rows: readonly (readonly Field[])[]): string {
  return rows.map(row => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: Field): string {
  if (typeof value !== "string") {
    return value === null ? "" : String(value);
  }
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Gives somebody a file of rows. */
export function download(name: string, rows: readonly (readonly Field[])[]): void {
  // The mark at the beginning tells a spreadsheet that it is UTF-8.
  const url = URL.createObjectURL(new Blob(["\uFEFF", csv(rows)], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}
