"use strict";
// What charts show, from rows of the marts: rows.py in the browser. A test holds the two against each other.
(() => {
  const words = Sectors.words;
  const ROOM = 1.35;
  const LONGEST_NAME = 120;
  const rows = {};

  rows.short = (name) => {
    const letters = Array.from(name);
    return words.apart(letters.length <= LONGEST_NAME ? name : `${letters.slice(0, LONGEST_NAME - 1).join("")}…`);
  };

  rows.range = (order, name, colour, row, by, label) => {
    const shown = words.shown(row);
    const isShown = shown !== null && by !== null && by > 0;
    const hasRange = isShown && row.estimate !== null && words.isOpen(row);
    const pair = (low, high, prefix) => {
      const [least, most] = [row[`${prefix}lower`], row[`${prefix}upper`]];
      // a range without an upper end is told, not drawn
      const isDrawn = hasRange && least !== null && most !== null;
      return isDrawn ? { [low]: least / by, [high]: most / by } : { [low]: null, [high]: null };
    };
    const ends = { ...pair("low", "high", ""), ...pair("low90", "high90", "interval90_") };
    const value = isShown ? shown / by : null;
    const end = ends.high || value || 0;
    return {
      order, name: rows.short(name), colour: row.estimate !== null ? colour : Sectors.choices.hatched, value, ...ends,
      end, room: end * ROOM, label,
    };
  };

  rows.shares = (figures) => figures.map(([name, colour, row], order) =>
    row && rows.range(order, name, colour, row, row.total, words.shareLabel(row))).filter(Boolean);

  rows.levels = (figures, measure) => figures.map(([name, colour, row], order) =>
    row && rows.range(order, name, colour, row, 1, words.levelLabel(row, measure))).filter(Boolean);

  rows.parts = (figures) => figures.flatMap(([name, colour, row], order) => {
    if (!row || row.coverage_establishments === null) return [];
    const part = row.coverage_establishments;
    const label = `${words.number(row.hidden_cells ?? 0)} of ${words.number(row.total_cells ?? 0)} cells hidden`;
    const same = { order, name: rows.short(name), label };
    const shown = { ...same, colour, from: 0, to: part };
    return part < 1 ? [shown, { ...same, colour: Sectors.choices.hatched, from: part, to: 1 }] : [shown];
  });

  const ringed = (figures, periods, chosen) =>
    (figures.has(chosen) && periods.includes(chosen) ? chosen : periods.findLast((period) => figures.has(period)));

  rows.series = (figures, periods, chosen, colour, measure, breaks) => periods.flatMap((period, place) => {
    const row = figures.get(period);
    if (!row) return [];
    const isShare = measure === "share";
    const label = isShare ? words.shareLabel(row) : words.levelLabel(row, measure);
    const { value, low, high, low90, high90 } = rows.range(place, "", colour, row, isShare ? row.total : 1, label);
    const state = row.estimate === null ? "at least" : words.isOpen(row) ? "estimated" : "published";
    return [{
      value, low, high, low90, high90, label, period, colour,
      fill: state === "published" ? colour : Sectors.choices.paper, state,
      part: breaks.filter((start) => start <= period).length, chosen: period === ringed(figures, periods, chosen),
      place: place / Math.max(periods.length - 1, 1),
    }];
  });

  rows.counties = (counties) => counties.map(([county, name, row]) => {
    const isKnown = row.estimate !== null && Boolean(row.total);
    return {
      county, name: words.apart(name), share: isKnown ? row.estimate / row.total : null,
      state: isKnown ? "known" : row.estimate === null ? "hidden" : "shareless", label: words.shareLabel(row),
    };
  });

  Sectors.rows = rows;
})();
