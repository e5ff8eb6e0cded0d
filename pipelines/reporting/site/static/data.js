"use strict";
// Data files: loaded on demand by script elements, for a page that is opened from disk may not fetch anything.
const Sectors = {};

(() => {
  const received = new Map();
  const waiting = new Map();
  const RANGE = ["lower", "upper", "interval90_lower", "interval90_upper"];

  // Called by each data file.
  Sectors.receive = (name, file) => received.set(name, file.content);

  // The content of a data file; null where there is no such file.
  Sectors.load = (name) => {
    if (received.has(name)) return Promise.resolve(received.get(name));
    if (!waiting.has(name)) {
      waiting.set(name, new Promise((resolve) => {
        const script = document.createElement("script");
        script.src = `data/${name}.js`;
        script.onload = () => resolve(received.get(name) ?? null);
        script.onerror = () => resolve(null);
        document.head.append(script);
      }));
    }
    return waiting.get(name);
  };

  // Rows of a packed table (site_data.packed). Where a figure is exact its ends are the figure itself.
  Sectors.unpack = (table) => {
    if (!table) return [];
    const columns = Object.entries(table.columns).map(([name, column]) => [name, values(column, table.rows)]);
    return Array.from({ length: table.rows }, (_, place) => {
      const row = Object.fromEntries(columns.map(([name, cells]) => [name, cells[place]]));
      if (row.is_exact) for (const end of RANGE) row[end] = row.estimate;
      return row;
    });
  };

  function values(column, rows) {
    if (Array.isArray(column)) return column;
    if ("all" in column) return Array(rows).fill(column.all);
    if ("runs" in column) return column.runs.flatMap((value, place) => Array(column.of[place]).fill(value));
    if ("words" in column) return column.at.map((place) => column.words[place]);
    const cells = Array(rows).fill(null);
    column.in.forEach((row, place) => { cells[row] = column.are[place]; });
    return cells;
  }
})();
