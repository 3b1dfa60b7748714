// Colours: OKLab (Björn Ottosson, 2020), scales, and what of a photograph shows through a map. Channels go from 0 to 255.

const FARTHEST = 0.12; // of OKLab's lightness: how far a photograph's detail moves a map's colour
const STRENGTH = 0.7;
const HALF = 24; // levels of detail on either side of none
const NEIGHBOURHOOD = 10; // of the longer side: how far around a pixel its detail is measured

const LINEAR = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

const encoded = (light) => 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);

function conesOf(red, green, blue) {
  const [r, g, b] = [LINEAR[red], LINEAR[green], LINEAR[blue]];
  return [
    Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
    Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
    Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
  ];
}

/** Lightness from 0 to 1, and two axes of colour, of whole channels. */
export function toOklab([red, green, blue]) {
  const [l, m, s] = conesOf(red, green, blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The channels of a colour; those that no screen shows are below 0 or above 255. */
export function fromOklab([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

// -- scales: 256 steps of red, green, blue and opacity ----------------------------------------------------------------

/** A sequence of colours as it is. */
export function sequence(colors) {
  const channel = (at) => (at % 4 === 3 ? 255 : colors[3 * Math.floor(at / 4) + (at % 4)]);
  return Uint8ClampedArray.from({ length: 1024 }, (_, at) => channel(at));
}

/** From one colour over a middle one at 0 to another, evenly in OKLab. */
export function aroundZero(...colors) {
  const [below, middle, above] = colors.map(toOklab);
  const table = new Uint8ClampedArray(1024).fill(255);
  for (let step = 0; step < 256; step++) {
    const share = step / 127.5 - 1;
    const end = share < 0 ? below : above;
    table.set(fromOklab(middle.map((value, at) => value + (end[at] - value) * Math.abs(share))), 4 * step);
  }
  return table;
}

// -- a photograph through a map ---------------------------------------------------------------------------------------

/** The steps of a scale at all levels of detail, the darkest first. */
export function shaded(palette) {
  const table = new Uint8ClampedArray(1024 * (2 * HALF + 1)).fill(255);
  for (let step = 0; step < 256; step++) {
    const [lightness, a, b] = toOklab(palette.subarray(4 * step, 4 * step + 3));
    for (let level = 0; level <= 2 * HALF; level++) {
      const moved = lightness + (level / HALF - 1) * FARTHEST;
      table.set(fromOklab([moved, a, b]), 1024 * level + 4 * step);
    }
  }
  return table;
}

/** Means over so many places before and after every one of a line, or of fewer at its ends. */
function smoothed(values, from, step, count, reach, into) {
  let sum = 0;
  let [first, last] = [0, 0]; // places that are in the sum, without the last
  for (let at = 0; at < count; at++) {
    while (last < Math.min(at + reach + 1, count)) sum += values[from + step * last++];
    while (first < at - reach) sum -= values[from + step * first++];
    into[from + step * at] = sum / (last - first);
  }
}

/** Means over a square around every pixel, cut at the edges. */
export function localMeans(values, width, height, reach) {
  const [across, both] = [new Float64Array(values.length), new Float64Array(values.length)];
  for (let y = 0; y < height; y++) smoothed(values, y * width, 1, width, reach, across);
  for (let x = 0; x < width; x++) smoothed(across, x, width, height, reach, both);
  return both;
}

/** How much lighter or darker every pixel of a picture is than around it, as levels of `shaded`. */
export function detailOf(rgba, width, height) {
  const lightness = new Float64Array(width * height);
  for (let at = 0; at < lightness.length; at++) {
    const [l, m, s] = conesOf(rgba[4 * at], rgba[4 * at + 1], rgba[4 * at + 2]);
    lightness[at] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  }
  const reach = Math.max(1, Math.round(Math.max(width, height) / NEIGHBOURHOOD));
  const around = localMeans(lightness, width, height, reach);
  return Uint8Array.from(lightness, (value, at) => {
    const share = (STRENGTH * (value - around[at])) / FARTHEST;
    return Math.round((Math.min(Math.max(share, -1), 1) + 1) * HALF);
  });
}
