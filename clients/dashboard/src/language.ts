import { type Locales, language } from "@livechat/ui";
import type { Language } from "./context.js";
import type { Texts } from "./locales/en.js";

const LOCALES: Locales<Texts> = {
  ar: () => import("./locales/ar.js"),
  de: () => import("./locales/de.js"),
  en: () => import("./locales/en.js"),
};

/** The languages, as they call themselves. */
export const NAMES: Readonly<Record<string, string>> = { ar: "العربية", de: "Deutsch", en: "English" };

/** The texts in this language, or the first of the browser's that there are texts in. */
export function speak(locale: string | undefined): Promise<Language> {
  return language(LOCALES, [...(locale ? [locale] : []), ...navigator.languages]);
}
