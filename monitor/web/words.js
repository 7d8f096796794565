// Sentences, numbers and dates in the page's language; `window.words` has its messages, by the English ones.
"use strict";

(() => {
  const { tag, locale, messages } = window.words;
  const FORMS = ["zero", "one", "two", "few", "many", "other"]; // the order of a plural's forms, where there are six
  const rules = new Intl.PluralRules(locale);
  const isFromRight = document.documentElement.dir === "rtl";
  // A name in another script must not turn the sentence around it.
  const isolated = (value) => (isFromRight && typeof value === "string" ? `\u2068${value}\u2069` : value);
  const filled = (message, values) => message.replace(/\{(\w+)\}/g, (_, name) => isolated(values[name]));
  const numbers = new Intl.NumberFormat(locale);

  function formOf(forms, n) {
    const name = rules.select(n);
    if (forms.length === FORMS.length) return forms[FORMS.indexOf(name)];
    return name === "one" ? forms[0] : forms.at(-1);
  }

  const dates = (options) => new Intl.DateTimeFormat(locale, options);

  // What charts call days and months.
  function timeNames() {
    const names = (n, options, at) => Array.from({ length: n }, (_, index) => dates({ ...options, timeZone: "UTC" }).format(at(index)));
    const weekday = (index) => Date.UTC(2023, 0, 1 + index); // from a Sunday on
    const month = (index) => Date.UTC(2023, index, 1);
    return {
      dateTime: "%x, %X", date: "%d/%m/%Y", time: "%H:%M:%S", periods: ["AM", "PM"],
      days: names(7, { weekday: "long" }, weekday), shortDays: names(7, { weekday: "short" }, weekday),
      months: names(12, { month: "long" }, month), shortMonths: names(12, { month: "short" }, month),
    };
  }

  window.say = (message, values = {}) => filled(messages[message] ?? message, values);
  window.plural = (one, many, n, values = {}) => filled(formOf(messages[one] ?? [one, many], n), { ...values, n: numbers.format(n) });
  window.spoken = {
    tag,
    numbers: (options) => new Intl.NumberFormat(locale, options),
    dates,
    timeNames,
    list: (texts) => new Intl.ListFormat(locale).format(texts),
  };
})();
