/** A part of a text: one that leads somewhere has an address. */
export interface Part {
  readonly text: string;
  readonly href?: string;
}

/** What may stand before an address, and what ends a sentence and not an address. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/giu;
const ENDS_SENTENCE = /[).,;:!?'\]}»”]+$/u;

/** A text in parts, with the addresses in it: only those of the web, so that a click runs nothing. */
export function parts(text: string): Part[] {
  const found: Part[] = [];
  let last = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(ENDS_SENTENCE, "");
    if (!URL.canParse(address)) {
      continue;
    }
    if (match.index > last) {
      found.push({ text: text.slice(last, match.index) });
    }
    found.push({ text: address, href: address });
    last = match.index + address.length;
  }
  if (last < text.length) {
    found.push({ text: text.slice(last) });
  }
  return found;
}
