// All that the page knows and keeps, in one place: no other module has variables of its own. No document is touched here.

import { aroundZero, bytesOf, orderOf, sequence, under } from "./arithmetic.js";

export const state = {
  data: null, // the JSON that lies in the page
  palettes: null, // 256 colours for each way to read values
  choice: { attribute: "", scale: "", values: "range", sort: "high", people: "none", fade: "yes", hidden: new Set() }, // hidden: names
  grid: { attribute: "", columns: [], maps: new Map(), kept: new Map(), turn: 0, sight: null }, // what is shown; by a column's index
  view: { index: 0, zoom: 1, x: 0.5, y: 0.5, pointer: null }, // of the photograph that is shown large
  kept: {
    maps: new Map(), // by strip, decoded once
    addresses: new Map(), // by photograph
    rows: new Map(), // by photograph's index: pictures stay decoded when the attribute changes
    lines: new WeakMap(), // a map's canvas: the one with people's line over it
    draws: new WeakMap(), // a map's button: what draws it when it comes into sight
    readers: new WeakMap(), // a large map's window: what writes the value under the pointer
  },
};

export function start(data) {
  const viridis = sequence(bytesOf(data.colors));
  state.data = data;
  state.palettes = { range: viridis, rectified: viridis, signed: aroundZero([0, 114, 178], [213, 94, 0]) };
  Object.assign(state.choice, { attribute: data.attributes[0].name, scale: data.scale, fade: data.fade ? "yes" : "no" });
}

// -- what follows from it ---------------------------------------------------------------------------------------------

export const titleOfAttribute = (name) => state.data.attributes.find((attribute) => attribute.name === name).title;
export const titleOf = (photograph) => [photograph.name, photograph.edit].filter(Boolean).join(", ");
export const nameOf = (column) => `${column.model} ${column.method}`;
export const ratingOf = (photograph, model, attribute) => under(photograph.predictions[model] ?? {}, attribute) ?? null;
/** The range that is declared for a model's ratings of an attribute, people's for no model; undefined where none is. */
export const rangeOf = (attribute, model) =>
  under(state.data.attributes.find(({ name }) => name === attribute).ranges, model);

/** The columns that are chosen and have maps of the attribute. */
export function chosenColumns() {
  const { attribute, hidden } = state.choice;
  return state.data.columns
    .map((column, index) => ({ ...column, index }))
    .filter((column) => under(column.strips, attribute) && !hidden.has(column.model) && !hidden.has(column.method));
}

/** The models whose maps are shown, or all that rate where none is; the first one's ratings make the order. */
export function models() {
  const shown = chosenColumns().map((column) => column.model);
  return [...new Set(shown.length ? shown : state.data.models.map((model) => model.key))];
}

/** The indices of the photographs in the order that is chosen. */
export function order() {
  const { attribute, sort } = state.choice;
  const keys = models();
  const rated = state.data.photographs.map((photograph) => ({
    ratings: keys.map((model) => ratingOf(photograph, model, attribute)),
    people: under(photograph.ratings, attribute) ?? null,
  }));
  return orderOf(rated, sort);
}
