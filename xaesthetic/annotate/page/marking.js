// What one person says of one photograph and attribute: two masks, two extents, and how they came about.
// A pixel raises or lowers, never both: maps are signed. No document is touched here.

import { History } from "./history.js";
import { SIGNS, areaOf, difference, flip, maskOf, other, runsOf } from "./masks.js";

/** The longest JSON of an operation's pixels, and the most runs of a mask: what is beyond is too ragged to be kept. */
const LONGEST = 150_000;
const MOST = 120_000;

export class Marking {
  #before = null;

  constructor(width, height, state = {}, saves = []) {
    Object.assign(this, { width, height, size: width * height });
    this.masks = Object.fromEntries(SIGNS.map((sign) => [sign, maskOf(state.masks?.[sign], this.size)]));
    this.extent = { raises: "", lowers: "", ...state.extent };
    this.history = History.of(saves);
  }

  /** Begin an operation. */
  begin() {
    this.#before = {
      masks: Object.fromEntries(SIGNS.map((sign) => [sign, this.masks[sign].slice()])),
      extent: { ...this.extent },
    };
  }

  get begun() {
    return this.#before !== null;
  }

  /** Mark a part of a row for a sign, or take its mark away. */
  span(sign, subtract, row, from, to) {
    const [start, end] = [row * this.width + from, row * this.width + to];
    this.masks[sign].fill(subtract ? 0 : 1, start, end);
    if (!subtract) this.masks[other(sign)].fill(0, start, end);
  }

  /** Leave everything as it was before the operation began. */
  cancel() {
    if (this.#before) Object.assign(this, this.#before);
    this.#before = null;
  }

  /** End the operation: what it turned over; null where that is nothing; `{refused}` says why it was taken back. */
  end(record = {}) {
    const before = this.#before;
    this.#before = null;
    const flips = Object.fromEntries(SIGNS.map((sign) => [sign, difference(before.masks[sign], this.masks[sign])]));
    const refused = this.#refusal(flips);
    if (refused) {
      Object.assign(this, before);
      return { refused };
    }
    for (const sign of SIGNS) if (flips[sign]) this.extent[sign] = this.masks[sign].includes(1) ? "region" : "";
    if (!flips.raises && !flips.lowers && SIGNS.every((sign) => before.extent[sign] === this.extent[sign])) return null;
    const operation = { ...record, flips, before: before.extent, after: { ...this.extent } };
    this.history.add(operation);
    return operation;
  }

  #refusal(flips) {
    const ragged = SIGNS.some((sign) => flips[sign] && runsOf(this.masks[sign])?.length > MOST);
    if (ragged || JSON.stringify(flips).length > LONGEST) {
      return "That has too many small parts to be kept. A smaller tolerance, or the polygon, draws it better.";
    }
    const full = SIGNS.find((sign) => flips[sign] && !this.masks[sign].includes(0));
    return full ? `That would mark the whole photograph. Choose “everywhere” under “${full}” instead.` : "";
  }

  /** Say that a sign is nowhere or everywhere; a region that was marked goes. */
  say(sign, extent) {
    this.begin();
    this.masks[sign].fill(0);
    this.extent[sign] = extent;
    const operation = this.end({ tool: "extent", sign });
    if (operation?.flips?.[sign]) {
      this.extent[sign] = extent; // end() reads an empty mask as “not said”
      operation.after = { ...this.extent };
    }
    return operation;
  }

  /** Take all marks away. */
  clear() {
    this.begin();
    for (const sign of SIGNS) this.masks[sign].fill(0);
    Object.assign(this.extent, { raises: "", lowers: "" });
    return this.end({ tool: "clear" });
  }

  undo() {
    return this.#turn(this.history.undo(), "before");
  }

  redo() {
    return this.#turn(this.history.redo(), "after");
  }

  #turn(operation, side) {
    if (!operation) return false;
    for (const sign of SIGNS) flip(this.masks[sign], operation.flips[sign]);
    this.extent = { ...operation[side] };
    return true;
  }

  /** The masks as they are saved. */
  runs() {
    return Object.fromEntries(SIGNS.map((sign) => [sign, runsOf(this.masks[sign])]));
  }

  /** The share of the photograph that a sign's region covers. */
  share(sign) {
    return areaOf(runsOf(this.masks[sign])) / this.size;
  }
}
