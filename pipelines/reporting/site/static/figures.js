"use strict";
// One maker a figure, by its key in figures.py: from a view and its data to rows of charts, cells of the table, and words.
(() => {
  const { words, rows } = Sectors;
  const MEASURES = ["businesses", "employment", "wages"];
  const makers = {};
  const ALL = "all_target_sectors";
  const MOST_RANKED = 25;

  const sectorOf = (key) => Sectors.choices.sectors.find((sector) => sector.key === key);
  const kinds = (...names) => Sectors.choices.sectors.filter((sector) => names.includes(sector.kind));
  const measured = (data, sector, measure, period) =>
    data.measures.get(`${sector}/${measure}/${period}`) ?? null;
  Sectors.measured = measured;
  Sectors.sectorOf = sectorOf;
  Sectors.kinds = kinds;

  const status = (row) => Sectors.choices.words.statuses[row.estimate_status] ?? row.estimate_status ?? "";
  const ends = (row, measure, by) => [
    words.between(row, "interval90_lower", "interval90_upper", measure, by),
    words.between(row, "lower", "upper", measure, by), status(row),
  ];
  const isAllHidden = (made) => made.every((row) => row.value === null);
  const listed = (made) => made.map((row) => `${row.name} ${row.label}`).join("; ");

  const counted = (count, one, more) => `${count} ${count === 1 ? one : more}`;

  makers.headline = (view, data) => {
    const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
    const figures = MEASURES.map((measure) => [capital(words.whole(measure, view.ownership)), sectorOf(ALL).colour,
      measured(data, ALL, measure, view.period), measure]);
    const there = figures.filter(([, , row]) => row);
    const made = rows.shares(there);
    return {
      datasets: { rows: made }, alt: listed(made), query: "headline", isEmpty: isAllHidden(made),
      table: there.map(([name, , row, measure]) =>
        [name, words.levelLabel(row, measure), words.shareLabel(row), ...ends(row, "share", row.total)]),
    };
  };

  const sectorShares = (measure) => (view, data) => {
    const there = kinds("sector", "union").map((sector) =>
      [sector.name, sector.colour, measured(data, sector.key, measure, view.period)]).filter(([, , row]) => row);
    const made = rows.shares(there);
    return {
      datasets: { rows: made }, alt: listed(made), query: "sectors", isEmpty: isAllHidden(made),
      table: there.map(([name, , row]) =>
        [name, words.levelLabel(row, measure), words.shareLabel(row), ...ends(row, "share", row.total)]),
    };
  };
  for (const measure of MEASURES) makers[`sectors-${measure}`] = sectorShares(measure);

  makers.hidden = (view, data) => {
    const there = kinds("sector", "union").map((sector) =>
      [sector.name, sector.colour, measured(data, sector.key, "employment", view.period)]).filter(([, , row]) => row);
    const made = rows.parts(there);
    const named = made.filter((row) => row.from === 0);
    return {
      datasets: { rows: made }, query: "hidden",
      alt: named.map((row) => `${row.name}: ${words.percent(row.to)} in published cells, ${row.label}`).join("; "),
      table: there.map(([name, , row]) => [name,
        row.coverage_establishments === null ? "–" : words.percent(row.coverage_establishments),
        words.number(row.hidden_cells ?? 0), words.number(row.total_cells ?? 0)]),
    };
  };

  // Years where there are three at least and the view is a year; else quarters, which tell more than two points do.
  Sectors.seriesPeriods = (period) => {
    const all = Sectors.choices.periods.map((one) => one.key).sort();
    const years = all.filter((one) => !one.includes("Q"));
    const quarters = all.filter((one) => one.includes("Q"));
    return !period.includes("Q") && (years.length > 2 || !quarters.length) ? years : quarters;
  };

  const series = (of, find, breakSeries, query) => (view, data) => {
    const measure = of(view);
    const periods = Sectors.seriesPeriods(view.period);
    const figures = new Map(periods.map((period) => [period, find(view, data, period)]).filter(([, row]) => row));
    const isByYear = periods.length > 0 && !periods[0].includes("Q");
    const breaks = data.breaks.filter((one) => one.sector === view.sector && one.series === breakSeries).map((one) =>
      ({ period: isByYear ? String(one.year) : `${one.year}-Q${one.quarter}`, label: one.reason }));
    const made = rows.series(figures, periods, view.period, sectorOf(view.sector).colour, measure,
      breaks.map((one) => one.period));
    const isShare = measure === "share";
    const told = breaks.map((one) => `Break at ${one.period}: ${one.label}`).join("; ");
    return {
      datasets: { rows: made, breaks: breaks.map((one) => ({ ...one, label: rows.short(one.label) })) }, query,
      alt: [made.map((row) => `${row.period} ${row.label}`).join("; "), told].filter(Boolean).join(". "),
      table: [...figures].map(([period, row]) => [period, isShare ? words.shareLabel(row) : words.levelLabel(row, measure),
        ...ends(row, measure, isShare ? row.total : 1)]),
      isMoney: ["wages", "pay"].includes(measure),
      isEmpty: isAllHidden(made), remark: isAllHidden(made) && made.length ? "Hidden in every period." : told,
    };
  };
  const figureOf = (view, data, period) => measured(data, view.sector, view.measure, period);
  makers.size = series((view) => view.measure, figureOf, "level", "series");
  makers.share = series(() => "share", figureOf, "share", "series");
  makers.pay = series(() => "pay", (view, data, period) => data.pay.get(`${view.sector}/${period}`), "level", "pay");

  makers.concentration = (view, data) => {
    const { no_quotient: reasons, shortest } = Sectors.choices.words;
    const found = data.concentration.filter((row) => row.sector === view.sector && row.period === view.period);
    const there = found.filter((row) => row.estimate !== null);
    const made = there.map((row, order) => rows.range(order, `${shortest[row.measure]}, against ${row.base_region_name}`,
      sectorOf(view.sector).colour, row, 1, words.levelLabel(row, "quotient")));
    return {
      datasets: { rows: made }, alt: listed(made), query: "concentration",
      table: found.map((row) => [`${shortest[row.measure]}, against ${row.base_region_name}`,
        ...(row.estimate === null ? ["–", "–", "–", reasons[row.concentration_status] ?? row.concentration_status]
          : [words.levelLabel(row, "quotient"), ...ends(row, "quotient", 1).slice(0, 2),
            words.isOpen(row) ? "estimated" : "published"])]),
    };
  };

  makers.map = (view, data) => {
    const names = new Map(Sectors.choices.regions.map((region) => [region.key, region.name]));
    const found = data.counties.filter((row) => row.measure === view.measure && row.period === view.period)
      .map((row) => [row.region, names.get(row.region) ?? row.region, row]);
    const made = rows.counties(found);
    const known = made.filter((row) => row.state === "known").sort((one, other) => other.share - one.share);
    const most = known.slice(0, 3).map((row) => `${row.name} ${row.label}`).join("; ");
    const hidden = made.filter((row) => row.state === "hidden").length;
    const shareless = made.length - known.length - hidden;
    const told = [
      `${counted(known.length, "county has a share", "counties have a share")}, ${hidden} ${hidden === 1 ? "is" : "are"} hidden`,
      shareless ? `${counted(shareless, "has a figure but no share, for its", "have a figure but no share, for their")
      } total is hidden or zero` : "",
      most ? `Highest: ${most}` : "",
    ].filter(Boolean).join(". ");
    return {
      datasets: {
        counties: made, shapes: data.shapes, region: view.counties.map((county) => ({ county, inside: true })),
      },
      alt: told, query: "map",
      table: found.map(([, name, row]) => [name, words.shareLabel(row), ...ends(row, "share", row.total)]),
      isEmpty: !found.length || !data.shapes, hasNoLegend: !known.length,
      remark: found.length ? `${told}.` : "No county has figures by itself.",
    };
  };

  makers.overlap = (view, data) => {
    const there = data.overlaps.filter((row) => row.period === view.period && row.measure === view.measure
      && [row.sector, row.other_sector].includes(view.sector)).map((row) => {
      const other = sectorOf(row.sector === view.sector ? row.other_sector : row.sector);
      return [other.name, other.colour, row];
    });
    const made = rows.levels(there, view.measure);
    return {
      datasets: { rows: made }, alt: listed(made), query: "overlap",
      table: there.map(([name, , row]) => [name, words.levelLabel(row, view.measure), ...ends(row, view.measure, 1)]),
      isMoney: view.measure === "wages", isEmpty: made.every((row) => !row.value),
      remark: made.some((row) => row.value !== 0) ? "" : "Nothing of it lies in another target sector by this definition.",
    };
  };

  makers.lens = (view, data) => {
    const there = [sectorOf(view.sector), ...Sectors.choices.sectors.filter((one) => one.lens_of === view.sector)]
      .map((one) => [one.name, one.colour, measured(data, one.key, view.measure, view.period)]).filter(([, , row]) => row);
    const made = rows.shares(there);
    return {
      datasets: { rows: made }, alt: listed(made), query: "lens", isEmpty: isAllHidden(made),
      table: there.map(([name, , row]) => [name, words.levelLabel(row, view.measure), words.shareLabel(row),
        ...ends(row, "share", row.total)]),
    };
  };

  const dollars = (pay) => (pay === null ? "hidden" : `$${words.number(pay)}`);
  const jobs = (row) => (row.estimate_jobs !== null ? words.number(row.estimate_jobs)
    : row.lower_jobs > 0 ? `≥ ${words.number(row.lower_jobs)}` : "hidden");
  const holds = (list, key) => (list ?? "").split(" ").includes(key);

  makers.industries = (view, data) => {
    const four = data.industries.filter((row) => row.naics_digits === 4);
    const inside = four.filter((row) => holds(row[`${view.definition}_sectors`], view.sector));
    const partly = four.filter((row) => holds(row[`${view.definition}_sectors_in_part`], view.sector));
    const shown = inside.filter((row) => row.estimate_jobs !== null)
      .sort((one, other) => other.estimate_jobs - one.estimate_jobs);
    const hidden = inside.length - shown.length;
    const made = shown.slice(0, 12).map((row, order) => rows.range(order, `${row.industry_code} ${row.industry_title}`,
      sectorOf(view.sector).colour, { estimate: row.estimate_jobs, lower: null }, 1, words.number(row.estimate_jobs)));
    const more = shown.length - made.length;
    const told = [
      !inside.length ? "No industry of four digits lies wholly in it."
        : `${shown.length} of ${inside.length} industries of four digits that lie wholly in it are published${hidden
          ? `, ${counted(hidden, "has hidden cells and is", "have hidden cells and are")} not estimated one by one` : ""}.`,
      more > 0 ? `The chart shows the ${made.length} largest.` : "",
      partly.length ? `${counted(partly.length, "lies", "lie")} in it in part.` : "",
    ].filter(Boolean).join(" ");
    return {
      datasets: { rows: made }, alt: listed(made), query: "industries", remark: told,
      table: [...shown, ...inside.filter((row) => row.estimate_jobs === null), ...partly].map((row) => [
        `${row.industry_code} ${words.apart(row.industry_title)}${partly.includes(row) ? " (a part of it)" : ""}`,
        jobs(row), words.number(row.establishments), dollars(row.estimate_pay)]),
    };
  };

  const named = (list) => (list ? list.split(" ").map((key) => sectorOf(key)?.name ?? key) : []);
  makers.ranking = (view, data) => {
    const { accent, muted } = Sectors.choices;
    const all = data.industries.filter((row) => row.naics_digits === Number(view.digits));
    const [whole, part] = [`${view.definition}_sectors`, `${view.definition}_sectors_in_part`];
    const kind = (row) => (row[whole] ? "target sector" : row[part] ? "in part" : "other");
    const made = all.filter((row) => row.rank !== null).slice(0, MOST_RANKED).map((row, order) => ({
      order, name: rows.short(`${row.rank}. ${row.industry_title}`), value: row.rank, low: row.rank_best,
      high: row.rank_worst, room: row.rank_worst * 1.05, kind: kind(row), colour: row[whole] || row[part] ? accent : muted,
      label: `place ${row.rank}`,
    }));
    const share = (value, digits = 1) => (value === null ? "–" : `${words.number(100 * value, digits)} %`);
    return {
      datasets: { rows: made }, query: "ranking",
      alt: made.slice(0, 10).map((row) => row.name).join("; "), shown: words.firsts(made.length),
      table: all.map((row) => [
        `${row.industry_code} ${words.apart(row.industry_title)}`, row.rank === null ? "–" : String(row.rank),
        row.rank_best === row.rank_worst ? String(row.rank_best) : `${row.rank_best} – ${row.rank_worst}`,
        row.top_share_of_weightings === null ? "–" : `${share(row.top_share_of_weightings, 0)} of weightings`, jobs(row),
        share(row.estimate_growth),
        row.estimate_location_quotient === null ? "–" : words.number(row.estimate_location_quotient, 2),
        dollars(row.estimate_pay),
        [...named(row[whole]), ...named(row[part]).map((name) => `${name} (in part)`)].map(words.apart).join(", ")]),
      remark: !all.length ? "No figures of industries for this region and year."
        : made.length ? "" : `None has a place: ${all.every((row) => row.estimate_jobs === null)
          ? `all ${all.length} have hidden cells` : `of all ${all.length} something that ranks them is hidden or unknown`}.`,
    };
  };

  Sectors.makers = makers;
})();
