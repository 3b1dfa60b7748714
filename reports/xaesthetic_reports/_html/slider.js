// The edit slider: a photograph edited step by step, with every model's ratings and maps at the step that is chosen.

import { bytesOf, coloured, gridsOf, number, under } from "./arithmetic.js";
import { $, element, folding } from "./elements.js";
import { greysOf } from "./pictures.js";
import { endsOf, lineOf, stepsOf } from "./steps.js";

const LONGEST = 360; // pixels of a map's longer side

/** An element of a drawing. */
function drawing(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** 256 colours with full opacity. */
function paletteOf(colors) {
  const bytes = bytesOf(colors);
  return Uint8ClampedArray.from({ length: 1024 }, (_, at) => (at % 4 === 3 ? 255 : bytes[3 * Math.floor(at / 4) + (at % 4)]));
}

/** Fill the section of the page, where it has one. */
export function prepareSlider(data, attribute) {
  if (!data.slider) return;
  const shown = { data, slider: data.slider, palette: paletteOf(data.colors), strips: new Map(), panels: [], turn: 0 };
  const named = ({ title, name }, at) => element("option", { value: at }, title ?? name);
  $("slider-photograph").append(...data.slider.photographs.map(named));
  $("slider-edit").append(...data.slider.edits.map(named));
  const last = data.slider.amounts.length - 1;
  $("slider-amount").max = last;
  $("slider-ticks").append(...data.slider.amounts.map((_, value) => element("option", { value })));
  listAttributes(shown, attribute);
  for (const id of ["slider-photograph", "slider-edit", "slider-attribute"])
    $(id).addEventListener("change", () => choose(shown));
  $("slider-amount").addEventListener("input", () => move(shown));
  $("slider-outline").addEventListener("change", ({ target }) => {
    $("slider-panels").classList.toggle("plain", !target.checked);
  });
  $("slider-floors").closest("label").hidden = !data.slider.columns.some(({ strips }) => under(strips, ""));
  $("slider-floors").addEventListener("change", ({ target }) => {
    $("slider-panels").classList.toggle("floors", target.checked);
  });
  $("attribute").addEventListener("change", ({ target }) => {
    if (![...$("slider-attribute").options].some(({ value }) => value === target.value)) return;
    $("slider-attribute").value = target.value;
    choose(shown);
  });
  choose(shown);
}

/** The attributes that are rated; first the page's, or else what the first edit is about. */
function listAttributes({ data, slider }, first) {
  const rated = new Set(slider.photographs.flatMap(({ ratings }) => Object.values(ratings).flatMap(Object.keys)));
  const known = data.attributes.filter(({ name }) => rated.has(name));
  $("slider-attribute").append(...known.map(({ name, title }) => element("option", { value: name }, title)));
  const wanted = [first, slider.edits[0].attribute].find((name) => rated.has(name));
  if (wanted) $("slider-attribute").value = wanted;
}

// -- what is chosen ---------------------------------------------------------------------------------------------------

/** A photograph, an edit or an attribute: new pictures, maps and lines. */
async function choose(shown) {
  const { slider } = shown;
  const turn = ++shown.turn;
  const at = Number($("slider-photograph").value);
  const edit = slider.edits[Number($("slider-edit").value)];
  const attribute = $("slider-attribute").value;
  const photograph = slider.photographs[at];
  const steps = stepsOf(slider.amounts.length, Number($("slider-edit").value));
  const names = namesOf(slider, attribute);
  const columns = [...names, ""].flatMap((name) =>
    slider.columns
      .map((column) => ({ column, name, strip: under(column.strips, name)?.[at] }))
      .filter(({ strip }) => strip),
  );
  const grids = await Promise.all(columns.map(({ strip }) => gridsIn(shown, strip)));
  if (turn !== shown.turn) return; // a later choice overtook this one
  for (const step of steps) new Image().src = photograph.pictures[step]; // decoded before the slider comes there
  shown.panels = [panel(photograph, "edited photograph", null)];
  columns.forEach(({ column, name }, place) => {
    const limits = endsOf(steps.map((step) => grids[place][step]));
    const ratings = under(under(photograph.ratings, column.model) ?? {}, name);
    const title = [column.model, column.method, name === attribute ? "" : name ? titleIn(shown.data, name) : "(asks no attribute)"].filter(Boolean).join(" ");
    const made = panel(photograph, title, { grids: grids[place], limits, ratings });
    if (!name) made.figure.className = "floor";
    shown.panels.push(made);
  });
  $("slider-panels").replaceChildren(...shown.panels.map(({ figure }) => figure));
  $("slider-panels").style.setProperty("--aspect", photograph.width / photograph.height);
  listRatings(shown, photograph, names, steps);
  Object.assign(shown, { photograph, edit, steps });
  tell(shown);
  move(shown);
}

/** An attribute, and those that are related to it. */
const namesOf = (slider, attribute) => [attribute, ...(under(slider.related, attribute) ?? [])];
const titleIn = (data, name) => data.attributes.find((attribute) => attribute.name === name)?.title ?? name;

/** The maps of a strip, with their own ends. */
function gridsIn({ strips, slider }, strip) {
  if (!strips.has(strip)) {
    const count = 1 + slider.edits.length * (slider.amounts.length - 1);
    const every = (value) => Array.from({ length: count }, () => value);
    const unpack = (greys) => gridsOf({ ...strip, low: every(strip.low), high: every(strip.high) }, greys);
    strips.set(strip, greysOf(strip.png).then(unpack));
  }
  return strips.get(strip);
}

/** A picture with the outline, under a map or under none. */
function panel(photograph, name, maps) {
  const { width, height } = photograph;
  const picture = element("img", { alt: maps ? "" : name, width, height });
  picture.addEventListener("error", () => ($("slider-lost").hidden = false));
  const factor = LONGEST / Math.max(width, height);
  const size = { width: Math.round(width * factor), height: Math.round(height * factor) };
  const canvas = maps && element("canvas", { ...size, "aria-hidden": true });
  const paths = ["under", "over"].map((kind) => drawing("path", { d: photograph.outline, class: kind }));
  const edge = drawing("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": true }, ...paths);
  const frame = element("div", { class: maps ? "mapped" : "edited" }, picture, ...(canvas ? [canvas] : []), edge);
  const value = element("output", {});
  const figure = element("figure", {}, frame, element("figcaption", {}, element("span", {}, ...folding(name)), value));
  return { figure, picture, canvas, maps, value };
}

// -- the step ---------------------------------------------------------------------------------------------------------

/** The slider moved: the pictures, maps and numbers of that step. */
function move({ slider, photograph, edit, steps, panels, palette }) {
  if (!steps) return;
  const step = Number($("slider-amount").value);
  const amount = number(slider.amounts[step], 2);
  for (const { picture, canvas, maps, value } of panels) {
    picture.src = photograph.pictures[steps[step]];
    if (canvas) {
      if (maps.ratings) value.textContent = `rated ${number(maps.ratings[steps[step]], 2)}`;
      const colors = coloured(maps.grids[steps[step]], maps.limits, palette, canvas.width, canvas.height);
      canvas.getContext("2d", { willReadFrequently: true }).putImageData(new ImageData(colors, canvas.width, canvas.height), 0, 0);
    }
  }
  $("slider-said").textContent = `${edit.title} ${amount} of 1`;
  $("slider-amount").setAttribute("aria-valuetext", `${edit.title}, ${amount} of 1`);
  for (const cell of $("slider-ratings").querySelectorAll("[data-step]"))
    cell.classList.toggle("now", Number(cell.dataset.step) === step);
  for (const marker of $("slider-ratings").querySelectorAll("circle"))
    marker.setAttribute("r", Number(marker.dataset.at) === step ? 5 : 1.8);
}

// -- words and numbers ------------------------------------------------------------------------------------------------

/** What the edit does, whom it was taught to, whose region it keeps to. */
function tell({ slider, photograph, edit }) {
  const { fitted } = edit;
  const taught = fitted.length
    ? `${fitted.join(", ")} ${fitted.length === 1 ? "was" : "were"} fitted on edits of this kind: that ratings follow it says little about photographs that nobody edited.`
    : "No model here says that it was fitted on edits of this kind.";
  const subject = { drawn: "The outline was drawn by hand.", marked: "The outline is what most people marked." };
  const from = subject[photograph.subject] ?? `The outline is a guess of the network ${photograph.subject}; look whether it fits.`;
  const seen = photograph.seen.length ? `The photograph was seen in training by ${photograph.seen.join(", ")}.` : "";
  $("slider-about").textContent = [edit.does, taught, from, seen, photograph.credit].filter(Boolean).join(" ");
  const left = slider.not_followed.length ? ` Not made for every step: ${slider.not_followed.join(", ")}.` : "";
  $("slider-scale").textContent = `Colours of a map go from its least to its most over all steps of this edit.${left}`;
}

/** A model's ratings at every step: a line with a dot a step, and the numbers. */
function listRatings({ slider, data }, photograph, names, steps) {
  const rated = names.flatMap((attribute) =>
    Object.entries(photograph.ratings)
      .filter(([, ratings]) => under(ratings, attribute))
      .map(([model, ratings]) => ({ model, attribute, values: steps.map((step) => under(ratings, attribute)[step]) })),
  );
  const head = ["model", "rating by amount", ...slider.amounts.map((amount) => number(amount, 2))];
  const cells = head.map((text, at) => element("th", { scope: "col", "data-step": at > 1 ? at - 2 : null }, text));
  const rows = rated.map(({ model, attribute, values }) => {
    const numbers = values.map((value, step) => element("td", { "data-step": step }, number(value, 2)));
    const title = element("span", { class: "kicker" }, ` ${titleIn(data, attribute)}`);
    const name = element("th", { scope: "row" }, ...folding(model), title);
    return element("tr", {}, name, element("td", {}, chart(values, leastOf(data, model, attribute))), ...numbers);
  });
  const none = element("tr", {}, element("td", {}, "no model rates it"));
  const body = element("tbody", {}, ...(rows.length ? rows : [none]));
  const caption = element("caption", {}, "Ratings as measured. A line's height is its spread, but at least a tenth of the range.");
  $("slider-ratings").replaceChildren(caption, element("thead", {}, element("tr", {}, ...cells)), body);
}

/** A tenth of the range that is declared for a model's ratings of an attribute; 0 where none is. */
function leastOf(data, model, attribute) {
  const range = under(data.attributes.find(({ name }) => name === attribute)?.ranges ?? {}, model);
  return range && range.low !== null && range.high !== null ? (range.high - range.low) / 10 : 0;
}

function chart(values, least) {
  const points = lineOf(values, 180, 40, 6, least);
  const line = drawing("polyline", { points: points.map(({ x, y }) => `${x},${y}`).join(" ") });
  const dots = points.map(({ x, y, at }) => drawing("circle", { cx: x, cy: y, r: 1.8, "data-at": at }));
  return drawing("svg", { viewBox: "0 0 180 40", width: 180, height: 40, class: "chart", "aria-hidden": true }, line, ...dots);
}
