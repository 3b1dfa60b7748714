// The tools: what a press, a move and a release at a point of the picture do to the masks.

import { capsule, flood, polygon } from "./shapes.js";

const EDGE = 4; // CSS pixels from the photograph's edge within which a corner is meant to lie on it
const LONGEST = 2000; // points of a stroke that are kept with it; its pixels are kept whole

export class Drawing {
  tool = "brush";
  sign = "raises";
  subtract = false;
  size = 24; // the brush's diameter, in the picture's pixels
  tolerance = 24;
  #path = [];

  /** `ended(operation)` hears what was done, `refused(text)` what was taken back. */
  constructor(marking, board, pixels, { ended, refused }) {
    Object.assign(this, { marking, board, pixels, ended, refused });
  }

  press(point) {
    if (this.tool === "polygon") return this.corner(point);
    if (this.tool === "fill") return this.fill(point);
    this.marking.begin();
    this.#path = [point];
    this.#stamp(point, point);
    return undefined;
  }

  /** Whether a stroke is under way: a move goes on with it. */
  get drawing() {
    return this.marking.begun;
  }

  move(point) {
    if (!this.drawing) return;
    const before = this.#path.at(-1);
    if (before[0] === point[0] && before[1] === point[1]) return;
    this.#path.push(point);
    this.#stamp(before, point);
  }

  release() {
    if (!this.drawing) return;
    const every = Math.ceil(this.#path.length / LONGEST);
    this.#end({ size: this.size, points: this.#path.filter((_, at) => at % every === 0).map(rounded) });
  }

  /** Give up what is under way. */
  cancel() {
    this.marking.cancel();
    this.board.outline = [];
    this.board.changed();
  }

  /** Set a corner, on the corner of a pixel or the near edge; a press on the first one closes the polygon. */
  corner([x, y]) {
    const { outline, view } = this.board;
    const snap = (value, most) => (value * view.scale < EDGE ? 0 : (most - value) * view.scale < EDGE ? most : Math.round(value));
    const point = [snap(x, this.marking.width), snap(y, this.marking.height)];
    const near = outline.length > 2 && Math.hypot(outline[0][0] - x, outline[0][1] - y) * view.scale < 12;
    const last = outline.at(-1);
    if (near) return this.close();
    if (!last || last[0] !== point[0] || last[1] !== point[1]) outline.push(point);
    return this.board.draw();
  }

  withdraw() {
    this.board.outline.pop();
    this.board.draw();
  }

  close() {
    const points = this.board.outline;
    this.board.outline = [];
    if (points.length < 3) return this.board.draw();
    this.marking.begin();
    polygon(points, this.marking.width, this.marking.height, this.#span());
    return this.#end({ points });
  }

  fill([x, y]) {
    const { width, height } = this.marking;
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    this.marking.begin();
    flood(this.pixels(), [x, y], this.tolerance, width, height, this.#span());
    this.#end({ points: [[Math.floor(x), Math.floor(y)]], tolerance: this.tolerance });
  }

  #stamp(from, to) {
    const { width, height } = this.marking;
    capsule(from, to, this.size / 2, width, height, this.#span());
    const rows = [from[1], to[1]];
    const first = Math.max(0, Math.floor(Math.min(...rows) - this.size / 2 - 1));
    this.board.changed(first, Math.min(height, Math.ceil(Math.max(...rows) + this.size / 2 + 1)));
  }

  #span() {
    const { marking, sign, subtract } = this;
    return (row, from, to) => marking.span(sign, subtract, row, from, to);
  }

  #end(record) {
    const { tool, sign, subtract } = this;
    const operation = this.marking.end({ tool, sign, subtract, ...record });
    this.board.changed();
    if (operation?.refused) this.refused(operation.refused);
    else if (operation) this.ended(operation);
  }
}

const rounded = ([x, y]) => [Math.round(100 * x) / 100, Math.round(100 * y) / 100];
