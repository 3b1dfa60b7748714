// The arithmetic of the page: functions of numbers, which know no document and keep nothing.

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** A number as text with the minus that print has. */
export const withMinus = (text) => String(text).replace(/^-/, "−");

/** In so many digits; never a negative zero. */
export function number(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : withMinus(text);
}

/** What stands under a name, which may be any: nothing where only JavaScript knows it, as `constructor`. */
export const under = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

/** A rating, marked where it is beyond the range that is declared for it; values have five digits here. */
export function rating(value, range, digits = 3) {
  const far = (bound, sign) => bound !== null && sign * (value - bound) > 1e-5 * Math.max(1, Math.abs(bound));
  const outside = range && value !== null && value !== undefined && (far(range.high, 1) || far(range.low, -1));
  return number(value, digits) + (outside ? " !" : "");
}

// -- maps -------------------------------------------------------------------------------------------------------------

/** Each photograph's map out of the grey values of a strip of them: values as they were computed, to within 1/255 of their
 * range; where some were no numbers, `low` and `high` are null and nothing is shown. */
export function gridsOf(strip, greys) {
  const size = strip.rows * strip.cells;
  return strip.low.map((low, index) => {
    const step = (strip.high[index] - low) / 255;
    const values = new Float32Array(size);
    for (let at = 0; at < size; at++) values[at] = low + step * greys[index * size + at];
    return { rows: strip.rows, cells: strip.cells, values, low, high: strip.high[index] };
  });
}

/** A grid's value at (x, y) from 0 to 1, bilinear between the middles of cells. */
export function valueAt(grid, x, y) {
  const column = clamp(x * grid.cells - 0.5, 0, grid.cells - 1);
  const row = clamp(y * grid.rows - 0.5, 0, grid.rows - 1);
  const left = Math.floor(column);
  const top = Math.floor(row);
  const right = Math.min(left + 1, grid.cells - 1);
  const below = Math.min(top + 1, grid.rows - 1);
  const across = column - left;
  const down = row - top;
  const at = (i, j) => grid.values[i * grid.cells + j];
  return (
    (at(top, left) * (1 - across) + at(top, right) * across) * (1 - down) +
    (at(below, left) * (1 - across) + at(below, right) * across) * down
  );
}

/** The value under the pointer as the page writes it: nothing without a pointer, a dash where a map is no number. */
export function reading(grid, at) {
  if (!at) return "";
  return grid.low === null ? "–" : withMinus(Number(valueAt(grid, at.x, at.y).toPrecision(4)));
}

/** For every pixel of a line the cells on either side of it, and how far it is from the first to the second. */
function between(cells, pixels) {
  return Array.from({ length: pixels }, (_, at) => {
    const place = clamp(((at + 0.5) / pixels) * cells - 0.5, 0, cells - 1);
    const first = Math.floor(place);
    return [first, Math.min(first + 1, cells - 1), place - first];
  });
}

/** A grid at every pixel of a picture. */
export function enlarge({ rows, cells, values }, width, height) {
  const enlarged = new Float32Array(width * height);
  const columns = between(cells, width);
  for (const [y, [top, below, down]] of between(rows, height).entries())
    for (let x = 0; x < width; x++) {
      const [left, right, across] = columns[x];
      const above = values[top * cells + left] * (1 - across) + values[top * cells + right] * across;
      const beneath = values[below * cells + left] * (1 - across) + values[below * cells + right] * across;
      enlarged[y * width + x] = above * (1 - down) + beneath * down;
    }
  return enlarged;
}

/** What becomes the lowest and the highest colour of maps that share a scale: their own ends, or from 0, or as far below 0
 * as above it. Maps that are no number have no part in it; without any other, both limits are 0. */
export function limitsOf(maps, values) {
  const grids = maps.filter((grid) => grid.low !== null);
  if (!grids.length) return [0, 0];
  const low = Math.min(...grids.map((grid) => grid.low));
  const high = Math.max(...grids.map((grid) => grid.high));
  const farthest = Math.max(Math.abs(low), Math.abs(high));
  return { range: [low, high], rectified: [0, Math.max(0, high)], signed: [-farthest, farthest] }[values];
}

/** The limits of one map of a column: of itself, or on one scale with the others. */
export function limitsIn(maps, index, scale, values) {
  if (maps[index].low === null) return [0, 0];
  return limitsOf(scale === "shared" ? maps : [maps[index]], values);
}

/** The value from which on the top share of the values lies; undefined where all are alike. */
function levelOf(values, share) {
  const sorted = Float32Array.from(values).sort();
  const level = sorted[Math.floor(values.length * (1 - share))];
  return level === sorted[0] ? sorted.find((value) => value > level) : level; // less than that share is marked at all
}

/** Which pixels border on where a grid is at a level or above; on the top share of its area where no level is given. */
export function contour(grid, share, width, height, given = null) {
  const values = enlarge(grid, width, height);
  const level = given ?? levelOf(values, share);
  const edge = [];
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (values[at] >= level && Math.min(values[at - 1], values[at + 1], values[at - width], values[at + width]) < level)
        edge.push([x, y]);
    }
  return edge;
}

// -- colours ----------------------------------------------------------------------------------------------------------

/** Red, green, blue and opacity of a grid at every pixel; without colours where the limits are equal, and fading where
 * another grid, if any, goes from 1 to 0. A palette has 256 steps, or so many at each level of a photograph's detail. */
export function coloured(grid, [low, high], palette, width, height, kept = null, detail = null) {
  const colors = new Uint8ClampedArray(4 * width * height);
  if (!(high > low)) return colors;
  const values = enlarge(grid, width, height);
  const opacity = kept && enlarge(kept, width, height);
  for (let at = 0; at < values.length; at++) {
    const step = Math.round(clamp((values[at] - low) / (high - low), 0, 1) * 255);
    const color = 4 * step + (detail ? 1024 * detail[at] : 0);
    for (let channel = 0; channel < 4; channel++) colors[4 * at + channel] = palette[color + channel];
    if (opacity) colors[4 * at + 3] *= opacity[at];
  }
  return colors;
}

// -- order ------------------------------------------------------------------------------------------------------------

/** How far apart ratings are: their standard deviation, of those that are numbers. */
function spread(ratings) {
  const values = ratings.filter((value) => value !== null);
  if (!values.length) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** What photographs are sorted by, the smallest first, out of the models' ratings and people's (null where none is). */
const KEYS = {
  given: () => 0,
  high: ([first]) => -(first ?? -Infinity),
  low: ([first]) => first ?? Infinity,
  disagreement: (ratings) => -spread(ratings),
  error: ([first], people) => (people === null || first === null ? 1 : -Math.abs(first - people)),
};

/** The places of photographs in an order; those with equal keys stay as they were. The first model's ratings count, but for
 * `disagreement`. */
export function orderOf(photographs, sort) {
  const places = photographs.map(({ ratings, people }, index) => ({ index, key: KEYS[sort](ratings, people) }));
  places.sort((one, other) => (one.key === other.key ? 0 : one.key - other.key) || one.index - other.index);
  return places.map(({ index }) => index);
}

// -- which photographs ------------------------------------------------------------------------------------------------

const KINDS = {
  all: () => true,
  seen: ({ seen }) => seen?.length > 0,
  unseen: ({ seen }) => !seen?.length,
  marked: ({ people }) => Object.keys(people).length > 0,
  rated: ({ ratings }) => Object.keys(ratings).length > 0,
  edited: ({ edit }) => edit !== "",
  unedited: ({ edit }) => edit === "",
};

/** Whether a photograph is of a kind; `kind` is one of `KINDS`. */
export const isOf = (photograph, kind) => KINDS[kind](photograph);

/** Whether a photograph's name has all words, in any case, and its rating is within bounds, which are "" where none is set. */
export function matches(photograph, { search, filter, from, to }, rated) {
  const text = `${photograph.name} ${photograph.edit} ${photograph.id}`.toLowerCase();
  const named = search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  const inside = (from === "" || rated >= Number(from)) && (to === "" || rated <= Number(to));
  return named && isOf(photograph, filter) && ((from === "" && to === "") || (rated !== null && inside));
}

// -- how pictures fill a place ----------------------------------------------------------------------------------------

/** How many pictures of one aspect stand side by side, and how wide each is, so that so many fill a place as well as they
 * can; each has a line of a height below it. */
export function arrangement(count, aspect, width, height, line, gap) {
  let best = { across: 1, width: 0 };
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const high = (height - gap * (down - 1)) / down - line;
    const wide = Math.min((width - gap * (across - 1)) / across, high * aspect);
    if (wide > best.width) best = { across, width: Math.floor(wide) };
  }
  return best;
}

// -- what part of a photograph is seen --------------------------------------------------------------------------------

const FARTHEST = 12;

/** Moved so that nothing beyond the photograph is seen. */
export function within(view) {
  const margin = 0.5 / view.zoom;
  return { ...view, x: clamp(view.x, margin, 1 - margin), y: clamp(view.y, margin, 1 - margin) };
}

/** Closer or farther by a factor; `at`, where there is one, stays where it is. */
export function zoomed(view, factor, at) {
  const zoom = clamp(view.zoom * factor, 1, FARTHEST);
  const about = (middle, fixed) => fixed + (middle - fixed) * (view.zoom / zoom);
  return at ? { ...view, zoom, x: about(view.x, at.x), y: about(view.y, at.y) } : { ...view, zoom };
}

/** Moved by shares of the window. */
export function dragged(view, right, down) {
  return within({ ...view, x: view.x - right / view.zoom, y: view.y - down / view.zoom });
}

/** The pointer moved by a fiftieth of what is seen, which follows it. */
export function stepped(view, [right, down]) {
  const from = view.pointer ?? { x: 0.5, y: 0.5 };
  const pointer = {
    x: clamp(from.x + (right * 0.02) / view.zoom, 0, 1),
    y: clamp(from.y + (down * 0.02) / view.zoom, 0, 1),
  };
  const reach = 0.45 / view.zoom;
  const follow = (middle, to) => clamp(middle, to - reach, to + reach);
  return { ...view, pointer, x: follow(view.x, pointer.x), y: follow(view.y, pointer.y) };
}

/** Where in the photograph a place of the window is, both from 0 to 1. */
export function pointIn(view, across, down) {
  return {
    x: clamp(view.x + (across - 0.5) / view.zoom, 0, 1),
    y: clamp(view.y + (down - 0.5) / view.zoom, 0, 1),
  };
}

/** Where in the window a place of the photograph is. */
export function placeOf(view, at) {
  return { x: 0.5 + (at.x - view.x) * view.zoom, y: 0.5 + (at.y - view.y) * view.zoom };
}

/** How far a value is along a range, from 0 to 100; 0 in a range without length. */
export function percent(value, low, high) {
  return 100 * ((value - low) / (high - low || 1));
}
