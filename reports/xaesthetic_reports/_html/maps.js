// Maps out of 8-bit pictures: decoding, scaling, bilinear enlargement, colours, contours. No document is touched here.

function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** The grey values of a picture, row by row. */
async function greys(source) {
  const picture = new Image();
  picture.src = source;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const values = new Uint8Array(canvas.width * canvas.height);
  for (let at = 0; at < values.length; at++) values[at] = rgba[4 * at];
  return values;
}

/** Each photograph's map out of a strip of them: values as they were computed, to within 1/255 of their range; where some were
 * no numbers, `low` and `high` are null and nothing is shown. */
async function unpack(strip) {
  const values = await greys(strip.png);
  const size = strip.rows * strip.cells;
  return strip.low.map((low, index) => {
    const step = (strip.high[index] - low) / 255;
    const grid = new Float32Array(size);
    for (let at = 0; at < size; at++) grid[at] = low + step * values[index * size + at];
    return { rows: strip.rows, cells: strip.cells, values: grid, low, high: strip.high[index] };
  });
}

/** A grid's value at (x, y) from 0 to 1, bilinear between the middles of cells. */
function valueAt(grid, x, y) {
  const column = Math.min(Math.max(x * grid.cells - 0.5, 0), grid.cells - 1);
  const row = Math.min(Math.max(y * grid.rows - 0.5, 0), grid.rows - 1);
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

/** A grid at every pixel of a picture. */
function enlarge(grid, width, height) {
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) values[y * width + x] = valueAt(grid, (x + 0.5) / width, (y + 0.5) / height);
  return values;
}

/** What becomes the lowest and the highest colour: the maps' own ends, or from 0, or as far below 0 as above it. */
function limitsOf(all, values) {
  const grids = all.filter((grid) => grid.low !== null);
  const low = Math.min(...grids.map((grid) => grid.low));
  const high = Math.max(...grids.map((grid) => grid.high));
  const farthest = Math.max(Math.abs(low), Math.abs(high));
  return { range: [low, high], rectified: [0, high], signed: [-farthest, farthest] }[values];
}

/** 256 steps of red, green, blue and opacity: a sequence of colours as it is. */
function sequence(colors) {
  return Uint8ClampedArray.from({ length: 1024 }, (_, at) => (at % 4 === 3 ? 255 : colors[3 * Math.floor(at / 4) + (at % 4)]));
}

/** The same for values around 0: nothing there, ever more of one colour above and of another below. */
function aroundZero(below, above) {
  return Uint8ClampedArray.from({ length: 1024 }, (_, at) => {
    const share = Math.floor(at / 4) / 127.5 - 1;
    return at % 4 === 3 ? 255 * Math.abs(share) : (share < 0 ? below : above)[at % 4];
  });
}

/** Colours of a grid as a picture; without colours where the limits are equal. */
function coloured(grid, [low, high], palette, width, height) {
  const picture = new ImageData(width, height);
  if (!(high > low)) return picture;
  const values = enlarge(grid, width, height);
  for (let at = 0; at < values.length; at++) {
    const share = Math.min(Math.max((values[at] - low) / (high - low), 0), 1);
    const color = 4 * Math.round(share * 255);
    for (let channel = 0; channel < 4; channel++) picture.data[4 * at + channel] = palette[color + channel];
  }
  return picture;
}

/** Which pixels border on the top share of a grid's area. */
function contour(grid, share, width, height) {
  const values = enlarge(grid, width, height);
  const sorted = Float32Array.from(values).sort();
  let level = sorted[Math.floor(values.length * (1 - share))];
  if (level === sorted[0]) level = sorted.find((value) => value > level); // less than that share is marked at all
  const edge = [];
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (values[at] >= level && Math.min(values[at - 1], values[at + 1], values[at - width], values[at + width]) < level)
        edge.push([x, y]);
    }
  return edge;
}
