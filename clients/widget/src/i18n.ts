import { type Language as LanguageOf, type Locales, language } from "@livechat/ui";
import type { Texts } from "./locales/en.js";

/** A language with what the widget says in it. */
export type Language = LanguageOf<Texts>;

const LOCALES: Locales<Texts> = {
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

/** The texts of the first of these languages that there are texts in, else English. */
export function speak(wanted: readonly string[]): Promise<Language> {
  return language(LOCALES, wanted);
}
