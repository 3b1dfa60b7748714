// What the colours mean: the bars beside the grid and beside a photograph that is shown large.

import { $, element } from "./elements.js";
import { barOf } from "./pictures.js";
import { state, valuesOf } from "./state.js";

const ENDS = {
  range: ["least", "most"],
  rectified: ["0 or less", "most"],
  signed: ["takes away", "0", "adds"],
};

function drawBar(id, values) {
  $(`${id}-colors`).src = barOf(state.palettes[values]);
  $(`${id}-ends`).replaceChildren(...ENDS[values].map((end) => element("span", {}, end)));
}

/** The bar of all columns, and where values are signed that of those whose maps have no sign. */
export function drawLegends(columns) {
  const { values, drawn } = state.choice;
  const unsigned = columns.filter((column) => valuesOf(column) !== values);
  const none = columns.length > 0 && unsigned.length === columns.length;
  for (const [bar, other] of [["legend", "unsigned"], ["large-legend", "large-unsigned"]]) {
    drawBar(bar, none ? "rectified" : values);
    drawBar(other, "rectified");
    $(other).hidden = none || !unsigned.length;
  }
  $("lines").hidden = drawn !== "lines";
}
