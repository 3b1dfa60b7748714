// One photograph, large: every map of it, zoomed together, and two to swipe between.

const view = { index: 0, zoom: 1, x: 0.5, y: 0.5, pointer: null };

function enlargeRow(index) {
  Object.assign(view, { index, zoom: 1, x: 0.5, y: 0.5, pointer: null });
  const photograph = told.photographs[index];
  const at = [...$("panels").querySelectorAll(".window")].indexOf(document.activeElement);
  const chosen = ["first", "second"].map((id) => $(id).selectedOptions[0]?.textContent);
  $("large-title").textContent = titleOf(photograph);
  $("large-attribute").textContent = titleOfAttribute(current.attribute);
  $("credit").textContent = photograph.credit;
  const panels = [null, ...current.shown].map((column) => panel(photograph, column));
  $("panels").replaceChildren(...panels);
  panels[at]?.querySelector(".window").focus();
  ["first", "second"].forEach((id, place) => {
    const names = current.shown.map(nameOf);
    $(id).replaceChildren(...names.map((name, value) => element("option", { value }, name)));
    $(id).value = String(names.includes(chosen[place]) ? names.indexOf(chosen[place]) : Math.min(place, names.length - 1));
  });
  swipe();
  place();
  if (!$("large").open) $("large").showModal();
}

/** The photograph before or after this one, in the order of the grid. */
function turn(by) {
  const places = ordered().map((each) => each.index);
  enlargeRow(places[(places.indexOf(view.index) + by + places.length) % places.length]);
}

/** A photograph under one map, or under none. */
function panel(photograph, column) {
  const window_ = element("div", { class: "window", tabindex: 0, role: "img" }, element("img", { src: addressOf(photograph), alt: "" }));
  const value = element("output", {}, "");
  if (column) {
    const grid = grids.get(column.index)[view.index];
    const canvas = canvasFor(photograph, 480);
    paint(canvas, column, view.index, photograph);
    window_.append(canvas);
    window_.read = (at) => {
      value.textContent = !at ? "" : grid.low === null ? "–" : String(Number(valueAt(grid, at.x, at.y).toPrecision(4)));
    };
  }
  const rated = column && number(photograph.predictions[column.model]?.[current.attribute], 2);
  const name = column ? `${nameOf(column)}, rated ${rated}` : "photograph";
  window_.setAttribute("aria-label", `${name}; arrow keys move the pointer, plus and minus zoom`);
  window_.append(element("span", { class: "cross", hidden: true }));
  window_.addEventListener("pointermove", (event) => point(fromEvent(event, window_)));
  window_.addEventListener("pointerleave", () => point(null));
  window_.addEventListener("wheel", (event) => {
    if (event.deltaY >= 0 && view.zoom === 1) return; // nothing to zoom out of: the dialog scrolls
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, fromEvent(event, window_));
    point(fromEvent(event, window_));
  });
  window_.addEventListener("keydown", steer);
  return element("figure", {}, window_, element("figcaption", {}, element("span", {}, name), value));
}

/** Where in the photograph a pointer is, from 0 to 1. */
function fromEvent(event, window_) {
  const box = window_.getBoundingClientRect();
  const inside = (at, start, size) => (at - start) / size;
  const x = view.x + (inside(event.clientX, box.left, box.width) - 0.5) / view.zoom;
  const y = view.y + (inside(event.clientY, box.top, box.height) - 0.5) / view.zoom;
  return { x: Math.min(Math.max(x, 0), 1), y: Math.min(Math.max(y, 0), 1) };
}

function steer(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.key === "+" || event.key === "=") zoom(1.25, view.pointer);
  else if (event.key === "-") zoom(0.8, view.pointer);
  else if (steps[event.key]) {
    const from = view.pointer ?? { x: 0.5, y: 0.5 };
    const [x, y] = steps[event.key].map((each) => (each * 0.02) / view.zoom);
    const to = { x: Math.min(Math.max(from.x + x, 0), 1), y: Math.min(Math.max(from.y + y, 0), 1) };
    const reach = 0.45 / view.zoom; // the view follows the pointer
    view.x = Math.min(Math.max(view.x, to.x - reach), to.x + reach);
    view.y = Math.min(Math.max(view.y, to.y - reach), to.y + reach);
    view.pointer = to;
    place();
  } else return;
  event.preventDefault();
}

function zoom(factor, at) {
  const before = view.zoom;
  view.zoom = Math.min(Math.max(before * factor, 1), 12);
  if (at) {
    view.x = at.x + (view.x - at.x) * (before / view.zoom);
    view.y = at.y + (view.y - at.y) * (before / view.zoom);
  }
  place();
}

/** All panels show the same part of the photograph. */
function place() {
  const margin = 0.5 / view.zoom;
  view.x = Math.min(Math.max(view.x, margin), 1 - margin);
  view.y = Math.min(Math.max(view.y, margin), 1 - margin);
  const style = $("panels").style;
  style.setProperty("--zoom", view.zoom);
  style.setProperty("--x", `${100 * (0.5 - view.x * view.zoom)}%`);
  style.setProperty("--y", `${100 * (0.5 - view.y * view.zoom)}%`);
  $("zoom-level").textContent = `${Math.round(100 * view.zoom)} %`;
  point(view.pointer);
}

function point(at) {
  view.pointer = at;
  for (const window_ of $("panels").querySelectorAll(".window")) {
    const cross = window_.querySelector(".cross");
    cross.hidden = !at;
    if (at) {
      cross.style.left = `${100 * (0.5 + (at.x - view.x) * view.zoom)}%`;
      cross.style.top = `${100 * (0.5 + (at.y - view.y) * view.zoom)}%`;
    }
    window_.read?.(at);
  }
  $("where").textContent = at ? `at ${Math.round(100 * at.x)} % from the left, ${Math.round(100 * at.y)} % from the top` : "";
}

function swipe() {
  const photograph = told.photographs[view.index];
  const { shown } = current;
  const layers = ["first", "second"].map((id) => {
    const canvas = canvasFor(photograph, 480);
    const column = shown[Number($(id).value)] ?? shown[0];
    paint(canvas, column, view.index, photograph);
    canvas.className = id;
    return canvas;
  });
  $("swipe").replaceChildren(element("img", { src: addressOf(photograph), alt: "" }), ...layers);
  $("swipe").style.setProperty("--swipe", `${$("swiped").value}%`);
}
