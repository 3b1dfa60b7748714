// The grid: a row a photograph, a column a model and method.

import { rating, under } from "./arithmetic.js";
import { $, element } from "./elements.js";
import { enlargeRow } from "./large.js";
import { addressOf, canvasFor, keptOf, mapsOf, paint, removePeople } from "./pictures.js";
import { chosenColumns, models, nameOf, order, rangeOf, ratingOf, state, titleOf, titleOfAttribute } from "./state.js";
import { listLeaderboard, listPredictions } from "./tables.js";

/** Maps are drawn when they come into sight. */
export function watchSight() {
  const draw = (entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        state.grid.sight.unobserve(target);
        state.kept.draws.get(target)();
      }
  };
  state.grid.sight = new IntersectionObserver(draw, { rootMargin: "150px" });
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
  const head = element("tr", {}, element("th", { scope: "col" }, "photograph"), ...columns.map(heading));
  const body = order().map((index) => row(index, columns));
  $("grid").replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
  $("grid").dataset.attribute = choice.attribute;
  document.documentElement.style.setProperty("--columns", columns.length + 1);
  drawLegend();
  listPredictions(columns);
  listLeaderboard();
  const by = ["high", "low", "error"].includes(choice.sort) ? `, in the order of ${models()[0]}` : "";
  const none = columns.length ? "" : "; no model that is shown rates it";
  const counts = `${state.data.photographs.length} photographs, ${columns.length} ${columns.length === 1 ? "map" : "maps"} each`;
  $("said").textContent = `${titleOfAttribute(choice.attribute)}: ${counts}${by}${none}`;
}

function heading({ model, method }) {
  const verdict = state.data.specificity.find((line) => line.model === model && line.method === method);
  const { attribute } = state.choice;
  const refits = state.data.stability.find(
    (line) => line.model === model && line.method === method && line.attribute === attribute,
  );
  const lines = [verdict?.verdict, refits?.verdict];
  const said = (refits?.determined === false ? lines.reverse() : lines).filter(Boolean).join("; ");
  const warns = (verdict?.warns ?? false) || refits?.determined === false;
  return element(
    "th",
    { scope: "col" },
    element("span", { class: "model" }, model),
    element("span", { class: "method" }, method),
    element("span", { class: "verdict", "data-warns": warns }, said),
  );
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

function newRow(photograph, index) {
  const people = element("span", { class: "rating" });
  const original = element(
    "th",
    { scope: "row" },
    element("img", { src: addressOf(photograph), alt: "", loading: "lazy" }),
    element("span", { class: "name" }, photograph.name),
    element("span", { class: "edit" }, photograph.edit),
    element("span", { class: "edit" }, photograph.seen?.length ? "seen in training" : ""),
    people,
  );
  return { line: element("tr", { "data-index": index }), original, people, cells: new Map() };
}

function newCell(photograph, index, column) {
  const canvas = canvasFor(photograph, 200);
  const score = element("span", { class: "score", "aria-hidden": true });
  const picture = element("img", { src: addressOf(photograph), alt: "", loading: "lazy" });
  const onclick = () => enlargeRow(index);
  const button = element("button", { type: "button", class: "map", onclick }, picture, canvas, score);
  state.kept.draws.set(button, () => {
    paint(canvas, column, index, photograph);
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

// -- what the colours mean --------------------------------------------------------------------------------------------

const ENDS = {
  range: ["least", "most"],
  rectified: ["0 or less", "most"],
  signed: ["takes away", "0", "adds"],
};

function drawLegend() {
  const { values } = state.choice;
  $("legend-colors").getContext("2d").putImageData(new ImageData(state.palettes[values], 256, 1), 0, 0);
  $("legend-ends").replaceChildren(...ENDS[values].map((end) => element("span", {}, end)));
}
