// Masks over a photograph: two colours that are told apart by colour-blind people too, and two hatchings that need no colour.

import { SIGNS } from "./masks.js";

/** Vermilion and blue (Okabe and Ito), as the report page draws signed maps. */
export const LOOKS = { raises: { color: "rgb(213 94 0)", rising: true }, lowers: { color: "rgb(0 114 178)", rising: false } };
const STEP = 12; // CSS pixels from one line to the next

export class Overlay {
  constructor(width, height) {
    Object.assign(this, { width, height, ratio: 0 });
    this.layers = Object.fromEntries(SIGNS.map((sign) => [sign, surface(width, height)]));
    this.marked = Object.fromEntries(SIGNS.map((sign) => [sign, false]));
    this.sheet = surface(1, 1);
  }

  /** Take some rows of the masks over, or all of them. */
  take(masks, first = 0, last = this.height) {
    if (last <= first) return;
    for (const sign of SIGNS) {
      const marked = masks[sign].includes(1);
      if (!marked && !this.marked[sign]) continue;
      this.marked[sign] = marked;
      const pixels = new Uint32Array((last - first) * this.width);
      masks[sign].subarray(first * this.width, last * this.width).forEach((value, at) => (pixels[at] = value ? 0xffffffff : 0));
      const image = new ImageData(new Uint8ClampedArray(pixels.buffer), this.width, last - first);
      this.layers[sign].putImageData(image, 0, first);
    }
  }

  /** Draw both signs onto a context through a view. */
  draw(context, view, opacity) {
    const { width, height } = context.canvas;
    if (this.sheet.canvas.width !== width || this.sheet.canvas.height !== height) Object.assign(this.sheet.canvas, { width, height });
    if (this.ratio !== devicePixelRatio) this.#dye();
    for (const sign of SIGNS) {
      if (!this.marked[sign]) continue;
      this.#tint(sign, view);
      context.globalAlpha = opacity;
      context.drawImage(this.sheet.canvas, 0, 0);
      context.globalAlpha = 1;
    }
  }

  /** Put a sign's mask on the sheet, in its colour and hatching. */
  #tint(sign, view) {
    const sheet = this.sheet;
    sheet.resetTransform();
    sheet.globalCompositeOperation = "copy"; // what was there goes
    sheet.imageSmoothingEnabled = false;
    view.apply(sheet);
    sheet.drawImage(this.layers[sign].canvas, 0, 0);
    sheet.resetTransform();
    sheet.globalCompositeOperation = "source-in";
    sheet.fillStyle = this.dyes[sign];
    sheet.fillRect(0, 0, sheet.canvas.width, sheet.canvas.height);
  }

  #dye() {
    this.ratio = devicePixelRatio;
    this.dyes = Object.fromEntries(SIGNS.map((sign) => [sign, this.sheet.createPattern(tile(LOOKS[sign]), "repeat")]));
  }
}

/** A square of colour with a white line that rises or falls, and goes on in the next one. */
function tile({ color, rising }) {
  const side = Math.round(STEP * devicePixelRatio);
  const context = surface(side, side);
  context.fillStyle = color;
  context.fillRect(0, 0, side, side);
  context.beginPath();
  for (const shift of [-side, 0, side]) {
    context.moveTo(shift - side, rising ? 2 * side : -side);
    context.lineTo(shift + 2 * side, rising ? -side : 2 * side);
  }
  Object.assign(context, { strokeStyle: "white", lineWidth: 1.5 * devicePixelRatio });
  context.stroke();
  return context.canvas;
}

function surface(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
}
