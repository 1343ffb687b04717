import { expect, it } from "vitest";
import { fill, language, plural } from "../src/i18n.js";
import english from "../src/locales/en.js";

const LOCALES = ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt"];

it.each(LOCALES)("%s says everything, with the same values in it", async locale => {
  const { texts } = await language([locale]);
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(english)) {
    const translated = texts[key as keyof typeof english];
    if (typeof text === "string" && typeof translated === "string") {
      expect([key, ...values(translated)]).toEqual([key, ...values(text)]);
      expect(translated.trim()).not.toBe("");
    } else {
      const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
      // A compact number alone has a form of its own in some languages.
      const needed = forms.filter(form => form !== "many" || ["ar", "pl"].includes(locale));
      expect(Object.keys(translated)).toEqual(expect.arrayContaining(needed));
    }
  }
});

it("takes the first language that there is, and English if there is none", async () => {
  expect((await language(["xx", "pt-BR", "de"])).locale).toBe("pt-BR");
  expect((await language(["xx"])).locale).toBe("en");
  expect((await language(["ar-EG"])).direction).toBe("rtl");
});

it("puts numbers and names into texts as the language does", async () => {
  const polish = await language(["pl"]);
  expect(plural(polish, polish.texts.unread, 1)).toBe("1 nieprzeczytana wiadomość");
  expect(plural(polish, polish.texts.unread, 3)).toBe("3 nieprzeczytane wiadomości");
  expect(plural(polish, polish.texts.unread, 5)).toBe("5 nieprzeczytanych wiadomości");
  expect(fill("{name} is {a}", { name: "{a}" })).toBe("{a} is ");
});
