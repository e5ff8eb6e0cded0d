"use strict";
// Sentences of a page: each from rows of the view, with the query that gives it.
(() => {
  const { words } = Sectors;
  const says = {};
  const SHARE_OF_ALL = "all_target_sectors";

  says.measure = (view, data, { sector = view.sector ?? SHARE_OF_ALL, measure = view.measure }) => ({
    text: words.measureSentence(Sectors.measured(data, sector, measure, view.period), Sectors.sectorOf(sector).name,
      measure, view.ownership, view.period),
    query: "measure", sector, measure,
  });

  says.gross = (view, data) => {
    const [once, twice] = ["union", "gross"].map((kind) => Sectors.kinds(kind)[0]).map((sector) =>
      sector && Sectors.measured(data, sector.key, view.measure, view.period));
    const values = { whole: words.whole(view.measure, view.ownership) };
    const areShown = [once, twice].every((row) => row && words.shown(row) !== null && row.total);
    if (!areShown) return { text: "", query: "gross" };
    return {
      text: words.fill(Sectors.choices.words.patterns.gross,
        { ...values, once: words.shareLabel(once), twice: words.shareLabel(twice) }),
      query: "gross",
    };
  };

  says.cells = (view, data) => {
    const row = Sectors.measured(data, view.sector ?? SHARE_OF_ALL, "employment", view.period);
    if (!row || !row.total_cells) return { text: "", query: "hidden" };
    const { patterns } = Sectors.choices.words;
    return {
      text: words.fill(row.hidden_cells ? patterns.cells : patterns.cells_open, {
        hidden: words.number(row.hidden_cells), total: words.number(row.total_cells),
        counted: words.called("businesses", view.ownership),
        coverage: row.coverage_establishments === null ? "–" : words.percent(row.coverage_establishments),
      }),
      query: "hidden",
    };
  };

  says.pay = (view, data) => {
    const row = data.pay.get(`${view.sector}/${view.period}`);
    const { patterns } = Sectors.choices.words;
    const values = { name: words.apart(Sectors.sectorOf(view.sector).name), when: words.when(view.period) };
    if (!row || row.estimate === null) return { text: words.fill(patterns.pay_absent, values), query: "pay" };
    const pattern = words.isOpen(row) ? patterns.pay_estimated : patterns.pay;
    return {
      text: words.fill(pattern, { ...values, level: words.level("pay", row.estimate), ...words.ranges(row, "pay") }),
      query: "pay",
    };
  };

  says.concentration = (view, data) => {
    const { patterns, no_quotient: reasons } = Sectors.choices.words;
    const found = data.concentration.filter((row) => row.sector === view.sector && row.period === view.period
      && row.measure === view.measure);
    const text = found.map((row) => {
      const values = {
        name: words.apart(Sectors.sectorOf(view.sector).name), when: words.when(view.period), base: row.base_region_name,
        whole: words.whole(view.measure, view.ownership), reason: reasons[row.concentration_status] ?? row.concentration_status,
      };
      if (row.estimate === null) return words.fill(patterns.quotient_absent, values);
      if (row.estimate === 0 && !words.isOpen(row)) return words.fill(patterns.quotient_none, values);
      const pattern = words.isOpen(row) ? patterns.quotient_estimated : patterns.quotient;
      return words.fill(pattern, { ...values, level: words.level("quotient", row.estimate), ...words.ranges(row, "quotient") });
    });
    // where there is none of it, every comparison says the same
    return { text: [...new Set(text)].join(" "), query: "concentration" };
  };

  says.overlap = (view, data) => {
    const { patterns, nouns, rest } = Sectors.choices.words;
    const found = data.overlaps.filter((row) => row.period === view.period && row.measure === view.measure
      && [row.sector, row.other_sector].includes(view.sector));
    const text = found.map((row) => {
      const other = Sectors.sectorOf(row.sector === view.sector ? row.other_sector : row.sector);
      const values = {
        name: words.apart(Sectors.sectorOf(view.sector).name), other: words.apart(other.name),
        when: words.when(view.period), noun: words.called(nouns[view.measure], view.ownership),
      };
      if (row.estimate === null) {
        return row.known ? words.fill(patterns.overlap_at_least, {
          ...values, level: words.level(view.measure, row.known), rest: rest[row.estimate_status] ?? rest.withheld_single_cell,
        }) : words.fill(patterns.overlap_absent, values);
      }
      if (row.estimate === 0 && !words.isOpen(row)) return words.fill(patterns.overlap_none, values);
      const pattern = words.isOpen(row) ? patterns.overlap_estimated : patterns.overlap;
      return words.fill(pattern, { ...values, level: words.level(view.measure, row.estimate), ...words.ranges(row, view.measure) });
    }).join(" ");
    return { text, query: "overlap" };
  };

  says.standard = (view, data) => ({
    text: data.standards.filter((row) => row.sector === view.sector && row.period === view.period)
      .map((row) => `${row.reading}.`).join("\n"),
    query: "standard",
  });

  Sectors.says = says;
})();
