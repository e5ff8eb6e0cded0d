"use strict";
// A page: reads the view from the address, loads its data, and fills sentences, tables and charts with it.
(() => {
  const { words } = Sectors;
  const page = document.body.dataset;
  const KEYS = ["region", "definition", "period", "ownership", "measure", "digits"];
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const json = (id) => JSON.parse(document.getElementById(id).textContent);
  let drawing = 0;
  let chosen = {};

  async function start() {
    Sectors.choices = await Sectors.load("choices");
    for (const control of all("[data-control]")) {
      control.addEventListener("change", () => show({ ...chosen, [control.dataset.control]: control.value }));
    }
    window.addEventListener("hashchange", () => follow());
    follow();
  }

  // The address as a view: what it does not say, or says wrongly, is as usual; the latter with a message.
  function follow() {
    if (chosen.region && !location.hash.includes("=")) {
      // a link within the page, such as the skip link: the address says the view again
      history.replaceState(null, "", address(chosen, new URLSearchParams()));
      return;
    }
    const asked = new URLSearchParams(location.hash.slice(1));
    const { usual } = Sectors.choices;
    const wrong = [];
    const view = {};
    for (const key of KEYS) {
      const value = asked.get(key);
      const isKnown = value !== null && Sectors.choices.known[key].includes(value);
      view[key] = isKnown ? value : usual[key];
      if (value !== null && !isKnown) wrong.push(`There is no ${key} “${value.slice(0, 80)}” here: ${named(key, usual[key])} is shown.`);
    }
    document.body.classList.toggle("embedded", asked.get("embed") === "1");
    only(asked.get("embed") === "1" ? asked.get("figure") : null);
    tell(wrong);
    show(view, asked);
  }

  function address(view, asked) {
    for (const key of KEYS) asked.set(key, view[key]);
    return `#${asked}`;
  }

  function named(key, value) {
    return key === "region" ? Sectors.choices.regions.find((region) => region.key === value).name : value;
  }

  function tell(messages) {
    const box = document.getElementById("messages");
    box.replaceChildren(...messages.map((message) => Object.assign(document.createElement("p"), { textContent: message })));
    box.hidden = !messages.length;
  }

  // An embedded page can be one figure alone.
  function only(key) {
    const figure = key && all("figure[data-figure]").find((one) => one.dataset.figure === key);
    document.body.classList.toggle("one-figure", Boolean(figure));
    for (const one of all("figure.alone")) one.classList.remove("alone");
    if (figure) figure.classList.add("alone");
  }

  async function show(view, asked = new URLSearchParams(location.hash.slice(1))) {
    const turn = ++drawing;
    chosen = view;
    document.documentElement.dataset.state = "drawing";
    const hash = address(view, asked);
    if (location.hash !== hash) {
      try { history.replaceState(null, "", hash); } catch { location.hash = hash; }
    }
    for (const link of all("a[data-carry]")) link.href = `${link.getAttribute("href").split("#")[0]}${hash}`;
    for (const control of all("[data-control]")) {
      if (control.type === "radio") control.checked = control.value === view[control.dataset.control];
      else control.value = view[control.dataset.control];
    }
    const region = Sectors.choices.regions.find((one) => one.key === view.region);
    const full = { ...view, region_name: region.name, counties: region.counties, year: view.period.slice(0, 4) };
    if (page.sector) full.sector = page.sector;
    const data = await read(full);
    if (turn !== drawing) return;
    // pictures are of the usual view only
    const isUsual = KEYS.every((key) => key === "digits" || view[key] === Sectors.choices.usual[key]);
    for (const pictures of all("figure:not([data-fixed]) .pictures")) pictures.hidden = !isUsual;
    say(full, data);
    for (const figure of all("figure[data-figure]")) {
      await draw(figure, full, data);
      if (turn !== drawing) return;
    }
    performance.mark("ready");
    document.documentElement.dataset.state = "ready";
  }

  async function read(view) {
    const needs = new Set((page.needs ?? "").split(" "));
    const name = `${view.region}/${view.definition}-${view.ownership}`;
    const [tables, industries, counties, shapes] = await Promise.all([
      Sectors.load(name),
      needs.has("industries") ? Sectors.load(`${view.region}/industries-${view.year}`) : null,
      needs.has("counties") ? Sectors.load(`counties/${view.sector}-${view.definition}-${view.ownership}-${view.year}`) : null,
      needs.has("counties") ? Sectors.load("shapes") : null,
    ]);
    const by = (table, ...keys) => new Map(Sectors.unpack(table).map((row) => [keys.map((key) => row[key]).join("/"), row]));
    return {
      measures: by(tables?.measures, "sector", "measure", "period"), pay: by(tables?.pay, "sector", "period"),
      concentration: Sectors.unpack(tables?.concentration), overlaps: Sectors.unpack(tables?.overlaps),
      breaks: Sectors.unpack(tables?.breaks), standards: Sectors.unpack(tables?.standards),
      industries: Sectors.unpack(industries), counties: Sectors.unpack(counties), shapes,
    };
  }

  function values(view, more = {}) {
    const measure = more.measure ?? view.measure;
    return {
      ...view, measure, region: words.apart(view.region_name), when: words.when(view.period),
      whole: words.whole(measure, view.ownership), kind_title: words.called(Sectors.choices.words.shortest[measure], view.ownership),
      counted: words.called("Businesses", view.ownership),
      name: page.sector ? words.apart(Sectors.sectorOf(page.sector).name) : "", ...more,
    };
  }

  // The SQL that gives what is shown, ready to run on the warehouse.
  function query(key, view, more = {}) {
    const lenses = Sectors.choices.sectors.filter((one) => one.lens_of === view.sector).map((one) => one.key);
    const asked = {
      ...view, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value)), lenses: lenses.join("', '"),
      base_ownership: view.ownership === "private" ? "private" : "total_covered",
    };
    return words.fill(Sectors.choices.queries[key].replace("{lenses}", "'{lenses}'"), asked);
  }

  function say(view, data) {
    for (const place of all("[data-pattern]")) place.textContent = words.fill(place.dataset.pattern, values(view));
    for (const card of all("[data-stat]")) fillCard(card, view, data);
    const heard = new Set();
    for (const place of all("[data-say]")) {
      const { say: key, sector, measure } = place.dataset;
      const said = Sectors.says[key](view, data, { sector, measure });
      place.querySelector("[data-text]").textContent = said.text;
      place.querySelector("[data-query]").textContent = query(said.query, view, said);
      // where there is none of a sector, each measure says so in the same words
      place.hidden = !said.text || heard.has(said.text);
      heard.add(said.text);
    }
    document.title = document.title.replace(/ \| .*/, "") + ` | ${view.region_name}, ${view.period}`;
  }

  function fillCard(card, view, data) {
    const measure = card.dataset.stat;
    const row = Sectors.measured(data, view.sector ?? "all_target_sectors", measure, view.period);
    const put = (name, text) => { card.querySelector(`.${name}`).textContent = text; };
    put("of", `of ${words.whole(measure, view.ownership)}`);
    put("big", row ? words.shareLabel(row) : "no figure");
    put("level", row && words.shown(row) !== null ? `${words.levelLabel(row, measure)} ${
      words.called(Sectors.choices.words.nouns[measure], view.ownership)}` : "");
    put("range", row ? certainty(row, measure) : "");
  }

  // How firm a card's figure is. Without a total there is no share, but the range of the figure is known all the same.
  function certainty(row, measure) {
    if (words.shown(row) === null) return "nothing of it is published";
    if (row.estimate === null) return Sectors.choices.words.statuses[row.estimate_status];
    const unknown = `the region’s total is ${row.total === 0 ? "zero" : "hidden"}`;
    if (!words.isOpen(row)) return row.total ? "exact: nothing is hidden" : `share unknown: ${unknown}`;
    if (row.total) return `certainly ${words.between(row, "lower", "upper", "share", row.total)}`;
    return `certainly ${words.ranges(row, measure).proven}; ${unknown}`;
  }

  async function draw(figure, view, data) {
    const key = figure.dataset.figure;
    const isFixed = "fixed" in figure.dataset;
    if (isFixed && figure.dataset.drawn) return;
    const measure = figure.dataset.measure || undefined;
    const made = isFixed ? { datasets: json(`rows-${key}`) } : Sectors.makers[key](view, data);
    const title = figure.querySelector(".title");
    if (!isFixed) {
      title.textContent = words.fill(title.dataset.title, values(view, { ...(measure && { measure }), shown: made.shown ?? "" }));
      // who hears a table instead of seeing it learns from its caption what it shows
      figure.querySelector("caption").textContent = title.textContent;
      figure.querySelector(".scroll").setAttribute("aria-label", `Table: ${title.textContent}`);
      fillTable(figure, made.table);
      figure.querySelector("[data-query]").textContent = query(made.query, view, { measure });
      figure.querySelector(".remark").textContent = made.remark ?? "";
    }
    const plot = figure.querySelector(".plot");
    const isEmpty = made.isEmpty || !Object.values(made.datasets)[0].length;
    plot.hidden = isEmpty;
    figure.classList.toggle("nothing", isEmpty);
    figure.querySelector(".empty").hidden = !isEmpty || Boolean(made.remark);
    if (!isFixed) plot.setAttribute("aria-label", `${title.textContent}, ${view.region_name}. ${made.alt}.`);
    plot.vega?.finalize();
    plot.vega = undefined;
    if (isEmpty) return plot.replaceChildren();
    const spec = json(`spec-${key}`);
    for (const source of spec.data) if (source.name in made.datasets) source.values = made.datasets[source.name];
    for (const signal of spec.signals ?? []) if (signal.name === "currency" && made.isMoney) signal.value = "$";
    if (made.hasNoLegend) delete spec.legends;
    // expressions are interpreted: the pages forbid themselves code made from text
    const result = await vegaEmbed(plot, spec,
      { mode: "vega", actions: false, renderer: "svg", ast: true, defaultStyle: false, logLevel: 1, tooltip: showTip, loader: noLoader });
    plot.vega = result;
    // the label of the plot says what it shows; its hundreds of marks say nothing to a screen reader
    plot.querySelector("svg").setAttribute("aria-hidden", "true");
    figure.dataset.drawn = "yes";
  }

  const refuse = () => Promise.reject(new Error("charts load nothing"));
  const noLoader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

  function showTip(_handler, event, _item, value) {
    const tip = document.getElementById("tip");
    tip.hidden = !value;
    if (!value) return;
    tip.textContent = Object.values(value).join(": ");
    tip.style.left = `${Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${event.clientY + 14}px`;
  }

  function fillTable(figure, table) {
    const texts = Number(figure.dataset.texts);
    figure.querySelector("tbody").replaceChildren(...table.map((cells) => {
      const row = document.createElement("tr");
      row.append(...cells.map((cell, place) => {
        const made = document.createElement(place === 0 ? "th" : "td");
        if (place === 0) made.scope = "row";
        if (place >= texts) made.className = "figure";
        made.textContent = cell;
        return made;
      }));
      return row;
    }));
  }

  start();
})();
