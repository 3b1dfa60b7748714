// One photograph, large: every map of it, zoomed together, and two to swipe between.

import { placeOf, pointIn, rating, reading, stepped, within, zoomed } from "./arithmetic.js";
import { $, element } from "./elements.js";
import { addressOf, canvasFor, paint } from "./pictures.js";
import { nameOf, order, rangeOf, ratingOf, state, titleOf, titleOfAttribute } from "./state.js";

const SIDES = ["first", "second"];

export function enlargeRow(index) {
  Object.assign(state.view, { index, zoom: 1, x: 0.5, y: 0.5, pointer: null });
  const { attribute, columns } = state.grid;
  const photograph = state.data.photographs[index];
  const at = [...$("panels").querySelectorAll(".window")].indexOf(document.activeElement);
  $("large-title").textContent = titleOf(photograph);
  $("large-attribute").textContent = titleOfAttribute(attribute);
  const seen = (photograph.seen ?? []).map((key) => `seen in training by ${key}`);
  $("credit").textContent = [photograph.credit, ...seen].filter(Boolean).join("; ");
  const panels = [null, ...columns].map((column) => panel(photograph, column));
  $("panels").replaceChildren(...panels);
  panels[at]?.querySelector(".window").focus();
  listSides(columns.map(nameOf));
  swipe();
  place();
  if (!$("large").open) $("large").showModal();
}

/** What can be compared; what was chosen for the photograph before stays. */
function listSides(names) {
  SIDES.forEach((id, at) => {
    const chosen = names.indexOf($(id).selectedOptions[0]?.textContent);
    $(id).replaceChildren(...names.map((name, value) => element("option", { value }, name)));
    $(id).value = String(chosen >= 0 ? chosen : Math.min(at, names.length - 1));
  });
}

/** The photograph before or after this one, in the order of the grid. */
export function turn(by) {
  const places = order();
  enlargeRow(places[(places.indexOf(state.view.index) + by + places.length) % places.length]);
}

/** A photograph under one map, or under none. */
function panel(photograph, column) {
  const picture = element("img", { src: addressOf(photograph), alt: "" });
  const frame = element("div", { class: "window", tabindex: 0, role: "img" }, picture);
  const value = element("output", {}, "");
  let name = "photograph";
  if (column) {
    const grid = state.grid.maps.get(column.index)[state.view.index];
    const canvas = canvasFor(photograph, 480);
    paint(canvas, column, state.view.index, photograph);
    frame.append(canvas);
    state.kept.readers.set(frame, (at) => (value.textContent = reading(grid, at)));
    name = `${nameOf(column)}, rated ${rating(ratingOf(photograph, column.model, state.grid.attribute), rangeOf(state.grid.attribute, column.model), 2)}`;
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
  frame.addEventListener("pointermove", (event) => point(from(event)));
  frame.addEventListener("pointerleave", () => point(null));
  frame.addEventListener("wheel", (event) => {
    if (event.deltaY >= 0 && state.view.zoom === 1) return; // nothing to zoom out of: the dialog scrolls
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, from(event));
    point(from(event));
  });
  frame.addEventListener("keydown", steer);
}

function steer(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.key === "+" || event.key === "=") zoom(1.25, state.view.pointer);
  else if (event.key === "-") zoom(0.8, state.view.pointer);
  else if (steps[event.key]) {
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

export function swipe() {
  const photograph = state.data.photographs[state.view.index];
  const { columns } = state.grid;
  const layers = SIDES.map((id) => {
    const canvas = canvasFor(photograph, 480);
    paint(canvas, columns[Number($(id).value)] ?? columns[0], state.view.index, photograph);
    canvas.className = id;
    return canvas;
  });
  $("swipe").replaceChildren(element("img", { src: addressOf(photograph), alt: "" }), ...layers);
  $("swipe").style.setProperty("--swipe", `${$("swiped").value}%`);
}
