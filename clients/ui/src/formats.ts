/** Makes each of something once: a formatter costs much more to make than to use. */
function once<O, F>(make: (locale: string, options: O) => F): (locale: string, options: O) => F {
  const made = new Map<string, F>();
  return (locale, options) => {
    const key = `${locale} ${JSON.stringify(options)}`;
    const known = made.get(key);
    if (known) {
      return known;
    }
    const format = make(locale, options);
    made.set(key, format);
    return format;
  };
}

/** How a language writes dates and times. */
export const dateFormat = once(
  (locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);

/** How a language writes numbers. */
export const numberFormat = once(
  (locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
);

/** Which form a language has for a number. */
export const pluralRules = once(
  (locale, options: Intl.PluralRulesOptions) => new Intl.PluralRules(locale, options),
);
