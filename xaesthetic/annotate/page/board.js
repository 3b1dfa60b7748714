// The canvas of a task: the photograph, the masks over it, the outline of what is being drawn, and the keyboard's cursor.

import { Overlay } from "./overlay.js";
import { View } from "./view.js";

export class Board {
  opacity = 0.6;
  outline = []; // the corners of a polygon that is not closed yet
  pointer = null; // where the pointer is, in the picture's pixels
  cursor = null; // where the keyboard's cursor is, while it is used
  radius = 0; // of the brush, in the picture's pixels; 0 draws no ring
  #frame = 0;
  #rows = null; // the rows of the masks that changed since they were drawn

  constructor(canvas, image, marking) {
    Object.assign(this, { canvas, image, marking });
    this.view = new View(canvas, marking.width, marking.height);
    this.overlay = new Overlay(marking.width, marking.height);
    this.changed(0, marking.height);
    this.observer = new ResizeObserver(() => {
      if (!canvas.clientWidth) return;
      this.view.resize();
      this.#draw(); // at once: a canvas that was resized is empty
    });
    this.observer.observe(canvas);
  }

  /** Some rows of the masks changed. */
  changed(first = 0, last = this.marking.height) {
    const [top, bottom] = this.#rows ?? [first, last];
    this.#rows = [Math.min(top, first), Math.max(bottom, last)];
    this.draw();
  }

  /** Draw with the next frame, once, however often it is called. */
  draw() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  end() {
    this.observer.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.view.fitted) return;
    if (this.#rows) this.overlay.take(this.marking.masks, ...this.#rows);
    this.#rows = null;
    const context = this.canvas.getContext("2d");
    context.resetTransform();
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.view.apply(context);
    context.imageSmoothingEnabled = this.view.scale < 3; // pixels are seen as such when they are large
    context.drawImage(this.image, 0, 0);
    context.resetTransform();
    this.overlay.draw(context, this.view, this.opacity);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.#outline(context);
    this.#ring(context);
  }

  #outline(context) {
    const at = this.cursor ?? this.pointer;
    const corners = this.outline.length && at ? [...this.outline, at] : this.outline;
    const points = corners.map(([x, y]) => this.view.toScreen(x, y));
    if (!points.length) return;
    twice(context, () => points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y))));
    for (const [x, y] of points.slice(0, this.outline.length)) twice(context, () => context.rect(x - 3, y - 3, 6, 6));
  }

  #ring(context) {
    const at = this.cursor ?? this.pointer;
    if (!at) return;
    const [x, y] = this.view.toScreen(...at);
    if (this.radius) twice(context, () => context.arc(x, y, Math.max(1, this.radius * this.view.scale), 0, 2 * Math.PI));
    if (!this.cursor && this.radius) return;
    twice(context, () => {
      context.moveTo(x - 9, y);
      context.lineTo(x + 9, y);
      context.moveTo(x, y - 9);
      context.lineTo(x, y + 9);
    });
  }
}

/** A white line in a dark one: seen on any photograph. */
function twice(context, path) {
  for (const [width, color] of [[3.5, "rgb(0 0 0 / 0.75)"], [1.5, "rgb(255 255 255)"]]) {
    context.beginPath();
    path();
    Object.assign(context, { lineWidth: width, strokeStyle: color });
    context.stroke();
  }
}
