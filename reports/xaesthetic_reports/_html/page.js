// The page: what the controls say is shown. Everything comes out of the JSON in this file; nothing is fetched.

const told = JSON.parse(document.getElementById("told").textContent);
const colors = bytesOf(told.colors);
const $ = (id) => document.getElementById(id);
const state = { attribute: told.attributes[0].name, scale: told.scale, rectified: false, opacity: 0.6, sort: "high", people: "none" };
const unpacked = new Map(); // a strip's maps, decoded once
const grids = new Map(); // the present attribute's maps, by column

/** An element with attributes and children; text stays text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const number = (value, digits = 3) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const columns = () => told.columns.map((column, index) => ({ ...column, index })).filter((each) => each.strips[state.attribute]);
const nameOf = (column) => `${column.model} ${column.method}`;
const people = (photograph) => photograph.people[state.attribute] ?? photograph.people[""];

async function mapsOf(column) {
  const strip = column.strips[state.attribute];
  if (!unpacked.has(strip)) unpacked.set(strip, unpack(strip));
  return unpacked.get(strip);
}

// -- order ------------------------------------------------------------------------------------------------------------

function predictions(photograph) {
  return Object.values(photograph.predictions).map((each) => each[state.attribute]).filter((value) => value !== undefined);
}

function disagreement(photograph) {
  const values = predictions(photograph);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function failure(photograph) {
  const rating = photograph.ratings[state.attribute];
  return rating === undefined ? -1 : Math.abs(predictions(photograph)[0] - rating);
}

const keys = {
  given: () => 0,
  high: (photograph) => -predictions(photograph)[0],
  low: (photograph) => predictions(photograph)[0],
  disagreement: (photograph) => -disagreement(photograph),
  error: (photograph) => -failure(photograph),
};

function ordered() {
  const places = told.photographs.map((photograph, index) => ({ photograph, index, key: keys[state.sort](photograph) }));
  return places.sort((one, other) => one.key - other.key || one.index - other.index);
}

// -- one map over its photograph --------------------------------------------------------------------------------------

/** One photograph's map of a column, in colours as the controls say; a shared scale is that of the column's maps. */
function paint(canvas, column, index, photograph) {
  const maps = grids.get(column.index);
  const grid = maps[index];
  const limits = limitsOf(state.scale === "shared" ? maps : [grid], state.rectified);
  const context = canvas.getContext("2d");
  context.putImageData(coloured(grid, limits, colors, canvas.width, canvas.height), 0, 0);
  canvas.dataset.low = limits[0];
  canvas.dataset.high = limits[1];
  drawPeople(context, canvas, photograph);
}

async function drawPeople(context, canvas, photograph) {
  const there = state.people === "none" ? null : people(photograph);
  const strip = there && there[state.people === "contour" ? "density" : "disagreement"];
  if (!strip) return;
  if (!unpacked.has(strip)) unpacked.set(strip, unpack({ ...strip, low: [0], high: [1] }));
  const [grid] = await unpacked.get(strip);
  const { width, height } = canvas;
  for (const [x, y] of contour(grid, 0.2, width, height)) {
    context.fillStyle = "black";
    context.fillRect(x - 1, y - 1, 3, 3);
  }
  for (const [x, y] of contour(grid, 0.2, width, height)) {
    context.fillStyle = state.people === "contour" ? "white" : "#ff8c00";
    context.fillRect(x, y, 1, 1);
  }
  canvas.dataset.people = state.people;
}

function canvasFor(photograph, longest) {
  const factor = longest / Math.max(photograph.width, photograph.height);
  const size = { width: Math.round(photograph.width * factor), height: Math.round(photograph.height * factor) };
  return element("canvas", { ...size, "aria-hidden": true });
}

// -- the grid ---------------------------------------------------------------------------------------------------------

const waiting = new IntersectionObserver(
  (entries) => {
    for (const entry of entries)
      if (entry.isIntersecting) {
        waiting.unobserve(entry.target);
        entry.target.draw();
      }
  },
  { rootMargin: "400px" },
);

async function show() {
  const shown = columns();
  const all = await Promise.all(shown.map(mapsOf));
  grids.clear();
  shown.forEach((column, index) => grids.set(column.index, all[index]));
  waiting.disconnect();
  const head = element("tr", {}, element("th", { scope: "col" }, "photograph"), ...shown.map(heading));
  const body = ordered().map(({ photograph, index }) => row(photograph, index, shown));
  $("grid").replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
  $("grid").dataset.attribute = state.attribute;
  listPredictions(shown);
  listLeaderboard();
  const title = told.attributes.find((each) => each.name === state.attribute).title;
  $("said").textContent = `${title}: ${told.photographs.length} photographs, ${shown.length} maps each`;
}

function heading(column) {
  const verdict = told.specificity.find((each) => each.model === column.model && each.method === column.method);
  return element(
    "th",
    { scope: "col" },
    element("span", { class: "model" }, column.model),
    element("span", { class: "method" }, column.method),
    element("span", { class: "verdict" }, verdict ? verdict.verdict : ""),
  );
}

function row(photograph, index, shown) {
  const rating = photograph.ratings[state.attribute];
  const original = element(
    "th",
    { scope: "row" },
    element("img", { src: photograph.src, alt: "", loading: "lazy" }),
    element("span", { class: "name" }, photograph.id),
    element("span", { class: "rating" }, rating === undefined ? "" : `people ${number(rating, 2)}`),
  );
  return element("tr", { "data-index": index }, original, ...shown.map((column) => cell(photograph, index, column)));
}

function cell(photograph, index, column) {
  const prediction = photograph.predictions[column.model]?.[state.attribute];
  const canvas = canvasFor(photograph, 200);
  const button = element(
    "button",
    {
      type: "button",
      class: "map",
      "aria-label": `${photograph.id}, ${nameOf(column)}, rated ${number(prediction, 2)}: enlarge`,
      onclick: () => enlargeRow(index),
    },
    element("img", { src: photograph.src, alt: "", loading: "lazy" }),
    canvas,
    element("span", { class: "score", "aria-hidden": true }, number(prediction, 2)),
  );
  button.draw = () => {
    paint(canvas, column, index, photograph);
    button.classList.add("drawn");
  };
  waiting.observe(button);
  return element("td", {}, button);
}

// -- tables -----------------------------------------------------------------------------------------------------------

function listPredictions(shown) {
  const models = [...new Set(shown.map((column) => column.model))];
  const head = ["photograph", "people", ...models].map((name) => element("th", { scope: "col" }, name));
  const rows = ordered().map(({ photograph }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, photograph.id),
      element("td", {}, number(photograph.ratings[state.attribute])),
      ...models.map((model) => element("td", {}, number(photograph.predictions[model]?.[state.attribute]))),
    ),
  );
  $("predictions").replaceChildren(element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
}

function listLeaderboard() {
  if (!told.leaderboard.length) return;
  const rows = told.leaderboard.filter((each) => each.attribute === state.attribute || each.attribute === "");
  const metrics = [...new Set(rows.map((each) => each.metric))];
  const chosen = metrics.includes($("metric").value) ? $("metric").value : metrics.includes("nss") ? "nss" : metrics[0];
  $("metric").replaceChildren(...metrics.map((name) => element("option", { selected: name === chosen }, name)));
  const shown = rows.filter((each) => each.metric === chosen);
  const ends = shown.flatMap((each) => [each.value, each.low, each.high]).filter((value) => value !== null);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const head = ["map", "mean", "95 %", "interval", "normalised", "against the blob"].map((name) => element("th", { scope: "col" }, name));
  const body = shown.map((each) => leader(each, low, high, shown));
  $("leaderboard").replaceChildren(element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
}

function leader(each, low, high, shown) {
  const place = (value) => 100 * ((value - low) / (high - low || 1));
  const bar = element("span", { class: "interval", "aria-hidden": true });
  for (const mark of shown.filter((other) => other.kind === "ceiling" || other.method === "centre")) {
    const line = element("i", { class: mark.kind });
    line.style.left = `${place(mark.value)}%`;
    bar.append(line);
  }
  const range = element("b");
  range.style.left = `${place(each.low ?? each.value)}%`;
  range.style.width = `${place(each.high ?? each.value) - place(each.low ?? each.value)}%`;
  const dot = element("em");
  dot.style.left = `${place(each.value)}%`;
  bar.append(range, dot);
  return element(
    "tr",
    { class: each.kind },
    element("th", { scope: "row" }, `${each.model} ${each.method}`),
    element("td", {}, number(each.value)),
    element("td", {}, `${number(each.low)} to ${number(each.high)}`),
    element("td", {}, bar),
    element("td", {}, number(each.normalised, 2)),
    element("td", {}, each.verdict),
  );
}

// -- one photograph, large --------------------------------------------------------------------------------------------

const view = { index: 0, zoom: 1, x: 0.5, y: 0.5, pointer: null };

function enlargeRow(index) {
  Object.assign(view, { index, zoom: 1, x: 0.5, y: 0.5, pointer: null });
  const photograph = told.photographs[index];
  const shown = columns();
  $("large-title").textContent = photograph.id;
  $("credit").textContent = photograph.credit;
  const panels = [null, ...shown].map((column) => panel(photograph, column));
  $("panels").replaceChildren(...panels);
  for (const id of ["first", "second"])
    $(id).replaceChildren(...shown.map((column, place) => element("option", { value: place }, nameOf(column))));
  $("second").value = String(Math.min(1, shown.length - 1));
  swipe();
  place();
  $("large").showModal();
}

/** A photograph under one map, or under none. */
function panel(photograph, column) {
  const window_ = element("div", { class: "window", tabindex: 0, role: "img" }, element("img", { src: photograph.src, alt: "" }));
  const value = element("output", {}, "");
  if (column) {
    const grid = grids.get(column.index)[view.index];
    const canvas = canvasFor(photograph, 480);
    paint(canvas, column, view.index, photograph);
    window_.append(canvas);
    window_.read = ({ x, y }) => (value.textContent = number(valueAt(grid, x, y), 4));
  }
  const name = column ? nameOf(column) : "photograph";
  window_.setAttribute("aria-label", `${name}; arrow keys move the pointer, plus and minus zoom`);
  window_.append(element("span", { class: "cross", hidden: true }));
  window_.addEventListener("pointermove", (event) => point(fromEvent(event, window_)));
  window_.addEventListener("pointerleave", () => point(null));
  window_.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, fromEvent(event, window_));
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
    point({ x: Math.min(Math.max(from.x + x, 0), 1), y: Math.min(Math.max(from.y + y, 0), 1) });
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
      window_.read?.(at);
    }
  }
  $("where").textContent = at ? `at ${Math.round(100 * at.x)} % from the left, ${Math.round(100 * at.y)} % from the top` : "";
}

function swipe() {
  const photograph = told.photographs[view.index];
  const shown = columns();
  const layers = ["first", "second"].map((id) => {
    const canvas = canvasFor(photograph, 480);
    const column = shown[Number($(id).value)] ?? shown[0];
    paint(canvas, column, view.index, photograph);
    canvas.className = id;
    return canvas;
  });
  $("swipe").replaceChildren(element("img", { src: photograph.src, alt: "" }), ...layers);
  $("swipe").style.setProperty("--swipe", `${$("swiped").value}%`);
}

// -- downloads --------------------------------------------------------------------------------------------------------

function listDownloads() {
  const items = told.downloads.map((each) => {
    if (each.type === "application/pdf" && !each.base64) return element("li", {}, `${each.name}: beside this page, too large to travel in it`);
    const bytes = each.text === undefined ? bytesOf(each.base64) : new TextEncoder().encode(each.text);
    const save = () => {
      const address = URL.createObjectURL(new Blob([bytes], { type: each.type }));
      element("a", { href: address, download: each.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    };
    return element("li", {}, element("button", { type: "button", onclick: save }, each.name));
  });
  $("downloads").replaceChildren(...items);
}

// -- controls ---------------------------------------------------------------------------------------------------------

function control(id, key, read) {
  $(id).addEventListener("change", (event) => {
    state[key] = read(event.target);
    show();
  });
}

function begin() {
  $("attribute").replaceChildren(...told.attributes.map((each) => element("option", { value: each.name }, each.title)));
  control("attribute", "attribute", (each) => each.value);
  $("sort").value = state.sort;
  control("sort", "sort", (each) => each.value);
  control("scale", "scale", (each) => each.value);
  control("rectified", "rectified", (each) => each.checked);
  control("people", "people", (each) => each.value);
  $("scale").value = state.scale;
  $("people").closest("label").hidden = !told.photographs.some((each) => Object.keys(each.people).length);
  $("sort").querySelector("[value=error]").disabled = !told.photographs.some((each) => Object.keys(each.ratings).length);
  $("opacity").addEventListener("input", (event) => {
    document.documentElement.style.setProperty("--opacity", event.target.value / 100);
  });
  $("theme").addEventListener("change", (event) => (document.documentElement.dataset.theme = event.target.value));
  $("metric").addEventListener("change", listLeaderboard);
  for (const id of ["first", "second"]) $(id).addEventListener("change", swipe);
  $("swiped").addEventListener("input", (event) => $("swipe").style.setProperty("--swipe", `${event.target.value}%`));
  $("closer").addEventListener("click", () => zoom(1.25, view.pointer));
  $("farther").addEventListener("click", () => zoom(0.8, view.pointer));
  $("close").addEventListener("click", () => $("large").close());
  listDownloads();
  return show();
}

begin().then(() => {
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
});
