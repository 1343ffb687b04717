import { expect, it } from "vitest";
import { expectTranslated } from "../../testing/texts.js";
import arabic from "../src/locales/ar.js";
import german from "../src/locales/de.js";
import english from "../src/locales/en.js";

const TRANSLATED = Object.entries({ ar: arabic, de: german });

it.each(TRANSLATED)("%s says everything, with the same values in it", (locale, texts) => {
  expectTranslated(locale, english, texts);
});

it.each(TRANSLATED)("%s leaves nothing in English that is more than a word", (_, texts) => {
  const said = new Set(sentences(english));
  const left = sentences(texts).filter(text => said.has(text) && / /.test(text));
  expect(left.filter(text => /\p{L}/u.test(text.replace(/\{\w+\}/g, "")))).toEqual([]);
});

function sentences(texts: object): string[] {
  return Object.values(texts).flatMap(text => (typeof text === "string" ? [text] : sentences(text)));
}
