import { expect } from "vitest";

/** A table of texts: a text, its forms for numbers, or a table of its own. */
type Texts = { readonly [key: string]: string | Texts };

/** A compact number alone has the form "many" in some languages; in these it is an ordinary one. */
const USES_MANY = ["ar", "pl"];

/** Holds that a translation says everything that the English says, with the same values in it. */
export function expectTranslated(locale: string, english: object, translated: object, path = ""): void {
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(english as Texts)) {
    const other = (translated as Texts)[key];
    const place = `${path}${key}`;
    if (typeof text === "string") {
      expect(typeof other, place).toBe("string");
      expect([place, ...values(String(other))]).toEqual([place, ...values(text)]);
      expect(String(other).trim(), place).not.toBe("");
    } else if ("other" in text) {
      const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
      const needed = forms.filter(form => form !== "many" || USES_MANY.includes(locale));
      expect(Object.keys(other ?? {}), place).toEqual(expect.arrayContaining(needed));
    } else {
      expectTranslated(locale, text, other as Texts, `${place}.`);
    }
  }
}
