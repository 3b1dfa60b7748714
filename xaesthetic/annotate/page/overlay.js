// Masks over a photograph: two colours that are told apart by colour-blind people too, and two hatchings that need no colour.

import { SIGNS } from "./masks.js";

/** Vermilion and blue (Okabe and Ito), as the report page draws signed maps. */
export const LOOKS = {
  raises: { color: "rgb(213 94 0)", line: "rgb(255 255 255)", rising: true },
  lowers: { color: "rgb(0 114 178)", line: "rgb(255 255 255)", rising: false },
};
const STEP = 12; // CSS pixels from one line to the next

export class Overlay {
  constructor(width, height) {
    Object.assign(this, { width, height });
    this.layers = Object.fromEntries(SIGNS.map((sign) => [sign, surface(width, height)]));
    this.sheet = surface(1, 1);
  }

  /** Take some rows of the masks over, or all of them. */
  take(masks, first = 0, last = this.height) {
    if (last <= first) return;
    for (const sign of SIGNS) {
      const pixels = new Uint32Array((last - first) * this.width);
      masks[sign].subarray(first * this.width, last * this.width).forEach((value, at) => (pixels[at] = value ? 0xffffffff : 0));
      const image = new ImageData(new Uint8ClampedArray(pixels.buffer), this.width, last - first);
      this.layers[sign].context.putImageData(image, 0, first);
    }
  }

  /** Draw both signs onto a context through a view. */
  draw(context, view, opacity) {
    const { width, height } = context.canvas;
    const sheet = this.sheet.context;
    for (const sign of SIGNS) {
      Object.assign(sheet.canvas, { width, height }); // empties it, too
      sheet.imageSmoothingEnabled = false;
      view.apply(sheet);
      sheet.drawImage(this.layers[sign].canvas, 0, 0);
      sheet.resetTransform();
      sheet.globalCompositeOperation = "source-in";
      sheet.fillStyle = LOOKS[sign].color;
      sheet.fillRect(0, 0, width, height);
      sheet.globalCompositeOperation = "source-atop";
      hatch(sheet, LOOKS[sign]);
      context.globalAlpha = opacity;
      context.drawImage(sheet.canvas, 0, 0);
      context.globalAlpha = 1;
    }
  }
}

/** Lines that rise or fall to the right, over the whole of a context. */
function hatch(context, { line, rising }) {
  const { width, height } = context.canvas;
  const step = STEP * devicePixelRatio;
  context.beginPath();
  for (let at = -height; at < width; at += step) {
    context.moveTo(at, rising ? height : 0);
    context.lineTo(at + height, rising ? 0 : height);
  }
  context.strokeStyle = line;
  context.lineWidth = 1.5 * devicePixelRatio;
  context.stroke();
}

function surface(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return { canvas, context: canvas.getContext("2d") };
}
