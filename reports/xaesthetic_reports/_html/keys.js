// The grid by keyboard: one stop for Tab, and arrows from there.

import { $ } from "./elements.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -Infinity], End: [0, Infinity] };

/** Tab reaches one map of the grid: this one, or the one that it reached before, or the first. */
export function rove(button = null) {
  const reached = [...$("grid").querySelectorAll("button.map[tabindex='0']")];
  const chosen = button ?? reached[0] ?? $("grid").querySelector("button.map");
  for (const other of reached) other.tabIndex = -1;
  if (chosen) chosen.tabIndex = 0;
}

/** From map to map: a column or a row on, or to a row's end; with Control to the grid's first or last row, too. */
export function walk(event) {
  const button = event.target.closest("button.map");
  const step = STEPS[event.key];
  if (!button || !step || event.altKey || event.metaKey) return;
  const rows = [...$("grid").tBodies[0].rows].map((row) => [...row.querySelectorAll("button.map")]);
  const from = rows.findIndex((row) => row.includes(button));
  const far = event.ctrlKey ? { Home: 0, End: rows.length - 1 }[event.key] : undefined;
  const within = (value, length) => Math.min(Math.max(value, 0), length - 1);
  const row = rows[far ?? within(from + step[0], rows.length)];
  row[within(rows[from].indexOf(button) + step[1], row.length)].focus();
  event.preventDefault();
}
