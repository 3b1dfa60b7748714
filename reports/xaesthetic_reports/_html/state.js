// All that the page knows and keeps, in one place: no other module has variables of its own. No document is touched here.

import { bytesOf, matches, orderOf, under } from "./arithmetic.js";
import { aroundZero, sequence, shaded } from "./colors.js";

export const PHOTOGRAPH = "photograph"; // among the names of what is shown large

export const state = {
  data: null, // the JSON that lies in the page
  palettes: null, // 256 colours for each way to read values
  shades: new Map(), // by palette: its colours at all levels of a photograph's detail
  choice: {
    attribute: "", scale: "", values: "range", drawn: "colors", sort: "high", people: "none", fade: "yes", size: "fit",
    search: "", filter: "all", from: "", to: "", theme: "auto", opacity: "100",
    hidden: new Set(), // names of models and methods
  },
  first: null, // what was chosen at first; a link leaves it out
  unknown: [], // what a link names that is not here
  grid: { attribute: "", columns: [], maps: new Map(), kept: new Map(), turn: 0, sight: null, side: 0 }, // what is shown; by a column's index
  view: { index: 0, zoom: 1, x: 0.5, y: 0.5, pointer: null, picks: null, column: 0 }, // of the photograph that is shown large
  kept: {
    maps: new Map(), // by strip, decoded once
    addresses: new Map(), // by photograph
    pictures: new Map(), // by photograph: an image that can be drawn
    details: new Map(), // by photograph: its detail at the size that was last drawn
    rows: new Map(), // by photograph's index: pictures stay decoded when the attribute changes
    lines: new WeakMap(), // a map's canvas: the one with people's line over it
    draws: new WeakMap(), // a map's button: what draws it when it comes into sight
    readers: new WeakMap(), // a large map's window: what writes the value under the pointer
  },
};

/** What travels in few bytes (_travels.py), as all modules read it. */
function unfolded(data) {
  const everyone = ({ of, ...range }) => of.map((key) => [key, range]);
  const attributes = data.attributes.map((attribute) => ({
    ...attribute,
    ranges: Object.fromEntries(attribute.ranges.flatMap(everyone)),
  }));
  const empty = { edit: "", credit: "", seen: [], ratings: {}, people: {} };
  return { ...data, attributes, photographs: data.photographs.map((photograph) => ({ ...empty, ...photograph })) };
}

export function start(data) {
  const viridis = sequence(bytesOf(data.colors));
  state.data = unfolded(data);
  state.palettes = { range: viridis, rectified: viridis, signed: aroundZero([0, 60, 140], [128, 128, 128], [255, 176, 60]) };
  const opening = data.attributes.find(({ name }) => name === data.opening?.attribute) ?? data.attributes[0];
  Object.assign(state.choice, { attribute: opening.name, scale: data.scale, fade: data.fade ? "yes" : "no" });
  state.first = { ...state.choice };
}

// -- what follows from it ---------------------------------------------------------------------------------------------

export const titleOfAttribute = (name) => state.data.attributes.find((attribute) => attribute.name === name).title;
export const titleOf = (photograph) => [photograph.name, photograph.edit].filter(Boolean).join(", ");
export const nameOf = (column) => `${column.model} ${column.method}`;
export const ratingOf = (photograph, model, attribute) =>
  under(photograph.predictions, model)?.[state.data.attributes.findIndex(({ name }) => name === attribute)] ?? null;
/** The range that is declared for a model's ratings of an attribute, people's for no model; undefined where none is. */
export const rangeOf = (attribute, model) =>
  under(state.data.attributes.find(({ name }) => name === attribute).ranges, model);

/** How a column's values are read: a map without a sign neither adds nor takes away. */
export const valuesOf = (column) =>
  state.choice.values === "signed" && column.promises_sign === false ? "rectified" : state.choice.values;

/** A palette at all levels of detail, worked out once. */
export function shadesOf(palette) {
  if (!state.shades.has(palette)) state.shades.set(palette, shaded(palette));
  return state.shades.get(palette);
}

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

/** What is shown large: null for the photograph, and columns; at first the photograph and the map that was clicked. */
export function picked() {
  const { picks, column } = state.view;
  const { columns } = state.grid;
  if (!picks) return [null, columns.find(({ index }) => index === column) ?? columns[0]].filter((item) => item !== undefined);
  const known = columns.filter((item) => picks.has(nameOf(item)));
  const all = picks.has(PHOTOGRAPH) ? [null, ...known] : known;
  return all.length ? all : [null];
}

/** The indices of the photographs that are looked for, in the order that is chosen. */
export function order() {
  const { attribute, sort } = state.choice;
  const keys = models();
  const rated = state.data.photographs.map((photograph) => ({
    ratings: keys.map((model) => ratingOf(photograph, model, attribute)),
    people: under(photograph.ratings, attribute) ?? null,
  }));
  const wanted = (index) => matches(state.data.photographs[index], state.choice, rated[index].ratings[0]);
  return orderOf(rated, sort).filter(wanted);
}
