// Where the photograph lies on its canvas: fitted, zoomed and panned. Points of the picture are in its own pixels, from the top
// left corner of the first one; points of the screen are CSS pixels from the canvas's corner.

const MOST = 40; // CSS pixels to a pixel of the picture, at the largest

export class View {
  zoom = 1; // 1: the picture fits
  x = 0; // of the picture's corner on the canvas
  y = 0;

  constructor(canvas, width, height) {
    Object.assign(this, { canvas, width, height });
  }

  /** Take the canvas's size from the room that it has; the middle stays where it is. */
  resize() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const middle = this.fitted ? this.toPicture(this.across / 2, this.down / 2) : [this.width / 2, this.height / 2];
    [this.across, this.down] = [width, height];
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.fitted = Math.min(width / this.width, height / this.height);
    this.#put(middle, width / 2, height / 2);
  }

  /** CSS pixels to a pixel of the picture. */
  get scale() {
    return this.fitted * this.zoom;
  }

  toPicture(x, y) {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  toScreen(x, y) {
    return [this.x + x * this.scale, this.y + y * this.scale];
  }

  fit() {
    this.zoom = 1;
    this.#put([this.width / 2, this.height / 2], this.across / 2, this.down / 2);
  }

  /** Zoom so that what is under a point of the screen stays under it. */
  zoomBy(factor, x = this.across / 2, y = this.down / 2) {
    const fixed = this.toPicture(x, y);
    this.zoom = Math.max(1, Math.min(this.zoom * factor, Math.max(4, MOST / this.fitted)));
    this.#put(fixed, x, y);
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.#hold();
  }

  /** Move the picture until a point of it can be seen. */
  reveal(x, y) {
    const margin = 24;
    const [left, top] = this.toScreen(x, y);
    this.pan(
      Math.max(0, margin - left) - Math.max(0, left - this.across + margin),
      Math.max(0, margin - top) - Math.max(0, top - this.down + margin),
    );
  }

  #put([x, y], left, top) {
    this.x = left - x * this.scale;
    this.y = top - y * this.scale;
    this.#hold();
  }

  /** A picture that is smaller than its canvas stands in the middle; a larger one leaves no gap. */
  #hold() {
    const hold = (at, size, room) => (size <= room ? (room - size) / 2 : Math.max(room - size, Math.min(0, at)));
    this.x = hold(this.x, this.width * this.scale, this.across);
    this.y = hold(this.y, this.height * this.scale, this.down);
  }

  /** Have a context draw in the picture's own pixels. */
  apply(context) {
    const scale = this.scale * devicePixelRatio;
    context.setTransform(scale, 0, 0, scale, this.x * devicePixelRatio, this.y * devicePixelRatio);
  }
}
