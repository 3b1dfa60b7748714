// Which pixels a shape covers: those whose centres lie in it. A shape calls `span(row, from, to)` for `from` ≤ column < `to`.
// No document is touched here.

/** A disc of a radius that moved from one point to another. */
export function capsule([x0, y0], [x1, y1], radius, width, height, span) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const inside = (column, row) => {
    const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
    const along = length ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
    return (x - along * dx) ** 2 + (y - along * dy) ** 2 <= radius * radius;
  };
  const first = Math.max(0, Math.floor(Math.min(x0, x1) - radius - 1));
  const last = Math.min(width - 1, Math.ceil(Math.max(x0, x1) + radius + 1));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(y0, y1) + radius + 1));
  for (let row = Math.max(0, Math.floor(Math.min(y0, y1) - radius - 1)); row <= bottom; row += 1) {
    let [from, to] = [first, last]; // a capsule is convex: of a row it covers one stretch
    while (from <= to && !inside(from, row)) from += 1;
    while (to >= from && !inside(to, row)) to -= 1;
    if (from <= to) span(row, from, to + 1);
  }
}

/** The inside of a polygon by the even-odd rule. */
export function polygon(points, width, height, span) {
  const rows = points.map(([, y]) => y);
  const bottom = Math.min(height - 1, Math.ceil(Math.max(...rows)));
  for (let row = Math.max(0, Math.floor(Math.min(...rows))); row <= bottom; row += 1) {
    const crossings = crossingsOf(points, row + 0.5);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const from = Math.max(0, Math.ceil(crossings[index] - 0.5));
      const to = Math.min(width, Math.ceil(crossings[index + 1] - 0.5));
      if (from < to) span(row, from, to);
    }
  }
}

function crossingsOf(points, y) {
  const crossings = [];
  points.forEach(([x0, y0], index) => {
    const [x1, y1] = points[(index + 1) % points.length];
    if (y0 <= y !== y1 <= y) crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
  });
  return crossings.sort((left, right) => left - right);
}

/** The connected pixels whose colour differs from the one at a point by no more than the tolerance in any channel. */
export function flood(pixels, [x, y], tolerance, width, height, span) {
  const column = Math.floor(x);
  const start = Math.floor(y) * width + column;
  const alike = likeness(pixels, start, tolerance);
  const seen = new Uint8Array(width * height); // every pixel is entered once at most: that bounds the work
  const waiting = [start];
  while (waiting.length) {
    const at = waiting.pop();
    if (seen[at]) continue;
    const row = Math.floor(at / width);
    let [from, to] = [at, at + 1];
    while (from > row * width && !seen[from - 1] && alike(from - 1)) from -= 1;
    while (to < (row + 1) * width && !seen[to] && alike(to)) to += 1;
    seen.fill(1, from, to);
    span(row, from - row * width, to - row * width);
    if (row > 0) enter(from - width, to - width, alike, seen, waiting);
    if (row < height - 1) enter(from + width, to + width, alike, seen, waiting);
  }
}

function likeness(pixels, start, tolerance) {
  const [red, green, blue] = pixels.subarray(4 * start, 4 * start + 3);
  return (at) =>
    Math.abs(pixels[4 * at] - red) <= tolerance &&
    Math.abs(pixels[4 * at + 1] - green) <= tolerance &&
    Math.abs(pixels[4 * at + 2] - blue) <= tolerance;
}

function enter(from, to, alike, seen, waiting) {
  let before = false;
  for (let at = from; at < to; at += 1) {
    const now = !seen[at] && alike(at);
    if (now && !before) waiting.push(at);
    before = now;
  }
}
