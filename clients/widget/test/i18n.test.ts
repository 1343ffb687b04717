import { expect, it } from "vitest";
import { expectTranslated } from "../../testing/texts.js";
import { speak } from "../src/i18n.js";
import english from "../src/locales/en.js";

const LOCALES = ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt"];

it.each(LOCALES)("%s says everything, with the same values in it", async locale => {
  expectTranslated(locale, english, (await speak([locale])).texts);
});

it("takes the first language that there is, and English if there is none", async () => {
  expect((await speak(["xx", "pt-BR", "de"])).locale).toBe("pt-BR");
  expect((await speak(["xx"])).locale).toBe("en");
  expect((await speak(["ar-EG"])).direction).toBe("rtl");
});
