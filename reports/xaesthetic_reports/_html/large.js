// One photograph, large: it and the maps of it that are picked, zoomed together.

import { arrangement, dragged, placeOf, pointIn, rating, reading, stepped, within, zoomed } from "./arithmetic.js";
import { $, element } from "./elements.js";
import { opensHere, writeLink } from "./places.js";
import { addressOf, canvasFor, paint } from "./pictures.js";
import { nameOf, order, PHOTOGRAPH, picked, rangeOf, ratingOf, state, titleOf, titleOfAttribute } from "./state.js";
import { listSides, swipe } from "./swipe.js";

const FINEST = [480, 1024]; // pixels of a map's longer side, as many as the photograph has
const LINE = 30; // pixels for the name below a picture
const GAP = 10;

/** One photograph, whole; a column of the grid, if any, is among the maps that are shown. */
export function enlargeRow(index, column = null, step = "large") {
  const { view } = state;
  Object.assign(view, { index, zoom: 1, x: 0.5, y: 0.5, pointer: null, column: column ?? view.column });
  const shown = picked();
  if (column !== null && view.picks && !shown.some((item) => item?.index === column)) {
    view.picks.add(nameOf(state.data.columns[column]));
  }
  const photograph = state.data.photographs[index];
  $("large-title").textContent = titleOf(photograph);
  $("large-attribute").textContent = titleOfAttribute(state.grid.attribute);
  const seen = (photograph.seen ?? []).map((key) => `seen in training by ${key}`);
  $("credit").textContent = [photograph.credit, ...seen].filter(Boolean).join("; ");
  const opens = !$("large").open;
  if (opens) $("large").showModal();
  listPicks();
  drawPanels();
  listSides();
  swipe();
  if (opens) [...$("panels").querySelectorAll(".window")].at(column === null ? 0 : -1)?.focus();
  writeLink(opens ? step : "");
}

/** A box to tick for the photograph and each map. */
function listPicks() {
  const shown = new Set(picked());
  const boxes = [null, ...state.grid.columns].map((column) => {
    const name = column ? nameOf(column) : PHOTOGRAPH;
    const box = element("input", { type: "checkbox", checked: shown.has(column), value: name });
    box.addEventListener("change", () => pick([...$("picks").querySelectorAll("input:checked")].map(({ value }) => value)));
    return element("label", {}, box, name);
  });
  $("picks").replaceChildren(...boxes);
  $("picked").textContent = `shown: ${shown.size} of ${boxes.length}`;
}

/** Show these, by name; something is always shown. */
function pick(names) {
  state.view.picks = names.length ? new Set(names) : new Set([PHOTOGRAPH]);
  for (const box of $("picks").querySelectorAll("input")) box.checked = state.view.picks.has(box.value);
  $("picked").textContent = `shown: ${picked().length} of ${state.grid.columns.length + 1}`;
  drawPanels();
  writeLink();
}

export const pickAll = () => pick([PHOTOGRAPH, ...state.grid.columns.map(nameOf)]);

function drawPanels() {
  const photograph = state.data.photographs[state.view.index];
  const at = [...$("panels").querySelectorAll(".window")].indexOf(document.activeElement);
  const panels = picked().map((column) => panel(photograph, column));
  $("panels").replaceChildren(...panels);
  panels[at]?.querySelector(".window").focus();
  arrange();
  place();
}

/** As large as they fit side by side; none is smaller than can be read, and then the rest is scrolled to. */
export function arrange() {
  const { width, height } = state.data.photographs[state.view.index];
  const { clientWidth, clientHeight } = $("panels");
  const count = $("panels").children.length;
  const best = arrangement(count, width / height, clientWidth, clientHeight, LINE, GAP);
  const least = Math.min(160, clientWidth);
  $("panels").style.setProperty("--panel", `${Math.max(best.width, least)}px`);
}

/** The photograph before or after this one, in the order of the grid. */
export function turn(by) {
  const places = order();
  const at = places.indexOf(state.view.index);
  if (at >= 0) enlargeRow(places[(at + by + places.length) % places.length]);
  else if (places.length) enlargeRow(places.at(by > 0 ? 0 : -1)); // a link may show one that is filtered out
}

/** A photograph under one map, or under none. */
function panel(photograph, column) {
  const picture = element("img", { src: addressOf(photograph), alt: "" });
  const frame = element("div", { class: "window", tabindex: 0, role: "img" }, picture);
  const value = element("output", {}, "");
  let name = PHOTOGRAPH;
  if (column) {
    const grid = state.grid.maps.get(column.index)[state.view.index];
    const [least, most] = FINEST;
    const longest = Math.min(Math.max(photograph.width, photograph.height, least), most);
    const canvas = canvasFor(photograph, longest);
    paint(canvas, column, state.view.index, photograph);
    frame.append(canvas);
    state.kept.readers.set(frame, (at) => (value.textContent = reading(grid, at)));
    const { attribute } = state.grid;
    const rated = rating(ratingOf(photograph, column.model, attribute), rangeOf(attribute, column.model), 2);
    name = `${nameOf(column)}, rated ${rated}`;
  }
  frame.setAttribute("aria-label", `${name}; arrow keys move the pointer, plus and minus zoom`);
  frame.append(element("span", { class: "cross", hidden: true }));
  listen(frame);
  return element("figure", {}, frame, element("figcaption", {}, element("span", {}, name), value));
}

function listen(frame) {
  const from = (event) => {
    const box = frame.getBoundingClientRect();
    return pointIn(state.view, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  frame.addEventListener("pointerdown", (event) => {
    if (state.view.zoom > 1) frame.setPointerCapture(event.pointerId); // what is close is dragged
  });
  frame.addEventListener("pointermove", (event) => {
    if (frame.hasPointerCapture(event.pointerId)) {
      const moved = [event.movementX / frame.clientWidth, event.movementY / frame.clientHeight];
      Object.assign(state.view, dragged(state.view, ...moved));
      place();
    }
    point(from(event));
  });
  frame.addEventListener("pointerleave", () => point(null));
  frame.addEventListener("wheel", (event) => {
    if (event.deltaY >= 0 && state.view.zoom === 1) return; // nothing to zoom out of: the dialog scrolls
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, from(event));
    point(from(event));
  });
}

/** Keys in the large view: of its windows, and of all of it but where something is typed or chosen. */
export function steer(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "+" || event.key === "=") zoom(1.25, state.view.pointer);
  else if (event.key === "-") zoom(0.8, state.view.pointer);
  else if (event.key === "PageUp" || event.key === "PageDown") turn(event.key === "PageUp" ? -1 : 1);
  else if (steps[event.key] && event.target.matches(".window")) {
    Object.assign(state.view, stepped(state.view, steps[event.key]));
    place();
  } else return;
  event.preventDefault();
}

export function zoom(factor, at = state.view.pointer) {
  Object.assign(state.view, zoomed(state.view, factor, at));
  place();
}

/** All panels show the same part of the photograph. */
function place() {
  const view = Object.assign(state.view, within(state.view));
  const style = $("panels").style;
  style.setProperty("--zoom", view.zoom);
  style.setProperty("--x", `${100 * (0.5 - view.x * view.zoom)}%`);
  style.setProperty("--y", `${100 * (0.5 - view.y * view.zoom)}%`);
  $("panels").classList.toggle("close", view.zoom > 1);
  $("zoom-level").textContent = `${Math.round(100 * view.zoom)} %`;
  point(view.pointer);
}

function point(at) {
  state.view.pointer = at;
  for (const frame of $("panels").querySelectorAll(".window")) {
    const cross = frame.querySelector(".cross");
    cross.hidden = !at;
    if (at) {
      const { x, y } = placeOf(state.view, at);
      cross.style.left = `${100 * x}%`;
      cross.style.top = `${100 * y}%`;
    }
    state.kept.readers.get(frame)?.(at);
  }
  const [right, down] = at ? [at.x, at.y].map((share) => Math.round(100 * share)) : [];
  $("where").textContent = at ? `at ${right} % from the left, ${down} % from the top` : "";
}

/** The focus goes back to the map in the grid that was looked at. */
export function leave() {
  const { index, column } = state.view;
  const line = $("grid").querySelector(`[data-index="${index}"]`);
  (line?.querySelector(`[data-column="${column}"]`) ?? line?.querySelector("button.map"))?.focus();
  if (opensHere()) history.back();
  else writeLink();
}
