// Masks of one bit a pixel, row by row, and their run lengths. No document is touched here.

export const SIGNS = ["raises", "lowers"];
export const other = (sign) => (sign === "raises" ? "lowers" : "raises");

/** Run lengths over the whole mask, beginning with unmarked; null for a mask without a mark. */
export function runsOf(mask) {
  const runs = [];
  let value = 0;
  let start = 0;
  while (start < mask.length) {
    const end = mask.indexOf(1 - value, start);
    const stop = end < 0 ? mask.length : end;
    runs.push(stop - start);
    start = stop;
    value = 1 - value;
  }
  return runs.length > 1 ? runs : null;
}

/** The mask that run lengths stand for. */
export function maskOf(runs, size) {
  const mask = new Uint8Array(size);
  let at = 0;
  (runs ?? []).forEach((length, index) => {
    if (index % 2) mask.fill(1, at, at + length);
    at += length;
  });
  return mask;
}

/** How many pixels run lengths mark. */
export const areaOf = (runs) => (runs ?? []).reduce((sum, length, index) => sum + (index % 2 ? length : 0), 0);

/** Where two masks differ, as run lengths. */
export function difference(before, after) {
  return runsOf(before.map((value, at) => value ^ after[at]));
}

/** Turn over every pixel that run lengths mark. Done twice, it is as before. */
export function flip(mask, runs) {
  let at = 0;
  (runs ?? []).forEach((length, index) => {
    if (index % 2) for (let pixel = at; pixel < at + length; pixel += 1) mask[pixel] ^= 1;
    at += length;
  });
}
