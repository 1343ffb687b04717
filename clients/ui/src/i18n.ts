import { numberFormat, pluralRules } from "./formats.js";

/** A text in each form that a number may need. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** A language with its texts. */
export interface Language<T> {
  /** As in BCP 47. */
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  readonly texts: T;
}

/** The languages that there are texts in, each loaded when it is needed; English is among them. */
export type Locales<T> = Readonly<Record<string, () => Promise<{ readonly default: T }>>>;

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar", "fa", "he", "ur"]);

/** The texts of the first of these languages that there are texts in, else English. */
export async function language<T>(locales: Locales<T>, wanted: readonly string[]): Promise<Language<T>> {
  const found = wanted.find(locale => key(locale) in locales) ?? "en";
  const texts = (await locales[key(found)]?.())?.default;
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
export function plural({ locale }: { readonly locale: string }, forms: Plural, count: number): string {
  const form = forms[pluralRules(locale, {}).select(count)] ?? forms.other;
  return form.replace("{n}", numberFormat(locale, {}).format(count));
}

/** A text with values in the place of their names in braces. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
