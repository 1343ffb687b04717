import type { Texts } from "./locales/en.js";

export type { Texts };

/** The languages, each loaded when it is needed. */
const LOCALES: Record<string, () => Promise<{ readonly default: Texts }>> = {
  ar: () => import("./locales/ar.js"),
  de: () => import("./locales/de.js"),
  en: () => import("./locales/en.js"),
  es: () => import("./locales/es.js"),
  fr: () => import("./locales/fr.js"),
  it: () => import("./locales/it.js"),
  ja: () => import("./locales/ja.js"),
  nl: () => import("./locales/nl.js"),
  pl: () => import("./locales/pl.js"),
  pt: () => import("./locales/pt.js"),
};

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar"]);

/** A language with its texts. */
export interface Language {
  /** As in BCP 47. */
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  readonly texts: Texts;
}

/** The texts of the first of these languages that there are texts in, else English. */
export async function language(wanted: readonly string[]): Promise<Language> {
  const found = wanted.find(locale => key(locale) in LOCALES) ?? "en";
  const load = LOCALES[key(found)];
  const texts = (await load?.())?.default;
  if (!texts) {
    throw new Error(`There is no language ${found}`);
  }
  return { locale: known(found), direction: RIGHT_TO_LEFT.has(key(found)) ? "rtl" : "ltr", texts };
}

/** The language as `Intl` knows it. */
function known(locale: string): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale.replaceAll("_", "-"))[0] ?? key(locale);
  } catch {
    return key(locale);
  }
}

function key(locale: string): string {
  return locale.toLowerCase().split(/[-_]/, 1)[0] ?? "";
}

/** A text for a number: `{n}` is the number, in the language's own way. */
export function plural({ locale }: Language, forms: Texts["unread"], count: number): string {
  const form = forms[new Intl.PluralRules(locale).select(count)] ?? forms.other;
  return form.replace("{n}", new Intl.NumberFormat(locale).format(count));
}

/** A text with values in the place of their names in braces. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
