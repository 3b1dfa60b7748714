// Pictures: decoding what travels in the page, and one map over its photograph.

import { bytesOf, coloured, contour, gridsOf, limitsIn, under } from "./arithmetic.js";
import { element } from "./elements.js";
import { state } from "./state.js";

/** The grey values of a picture, row by row. */
export async function greysOf(source) {
  const picture = new Image();
  picture.src = source;
  await picture.decode();
  const canvas = element("canvas", { width: picture.naturalWidth, height: picture.naturalHeight });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const greys = new Uint8Array(canvas.width * canvas.height);
  for (let at = 0; at < greys.length; at++) greys[at] = rgba[4 * at];
  return greys;
}

/** The maps of a strip, decoded once. */
function unpacked(strip, ends) {
  const { maps } = state.kept;
  if (!maps.has(strip)) maps.set(strip, greysOf(strip.png).then((greys) => gridsOf({ ...strip, ...ends }, greys)));
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

/** An address of the photograph that all pictures of it share: it is decoded once. */
export function addressOf(photograph) {
  const { addresses } = state.kept;
  if (!addresses.has(photograph)) {
    const [head, bytes] = photograph.src.split(",");
    const type = head.slice("data:".length, head.indexOf(";"));
    addresses.set(photograph, URL.createObjectURL(new Blob([bytesOf(bytes)], { type })));
  }
  return addresses.get(photograph);
}

export function canvasFor(photograph, longest) {
  const factor = longest / Math.max(photograph.width, photograph.height);
  const size = { width: Math.round(photograph.width * factor), height: Math.round(photograph.height * factor) };
  return element("canvas", { ...size, "aria-hidden": true });
}

/** One photograph's map of a column, in colours as the controls say; a shared scale is that of the column's maps. */
export function paint(canvas, column, index, photograph) {
  const { scale, values } = state.choice;
  const { width, height } = canvas;
  const maps = state.grid.maps.get(column.index);
  const kept = state.grid.kept.get(column.index)?.[index];
  const limits = limitsIn(maps, index, scale, values);
  const colors = coloured(maps[index], limits, state.palettes[values], width, height, kept);
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(new ImageData(colors, width, height), 0, 0);
  [canvas.dataset.low, canvas.dataset.high] = limits;
  drawPeople(canvas, photograph);
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
