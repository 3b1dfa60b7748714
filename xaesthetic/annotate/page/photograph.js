// A photograph, its pixels, and a still picture of it with masks drawn over.

import { element } from "./elements.js";
import { SIGNS, maskOf } from "./masks.js";
import { Overlay } from "./overlay.js";
import { View } from "./view.js";

/** Load a prepared picture; its size must be the one that the masks are of. */
export async function load({ url, width, height }) {
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => {
    throw new Error("The photograph cannot be shown. Reload the page; if that does not help, write to whoever invited you.");
  });
  if (width && (image.naturalWidth !== width || image.naturalHeight !== height)) {
    throw new Error(`The photograph is ${image.naturalWidth} × ${image.naturalHeight} pixels, not ${width} × ${height} as was said.`);
  }
  return image;
}

/** All pixels, four bytes each, for the flood fill. */
export function pixelsOf(image) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

/** A figure of a photograph with masks, given as run lengths. */
export function still(image, runs, caption) {
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  const canvas = element("canvas", { role: "img", "aria-label": caption, class: "still" });
  canvas.style.aspectRatio = `${width} / ${height}`;
  const view = new View(canvas, width, height);
  const overlay = new Overlay(width, height);
  overlay.take(Object.fromEntries(SIGNS.map((sign) => [sign, maskOf(runs?.[sign], width * height)])));
  const draw = () => {
    if (!canvas.isConnected || !canvas.clientWidth) return;
    view.resize();
    const context = canvas.getContext("2d");
    view.apply(context);
    context.drawImage(image, 0, 0);
    context.resetTransform();
    overlay.draw(context, view, 0.7);
  };
  new ResizeObserver(draw).observe(canvas);
  return element("figure", {}, canvas, element("figcaption", {}, caption));
}
