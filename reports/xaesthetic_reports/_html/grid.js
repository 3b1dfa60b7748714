// The grid: a row a photograph, a column a model and method.

import { rating, under } from "./arithmetic.js";
import { $, element, folding } from "./elements.js";
import { rove } from "./keys.js";
import { enlargeRow } from "./large.js";
import { drawLegends } from "./legend.js";
import { addressOf, canvasFor, keptOf, mapsOf, paint, preload, removePeople } from "./pictures.js";
import { chosenColumns, models, nameOf, order, rangeOf, ratingOf, state, titleOf, titleOfAttribute, valuesOf } from "./state.js";
import { listLeaderboard, listPredictions } from "./tables.js";

const COARSEST = 200; // pixels of a map's longer side in the grid
const FINEST = 800;

/** Maps are drawn when they come into sight, and all before they are printed. */
export function watchSight() {
  const draw = (entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        state.grid.sight.unobserve(target);
        state.kept.draws.get(target)();
      }
  };
  state.grid.sight = new IntersectionObserver(draw, { rootMargin: "150px" });
  addEventListener("beforeprint", () => {
    for (const button of $("grid").querySelectorAll("button.map:not(.drawn)")) state.kept.draws.get(button)();
  });
  const later = globalThis.requestIdleCallback ?? setTimeout;
  addEventListener("load", () => later(preload)); // what is printed must have been loaded
}

/** The grid and the tables for what is chosen. */
export async function show() {
  const { choice, grid } = state;
  const turn = ++grid.turn;
  const columns = chosenColumns();
  const [maps, kept] = await Promise.all([mapsOf, keptOf].map((of) => Promise.all(columns.map(of))));
  if (turn !== grid.turn) return; // a later choice overtook this one while its maps were decoded
  Object.assign(grid, { attribute: choice.attribute, columns });
  grid.maps = new Map(columns.map((column, at) => [column.index, maps[at]]));
  grid.kept = new Map(columns.map((column, at) => [column.index, kept[at]]));
  grid.sight.disconnect();
  const shown = order();
  $("corner-attribute").textContent = titleOfAttribute(choice.attribute);
  $("columns").replaceChildren($("corner"), ...columns.map(heading));
  $("verdicts").replaceChildren(element("td"), ...columns.map(verdict));
  $("grid").tBodies[0].replaceChildren(...shown.map((index) => row(index, columns)));
  Object.assign($("grid").dataset, { attribute: choice.attribute, size: choice.size });
  document.documentElement.style.setProperty("--columns", columns.length + 1);
  document.documentElement.dataset.drawn = choice.drawn;
  rove();
  drawLegends(columns);
  listPredictions(columns);
  listLeaderboard();
  $("said").textContent = saying(shown, columns);
}

function saying(shown, columns) {
  const { choice, data, unknown } = state;
  const [first] = models();
  const all = data.photographs.length;
  const count = shown.length === all ? all : `${shown.length} of ${all}`;
  const bounds = [choice.from && `from ${choice.from}`, choice.to && `to ${choice.to}`].filter(Boolean).join(" ");
  const parts = [
    `${count} ${all === 1 ? "photograph" : "photographs"}, ${columns.length} ${columns.length === 1 ? "map" : "maps"} each`,
    all > 1 && ["high", "low", "error"].includes(choice.sort) ? `, in the order of ${first}` : "",
    bounds && `, rated ${bounds} by ${first}`,
    columns.length ? "" : "; no model that is shown rates it",
    shown.length ? "" : "; none is of that name, kind and rating: clear the search or show all",
    unknown.length ? `; the link names what is not here: ${unknown.join(", ")}` : "",
  ];
  return `${titleOfAttribute(choice.attribute)}: ${parts.join("")}`;
}

function heading(column) {
  const unsigned = valuesOf(column) !== state.choice.values;
  return element(
    "th",
    { scope: "col" },
    element("span", { class: "model" }, ...folding(column.model)),
    element("span", { class: "method" }, ...folding(column.method)),
    unsigned ? element("span", { class: "unsigned" }, "has no sign") : "",
  );
}

/** What the measurements say of a column: one sentence where there is one; else what each of them says. */
function verdict({ model, method }) {
  const { attribute } = state.choice;
  const of = (line) => line.model === model && line.method === method;
  const at = state.data.findings.findIndex((line) => of(line) && line.attributes.includes(attribute));
  const finding = state.data.findings[at];
  const specific = state.data.specificity.find(of);
  const refits = state.data.stability.find((line) => of(line) && line.attribute === attribute);
  const lines = [specific?.verdict, refits?.verdict];
  const disagree = refits?.determined === false && refits.split_half !== null; // null of maps that are the same everywhere
  const said = (disagree ? lines.reverse() : lines).filter(Boolean).join("; ");
  const warns = finding ? !finding.holds : (specific?.warns ?? false) || disagree;
  return element("td", {}, element("span", { class: "verdict", "data-warns": String(warns) }, finding ? sentenceAt(at) : said));
}

/** The sentence of a finding, which stands in the page as text, in the same order. */
const sentenceAt = (index) => document.querySelectorAll("table.sentences .sentence")[index].firstChild.textContent;

/** How wide a map is in the grid, in pixels of the screen. */
function longestIn(photograph) {
  const wide = state.grid.side * Math.min(devicePixelRatio, 2);
  const longest = (wide * Math.max(photograph.width, photograph.height)) / photograph.width;
  return Math.round(Math.min(Math.max(longest, COARSEST), FINEST));
}

/** Maps that have been drawn are drawn again when they have become much larger or smaller. */
export function redraw() {
  const side = $("grid").querySelector("button.map")?.clientWidth ?? 0;
  const { grid } = state;
  if (!side || (side > 0.8 * grid.side && side < 1.25 * grid.side)) return;
  grid.side = side;
  for (const button of $("grid").querySelectorAll("button.map.drawn")) grid.sight.observe(button);
}

/** A photograph's row, with the cells that are shown. */
function row(index, columns) {
  const { rows } = state.kept;
  const photograph = state.data.photographs[index];
  if (!rows.has(index)) rows.set(index, newRow(photograph, index));
  const { line, original, people, cells } = rows.get(index);
  const { attribute } = state.choice;
  const rated = under(photograph.ratings, attribute);
  people.textContent = rated === undefined ? "" : `people ${rating(rated, rangeOf(attribute, ""), 2)}`;
  const shown = columns.map((column) => {
    if (!cells.has(column.index)) cells.set(column.index, newCell(photograph, index, column));
    return cells.get(column.index);
  });
  for (const cell of shown) cell.renew();
  line.replaceChildren(original, ...shown.map((cell) => cell.place));
  return line;
}

/** It takes its place before it has been loaded. */
function imageOf(photograph) {
  const { width, height } = photograph;
  return element("img", { src: addressOf(photograph), width, height, alt: "", loading: "lazy" });
}

function newRow(photograph, index) {
  const people = element("span", { class: "rating" });
  const original = element(
    "th",
    { scope: "row" },
    imageOf(photograph),
    element("span", { class: "name" }, photograph.name),
    element("span", { class: "edit" }, photograph.edit),
    element("span", { class: "edit" }, photograph.seen?.length ? "seen in training" : ""),
    people,
  );
  return { line: element("tr", { "data-index": index }), original, people, cells: new Map() };
}

function newCell(photograph, index, column) {
  const canvas = canvasFor(photograph, COARSEST);
  const score = element("span", { class: "score", "aria-hidden": true });
  const picture = imageOf(photograph);
  const onclick = () => enlargeRow(index, column.index);
  const attributes = { type: "button", class: "map", tabindex: -1, "data-column": column.index, onclick };
  const button = element("button", attributes, picture, canvas, score);
  state.kept.draws.set(button, async () => {
    const painting = paint(canvas, column, index, photograph, longestIn(photograph));
    if (painting) await painting; // else it has been painted, as before printing
    button.classList.add("drawn");
  });
  /** For what is chosen now. */
  const renew = () => {
    const { attribute } = state.choice;
    const prediction = rating(ratingOf(photograph, column.model, attribute), rangeOf(attribute, column.model), 2);
    score.textContent = prediction;
    button.setAttribute("aria-label", `${titleOf(photograph)}, ${nameOf(column)}, rated ${prediction}: enlarge`);
    button.classList.remove("drawn");
    removePeople(canvas);
    state.grid.sight.observe(button);
  };
  return { place: element("td", {}, button), renew };
}
