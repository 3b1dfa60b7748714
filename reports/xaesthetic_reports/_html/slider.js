// The edit slider: a photograph edited step by step, with every model's ratings and maps at the step that is chosen.
// It begins where page.js has begun; pages without a slider do not hold it.

import { coloured, gridsOf, limitsOf, number, under, withMinus } from "./arithmetic.js";
import { fromNear, held } from "./beside.js";
import { $, drawing, element, folding } from "./elements.js";
import { barOf, detailIn, drawLines, greysOf, shortened } from "./pictures.js";
import { chart, listRatings, mark, tell, titleIn } from "./slid.js";
import { shadesOf, state, valuesOf } from "./state.js";
import { endsOf, stepsOf } from "./steps.js";

const PACE = 900; // milliseconds of a step that is played

/** Fill the section of the page. */
function begin(data, attribute) {
  const shown = { data, slider: data.slider, photograph: null, panels: [], turn: 0, playing: null, followed: attribute };
  const named = ({ title, name }, at) => element("option", { value: at }, title ?? name);
  $("slider-photograph").append(...data.slider.photographs.map(named));
  $("slider-edit").append(...data.slider.edits.map(named));
  $("slider-amount").max = data.slider.amounts.length - 1;
  $("slider-ticks").append(...data.slider.amounts.map((_, value) => element("option", { value })));
  listAttributes(shown, attribute);
  $("slider-floors").closest("label").hidden = !data.slider.columns.some(({ attributes }) => attributes.includes(""));
  listen(shown);
  choose(shown);
}

/** What the section's controls do, and those of the page that it follows. */
function listen(shown) {
  for (const id of ["slider-photograph", "slider-edit", "slider-attribute"])
    $(id).addEventListener("change", () => choose(shown));
  $("slider-amount").addEventListener("input", () => {
    stop(shown);
    move(shown);
  });
  $("slider-play").addEventListener("click", () => (shown.playing ? stop(shown) : play(shown)));
  for (const [id, name] of [["slider-outline", "plain"], ["slider-floors", "floors"]])
    $(id).addEventListener("change", ({ target }) => {
      $("slider-panels").classList.toggle(name, target.checked === (name === "floors"));
      move(shown);
    });
  $("attribute").addEventListener("change", () => follow(shown));
  for (const id of ["values", "drawn"]) $(id).addEventListener("change", () => recolor(shown));
  addEventListener("hashchange", () => follow(shown)); // a link may choose all three
}

/** The page's attribute, where it is another one and rated here, and the page's colours. */
function follow(shown) {
  const { attribute } = state.choice;
  const isOther = attribute !== shown.followed;
  shown.followed = attribute;
  if (!isOther || ![...$("slider-attribute").options].some(({ value }) => value === attribute)) return recolor(shown);
  $("slider-attribute").value = attribute;
  return choose(shown);
}

/** The attributes that are rated; first the page's, or else what the first edit is about. And an edit that is about it. */
function listAttributes({ data, slider }, first) {
  const rated = new Set(slider.photographs.flatMap(({ ratings }) => Object.values(ratings).flatMap(Object.keys)));
  const known = data.attributes.filter(({ name }) => rated.has(name));
  $("slider-attribute").append(...known.map(({ name, title }) => element("option", { value: name }, title)));
  const wanted = [first, slider.edits[0].attribute].find((name) => rated.has(name));
  if (wanted) $("slider-attribute").value = wanted;
  const names = namesOf(slider, wanted ?? "");
  $("slider-edit").value = Math.max(0, slider.edits.findIndex((edit) => names.includes(edit.attribute)));
}

/** An attribute, and those that are related to it. */
const namesOf = (slider, attribute) => [attribute, ...(under(slider.related, attribute) ?? [])];

// -- what is chosen ---------------------------------------------------------------------------------------------------

/** A photograph, an edit or an attribute: new maps and lines, and the pictures as they come. */
async function choose(shown) {
  const { slider } = shown;
  const turn = ++shown.turn;
  stop(shown);
  const photograph = slider.photographs[Number($("slider-photograph").value)];
  if (photograph !== shown.photograph) keep(shown, photograph);
  const place = Number($("slider-edit").value);
  const attribute = $("slider-attribute").value;
  const names = namesOf(slider, attribute);
  const steps = stepsOf(slider.amounts.length, place);
  Object.assign(shown, { edit: slider.edits[place], steps, panels: [] });
  const columns = await columnsOf(shown, names);
  if (turn !== shown.turn) return; // a later choice overtook this one
  shown.panels = [panel(shown, [element("span", {}, "edited photograph")], null)];
  for (const { column, name, grids } of columns) {
    const ratings = under(under(photograph.ratings, column.model) ?? {}, name);
    const ends = endsOf(steps.map((step) => grids[step]));
    const title = name === attribute ? "" : name ? titleIn(shown.data, name) : "(asks no attribute)";
    const words = [element("span", {}, ...folding([column.model, column.method, title].filter(Boolean).join(" ")))];
    const made = panel(shown, words, { column, name, grids, ends, ratings });
    if (!name) made.figure.className = "floor";
    shown.panels.push(made);
  }
  $("slider-panels").replaceChildren(...shown.panels.map(({ figure }) => figure));
  $("slider-panels").style.setProperty("--aspect", photograph.width / photograph.height);
  listRatings(shown, names);
  tell(shown);
  await recolor(shown);
  for (const step of fromNear(steps.length, Number($("slider-amount").value))) {
    if (turn !== shown.turn) return;
    await pictureOf(shown, steps[step]).catch(() => lost(shown)); // one after the other: the next step is soon there
  }
}

/** Another photograph: what was loaded of the last one is let go. */
function keep(shown, photograph) {
  for (const picture of shown.ready?.values() ?? []) URL.revokeObjectURL(picture.src);
  $("slider-lost").hidden = true;
  const maps = held(photograph.maps).catch(() => lost(shown, []));
  Object.assign(shown, { photograph, maps, pictures: new Map(), details: new Map(), ready: new Map(), grids: new Map() });
}

/** The columns that have a map, with the maps at all steps; the attribute's first, at last those that ask none. */
function columnsOf({ slider, maps, grids }, names) {
  const unpack = (strip) => {
    const count = 1 + slider.edits.length * (slider.amounts.length - 1);
    const every = (value) => Array.from({ length: count }, () => value);
    return greysOf(strip.grey).then((greys) => gridsOf({ ...strip, low: every(strip.low), high: every(strip.high) }, greys));
  };
  return maps.then((strips) => {
    const found = [...names, ""].flatMap((name) =>
      slider.columns
        .map((column, at) => ({ column, name, strip: under(strips[at] ?? {}, name) }))
        .filter(({ strip }) => strip),
    );
    for (const { strip } of found) if (!grids.has(strip)) grids.set(strip, unpack(strip));
    return Promise.all(found.map(async (item) => ({ ...item, grids: await grids.get(item.strip) })));
  });
}

/** A picture of the photograph, loaded once. */
function pictureOf({ photograph, pictures, ready }, place) {
  const load = async () => {
    const picture = element("img", { src: shortened(await held(photograph.pictures[place])), alt: "" });
    await picture.decode();
    ready.set(place, picture);
    return picture;
  };
  if (!pictures.has(place)) pictures.set(place, load());
  return pictures.get(place);
}

/** Say that files are gone; give what goes on without them. */
function lost({ slider }, instead = null) {
  $("slider-lost").hidden = slider.inside;
  return instead;
}

/** A picture with the outline, under a map or under none. */
function panel({ data, edit, photograph, steps }, words, maps) {
  const { width, height } = photograph;
  const picture = element("img", { alt: maps ? "" : "edited photograph", width, height });
  const canvas = maps && element("canvas", { width: 1, height: 1, "aria-hidden": true });
  const frame = element("div", { class: maps ? "mapped frame" : "edited frame" }, picture, ...(canvas ? [canvas] : []));
  frame.append(outlineOf(photograph));
  const value = element("output", {});
  const caption = element("figcaption", {}, ...words, value);
  if (!maps) return { figure: element("figure", {}, frame, caption), picture, canvas, maps, value };
  const bar = element("img", { alt: "" });
  const ends = element("span", { class: "ends" });
  const legend = element("span", { class: "legend", role: "img", "aria-label": "the map's colours" }, bar, ends);
  const { column, name, ratings } = maps;
  const lines = ratings ? [chart(data, column.model, name, steps.map((step) => ratings[step]))] : [];
  const taught = name && edit.fitted.includes(column.model) ? [element("small", {}, "fitted on edits of this kind")] : [];
  return { figure: element("figure", {}, frame, legend, ...lines, caption, ...taught), picture, canvas, maps, value, bar, ends };
}

function outlineOf({ width, height, outline }) {
  const paths = ["under", "over"].map((kind) => drawing("path", { d: outline, class: kind }));
  return drawing("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": true }, ...paths);
}

// -- the step ---------------------------------------------------------------------------------------------------------

/** The page's choice of how values are read and drawn: other colours, and bars that say so. */
function recolor(shown) {
  for (const { maps, bar, ends } of shown.panels.filter((made) => made.maps)) {
    const known = state.data.columns.find(({ model, method }) => model === maps.column.model && method === maps.column.method);
    const values = valuesOf(known ?? {});
    maps.limits = limitsOf([{ low: maps.ends[0], high: maps.ends[1] }], values);
    maps.palette = state.palettes[values];
    bar.src = barOf(maps.palette);
    ends.replaceChildren(...maps.limits.map((limit) => element("span", {}, withMinus(Number(limit.toPrecision(3))))));
  }
  return move(shown);
}

/** The slider moved: the numbers of that step at once, the picture and its maps together as soon as it is there. */
function move(shown) {
  const { slider, edit, steps, photograph, ready, turn } = shown;
  const step = Number($("slider-amount").value);
  const amount = number(slider.amounts[step], 2);
  $("slider-said").textContent = `${edit.title} ${amount} of 1`;
  $("slider-amount").setAttribute("aria-valuetext", `${edit.title}, ${amount} of 1`);
  mark(step);
  for (const { maps, value } of shown.panels) if (maps?.ratings) value.textContent = ratedIn(maps.ratings, steps, step);
  const isWanted = () => turn === shown.turn && photograph === shown.photograph && step === Number($("slider-amount").value);
  const picture = ready.get(steps[step]);
  if (picture) return show(shown, step, picture);
  $("slider-panels").setAttribute("aria-busy", "true");
  return pictureOf(shown, steps[step]).then(
    (loaded) => isWanted() && show(shown, step, loaded),
    () => isWanted() && show(lost(shown, shown), step, null),
  );
}

/** A rating, and how far it is from that of the photograph itself. */
function ratedIn(ratings, steps, step) {
  const [first, now] = [ratings[steps[0]], ratings[steps[step]]];
  if (!step || first === null || now === null) return `rated ${number(now, 2)}`;
  const change = number(now - first, 2);
  return `rated ${number(now, 2)} (${change.startsWith("−") ? "" : "+"}${change})`;
}

/** A canvas with as many pixels as are seen of it, but no more than the photograph has. */
function fitted(canvas, photograph) {
  const width = Math.min(photograph.width, Math.ceil(canvas.clientWidth * devicePixelRatio));
  const height = Math.max(1, Math.round((width * photograph.height) / photograph.width));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return { width, height };
}

/** A picture and its maps; maps alone where it is lost. */
function show({ panels, photograph, steps, details }, step, loaded) {
  const place = steps[step];
  for (const { picture, canvas, maps } of panels) {
    if (loaded) picture.src = loaded.src;
    else picture.removeAttribute("src");
    picture.dataset.place = loaded ? place : "";
    if (!canvas || !canvas.clientWidth) continue; // not on the page: none that asks no attribute is wanted
    const { width, height } = fitted(canvas, photograph);
    const grid = maps.grids[place];
    if (state.choice.drawn === "lines") {
      drawLines(canvas, grid, maps.limits, maps.palette, null);
      continue;
    }
    const key = `${place} ${width}`;
    if (loaded && !details.has(key)) details.set(key, detailIn(loaded, width, height));
    const colors = loaded
      ? coloured(grid, maps.limits, shadesOf(maps.palette), width, height, null, details.get(key))
      : coloured(grid, maps.limits, maps.palette, width, height);
    canvas.getContext("2d", { willReadFrequently: true }).putImageData(new ImageData(colors, width, height), 0, 0);
  }
  $("slider-panels").setAttribute("aria-busy", "false");
}

// -- all steps, one after the other -----------------------------------------------------------------------------------

/** From the step that is shown to the last one, or from the first where that is the last one. */
async function play(shown) {
  const token = {};
  shown.playing = token;
  $("slider-play").textContent = "stop";
  const amount = $("slider-amount");
  if (amount.value === amount.max) amount.value = 0;
  else amount.stepUp();
  while (shown.playing === token) {
    await move(shown);
    await new Promise((resolve) => setTimeout(resolve, PACE));
    if (shown.playing !== token) return;
    if (amount.value === amount.max) stop(shown);
    else amount.stepUp();
  }
}

function stop(shown) {
  shown.playing = null;
  $("slider-play").textContent = "play";
}

begin(state.data, state.choice.attribute);
