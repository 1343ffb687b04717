export { dateFormat, numberFormat } from "./formats.js";
export { useGrowing, useLasting, useObserved } from "./hooks.js";
export { fill, type Language, type Locales, language, type Plural, plural } from "./i18n.js";
export { isComposing } from "./keys.js";
export { LONGEST_MESSAGE } from "./limits.js";
export { type Part, parts } from "./links.js";
export { type Log, type Shown, useLog } from "./log.js";
export { Sound } from "./sound.js";
export { FileLink, Text } from "./text.js";
