// Pictures: decoding what travels in the page, and one map over its photograph.

import { bytesOf, coloured, contour, gridsOf, limitsIn, under, valueAt } from "./arithmetic.js";
import { detailOf } from "./colors.js";
import { element } from "./elements.js";
import { shadesOf, state, valuesOf } from "./state.js";

const HIGHEST = 8192; // rows of a canvas that is read

/** The grey values of a picture, row by row. The maps of many photographs are higher than a canvas can be: they are drawn
 * part by part. */
export async function greysOf(source) {
  const picture = new Image();
  picture.src = source;
  await picture.decode();
  const { naturalWidth: width, naturalHeight: height } = picture;
  const canvas = element("canvas", { width, height: Math.min(height, HIGHEST) });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const greys = new Uint8Array(width * height);
  for (let top = 0; top < height; top += HIGHEST) {
    const rows = Math.min(HIGHEST, height - top);
    context.drawImage(picture, 0, top, width, rows, 0, 0, width, rows);
    const rgba = context.getImageData(0, 0, width, rows).data;
    for (let at = 0; at < width * rows; at++) greys[width * top + at] = rgba[4 * at];
  }
  return greys;
}

/** The maps of a strip, decoded once. */
function unpacked(strip, ends) {
  const { maps } = state.kept;
  if (!maps.has(strip)) maps.set(strip, greysOf(strip.grey).then((greys) => gridsOf({ ...strip, ...ends }, greys)));
  return maps.get(strip);
}

export const mapsOf = (column) => unpacked(under(column.strips, state.choice.attribute));

/** Where the maps of a column keep their colours, by photograph; null where they keep them everywhere. */
export function keptOf(column) {
  const strip = under(column.kept, state.choice.attribute);
  if (!strip || state.choice.fade === "no") return null;
  const every = (value) => state.data.photographs.map(() => value);
  return unpacked(strip, { low: every(0), high: every(1) });
}

/** A short address of what an address holds. */
export function shortened(address) {
  const [head, bytes] = address.split(",");
  const type = head.slice("data:".length, head.indexOf(";"));
  return URL.createObjectURL(new Blob([bytesOf(bytes)], { type }));
}

/** An address of the photograph that all pictures of it share: it is decoded once. */
export function addressOf(photograph) {
  const { addresses } = state.kept;
  if (!addresses.has(photograph)) addresses.set(photograph, shortened(photograph.src));
  return addresses.get(photograph);
}

/** A palette as a picture: a canvas is not printed again at the head of the next page. */
export function barOf(palette) {
  const canvas = element("canvas", { width: 256, height: 1 });
  canvas.getContext("2d").putImageData(new ImageData(palette, 256, 1), 0, 0);
  return canvas.toDataURL();
}

/** An image of the photograph that can be drawn, when it has been loaded. */
function pictureOf(photograph) {
  const { pictures } = state.kept;
  if (!pictures.has(photograph)) pictures.set(photograph, element("img", { src: addressOf(photograph), alt: "" }));
  return pictures.get(photograph);
}

/** Begin to load what has not been. */
export const preload = () => state.data.photographs.forEach(pictureOf);

/** A picture's detail at a size. */
export function detailIn(picture, width, height) {
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0, width, height);
  return detailOf(context.getImageData(0, 0, width, height).data, width, height);
}

/** The same, kept at the size that was last drawn. */
function detailAt(photograph, width, height) {
  const { details } = state.kept;
  const known = details.get(photograph);
  if (known?.width === width && known.height === height) return known.detail;
  const detail = detailIn(pictureOf(photograph), width, height);
  details.set(photograph, { width, height, detail });
  return detail;
}

/** As many pixels as a picture of an aspect has when its longer side has so many. */
function sizeOf({ width, height }, longest) {
  const factor = longest / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

export function canvasFor(photograph, longest) {
  return element("canvas", { ...sizeOf(photograph, longest), "aria-hidden": true });
}

/** One photograph's map of a column, as the controls say; a shared scale is that of the column's maps. At once where the
 * photograph has been loaded; a new size may be given, as the longer side's. */
export function paint(canvas, column, index, photograph, longest = null) {
  const picture = pictureOf(photograph);
  const draw = () => {
    const size = sizeOf(photograph, longest ?? Math.max(canvas.width, canvas.height));
    if (size.width !== canvas.width || size.height !== canvas.height) Object.assign(canvas, size);
    drawMap(canvas, column, index, photograph);
  };
  return picture.complete ? draw() : picture.decode().then(draw, draw);
}

function drawMap(canvas, column, index, photograph) {
  const maps = state.grid.maps.get(column.index);
  if (!maps) return; // another choice, meanwhile
  const values = valuesOf(column);
  const limits = limitsIn(maps, index, state.choice.scale, values);
  const kept = state.grid.kept.get(column.index)?.[index];
  const { width, height } = canvas;
  const palette = state.palettes[values];
  if (state.choice.drawn === "lines") drawLines(canvas, maps[index], limits, palette, kept);
  else {
    const colors = coloured(maps[index], limits, shadesOf(palette), width, height, kept, detailAt(photograph, width, height));
    canvas.getContext("2d", { willReadFrequently: true }).putImageData(new ImageData(colors, width, height), 0, 0);
  }
  [canvas.dataset.low, canvas.dataset.high] = limits;
  drawPeople(canvas, photograph);
}

/** Lines at a quarter, half and three quarters of a scale, in its colours between black and white; none where another grid
 * keeps less than half of the colours. */
export function drawLines(canvas, grid, [low, high], palette, kept) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.clearRect(0, 0, width, height);
  if (!(high > low)) return;
  const thin = Math.max(1, Math.round(Math.max(width, height) / 250));
  const isKept = ([x, y]) => !kept || valueAt(kept, (x + 0.5) / width, (y + 0.5) / height) >= 0.5;
  for (const share of [0.25, 0.5, 0.75]) {
    const edge = contour(grid, 0, width, height, low + share * (high - low)).filter(isKept);
    const [red, green, blue] = palette.subarray(4 * Math.round(255 * share));
    const sides = [["#000", 2 * thin], ["#fff", thin + 1], [`rgb(${red} ${green} ${blue})`, thin]];
    for (const [color, reach] of sides) {
      context.fillStyle = color;
      for (const [x, y] of edge) context.fillRect(x - reach, y - reach, 2 * reach + 1, 2 * reach + 1);
    }
  }
}

/** Take away the line over a map. */
export function removePeople(canvas) {
  state.kept.lines.get(canvas)?.remove();
  state.kept.lines.delete(canvas);
}

/**
 * A canvas of its own after a map's, which does not fade with it: the line around where people looked or marked, or
 * disagree; what they marked as lowering is dashed.
 */
function drawPeople(canvas, photograph) {
  removePeople(canvas);
  const { attribute, people } = state.choice;
  const marks = under(photograph.people, attribute) ?? photograph.people[""];
  const names = { contour: ["density", "lowers"], disagreement: ["disagreement"] }[people] ?? [];
  const strips = names.filter((name) => marks?.[name]);
  if (!strips.length) return;
  const over = element("canvas", { width: canvas.width, height: canvas.height, "aria-hidden": true });
  state.kept.lines.set(canvas, over);
  Promise.all(strips.map((name) => unpacked(marks[name], { low: [0], high: [1] }))).then((unfolded) => {
    if (state.kept.lines.get(canvas) !== over) return; // painted again meanwhile
    const context = over.getContext("2d", { willReadFrequently: true });
    for (const [index, [grid]] of unfolded.entries()) {
      const dashed = ([x, y]) => strips[index] !== "lowers" || (x + y) % 8 < 4;
      const edge = contour(grid, 0.2, over.width, over.height, marks[strips[index]].level).filter(dashed);
      context.fillStyle = "black";
      for (const [x, y] of edge) context.fillRect(x - 1, y - 1, 3, 3);
      context.fillStyle = people === "contour" ? "white" : "#ff8c00";
      for (const [x, y] of edge) context.fillRect(x, y, 1, 1);
    }
    over.className = `people ${canvas.className}`;
    over.dataset.people = people;
    canvas.after(over);
  });
}
