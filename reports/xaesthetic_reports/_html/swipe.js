// Two maps of the photograph that is shown large, to swipe between.

import { $, element } from "./elements.js";
import { addressOf, canvasFor, paint } from "./pictures.js";
import { nameOf, state } from "./state.js";

const SIDES = ["first", "second"];
const LONGEST = 640;

/** What can be compared; what was chosen for the photograph before stays. */
export function listSides() {
  const names = state.grid.columns.map(nameOf);
  SIDES.forEach((id, at) => {
    const chosen = names.indexOf($(id).selectedOptions[0]?.textContent);
    $(id).replaceChildren(...names.map((name, value) => element("option", { value }, name)));
    $(id).value = String(chosen >= 0 ? chosen : Math.min(at, names.length - 1));
  });
}

/** Draw them where they are looked at. */
export function swipe() {
  const photograph = state.data.photographs[state.view.index];
  const { columns } = state.grid;
  if (!$("swiping").open || !columns.length) return;
  const layers = SIDES.map((id) => {
    const canvas = canvasFor(photograph, LONGEST);
    canvas.className = id;
    paint(canvas, columns[Number($(id).value)] ?? columns[0], state.view.index, photograph);
    return canvas;
  });
  $("swipe").replaceChildren(element("img", { src: addressOf(photograph), alt: "" }), ...layers);
  $("swipe").style.setProperty("--swipe", `${$("swiped").value}%`);
}
