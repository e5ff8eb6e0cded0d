"use strict";
// Figures in plain words: the patterns and rules of sentences.py, in the browser. A test holds the two against each other.
(() => {
  const INVISIBLE = 1e-9;
  const TURNS = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  const words = {};
  const said = () => Sectors.choices.words;

  words.number = (value, digits = 0) => {
    const scaled = Math.floor(value * 10 ** digits + 0.5);
    const size = Math.abs(scaled);
    const whole = String(Math.floor(size / 10 ** digits)).replace(/\B(?=(\d{3})+$)/g, ",");
    const rest = digits ? `.${String(size % 10 ** digits).padStart(digits, "0")}` : "";
    return `${scaled < 0 ? "−" : ""}${whole}${rest}`;
  };

  words.percent = (share, digits = 1) => {
    let shown = words.number(100 * share, digits);
    if (share < 1 && shown === words.number(100, digits)) shown = words.number(100 - 10 ** -digits, digits);
    if (share > 0 && shown === words.number(0, digits)) return `under ${words.number(10 ** -digits, digits)} %`;
    return `${shown} %`;
  };

  words.level = (measure, value) => {
    if (measure === "pay") return `$${words.number(value)}`;
    if (measure === "quotient") return value > 0 && value < 0.005 ? "under 0.01" : words.number(value, 2);
    if (measure === "share") return words.percent(value);
    if (measure === "wages") return value >= 1e6 ? `$${words.number(value / 1e6, 1)} million` : `$${words.number(value)}`;
    return words.number(value);
  };

  words.isOpen = (row) => {
    const [low, high] = [row.lower ?? null, row.upper ?? null];
    if (row.estimate === null || low === null) return false;
    return high === null || high - low > INVISIBLE * Math.max(Math.abs(high), 1);
  };

  words.shareDigits = (row, total) => {
    if (!words.isOpen(row)) return 1;
    const [low, high] = [100 * row.interval90_lower / total, 100 * row.interval90_upper / total];
    return [1, 2].find((digits) => words.number(low, digits) !== words.number(high, digits)) ?? 3;
  };

  words.when = (period) => {
    const [year, quarter] = period.split("-Q");
    return quarter ? `in the ${said().quarters[Number(quarter) - 1]} quarter of ${year}` : `in ${year}`;
  };

  words.called = (text, ownership) => (!ownership.endsWith("government") ? text
    : text.replaceAll("businesses", "establishments").replaceAll("Businesses", "Establishments"));
  words.firsts = (count) => ["Industries", "The first industry"][count] ?? `The first ${count} industries`;
  words.whole = (measure, ownership) =>
    `${said().ownerships[ownership] ?? ownership} ${words.called(said().wholes[measure], ownership)}`;
  words.apart = (name) => (TURNS.test(name) ? `\u2068${name}\u2069` : name);
  words.fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => {
    if (values[name] === undefined) throw new Error(`“${pattern}”: no value for ${name}`);
    return values[name];
  });
  words.shown = (row) => row.estimate ?? row.known ?? null;

  words.ranges = (row, measure) => {
    const { above, between } = said().patterns;
    const told = (prefix) => {
      const [low, high] = [row[`${prefix}lower`], row[`${prefix}upper`]];
      const ends = { low: words.level(measure, low), high: high === null ? "" : words.level(measure, high) };
      return words.fill(high === null ? above : between, ends);
    };
    return { likely: told("interval90_"), proven: told("") };
  };

  words.measureSentence = (row, name, measure, ownership, period) => {
    const { patterns, nouns, kinds, rest } = said();
    const values = {
      name: words.apart(name), when: words.when(period),
      noun: words.called(nouns[measure], ownership), kind: words.called(kinds[measure], ownership),
      whole: words.whole(measure, ownership),
    };
    if (!row) return words.fill(patterns.absent, values);
    const shown = words.shown(row);
    if (shown === null) return words.fill(patterns.hidden, values);
    values.level = words.level(measure, shown);
    if (row.total) values.share = words.percent(shown / row.total, words.shareDigits(row, row.total));
    let key = "published";
    if (row.estimate === null) {
      key = "at_least";
      values.rest = rest[row.estimate_status] ?? rest.withheld_single_cell;
    } else if (words.isOpen(row)) {
      key = "estimated";
      Object.assign(values, words.ranges(row, measure));
    } else if (shown === 0) return words.fill(patterns.none, values);
    return words.fill(patterns[row.total ? key : `${key}_alone`], values);
  };

  words.sign = (row) => (row.estimate === null ? "≥ " : words.isOpen(row) ? "≈ " : "");

  words.shareLabel = (row) => {
    const shown = words.shown(row);
    if (shown === null) return "hidden";
    if (!row.total) return "share unknown";
    return words.sign(row) + words.percent(shown / row.total, words.shareDigits(row, row.total));
  };

  words.levelLabel = (row, measure) => {
    const shown = words.shown(row);
    return shown === null ? "hidden" : words.sign(row) + words.level(measure, shown);
  };

  // Ends of a range as people read them; a dash where there is none.
  words.between = (row, low, high, measure, by = 1) => {
    if (row.estimate === null || !words.isOpen(row) || !by) return "–";
    if (row[high] === null) return `≥ ${words.level(measure, row[low])}`;
    if (measure !== "share") return `${words.level(measure, row[low])} – ${words.level(measure, row[high])}`;
    const digits = words.shareDigits(row, by);
    return [low, high].map((end) => words.number(100 * row[end] / by, digits)).join(" – ") + " %";
  };

  Sectors.words = words;
})();
