// The controls, and the beginning of everything.

import { isOf } from "./arithmetic.js";
import { $, element } from "./elements.js";
import { redraw, show, watchSight } from "./grid.js";
import { rove, walk } from "./keys.js";
import { arrange, enlargeRow, leave, pickAll, steer, turn, zoom } from "./large.js";
import { read } from "./links.js";
import { CHOSEN, LOOKS, TYPED, readLink, writeLink } from "./places.js";
import { chosenColumns, start, state } from "./state.js";
import { swipe } from "./swipe.js";
import { listDownloads, listLeaderboard } from "./tables.js";

/** Show what has just been chosen, and have the address say so. */
function changed(step = "") {
  state.unknown = [];
  writeLink(step);
  return show();
}

/** A box to tick for each model, or each method. */
function listChoices(kind) {
  const names = [...new Set(state.data.columns.map((column) => column[kind]))];
  const boxes = names.map((name) => {
    const box = element("input", { type: "checkbox", checked: true, value: name });
    box.addEventListener("change", () => {
      const { hidden } = state.choice; // a link brings another
      hidden[box.checked ? "delete" : "add"](name);
      if (chosenColumns().length) return changed();
      hidden.delete(name); // something is always shown
      box.checked = true;
    });
    return element("label", {}, box, name);
  });
  $(`${kind}s`).append(...boxes);
}

/** Where all columns fit, their names stay in sight below the controls; else within a window of their own. */
function fit() {
  const grid = $("grid");
  const bar = document.querySelector(".controls");
  const style = document.documentElement.style;
  grid.parentElement.classList.toggle("fits", grid.offsetWidth <= grid.parentElement.clientWidth);
  const stays = getComputedStyle(bar).position === "sticky";
  style.setProperty("--below", `${stays ? bar.offsetHeight : 0}px`);
  style.setProperty("--head", `${$("columns").offsetHeight}px`);
  redraw();
}

/** Light or dark, and how much of the photograph is seen through its maps. */
function look() {
  document.documentElement.dataset.theme = state.choice.theme;
  document.documentElement.style.setProperty("--opacity", state.choice.opacity / 100);
}

/** Every control as what is chosen. */
function showChoice() {
  for (const key of [...CHOSEN, ...TYPED, ...LOOKS]) $(key).value = state.choice[key];
  look();
  for (const box of document.querySelectorAll("#choices input")) box.checked = !state.choice.hidden.has(box.value);
}

/** What cannot be chosen here is not offered. */
function offer() {
  const { attributes, columns, photographs } = state.data;
  $("attribute").replaceChildren(...attributes.map(({ name, title }) => element("option", { value: name }, title)));
  $("fade").closest("label").hidden = !columns.some(({ kept }) => Object.keys(kept).length);
  $("people").closest("label").hidden = !photographs.some(({ people }) => Object.keys(people).length);
  $("sort").querySelector("[value=error]").disabled = !photographs.some(({ ratings }) => Object.keys(ratings).length);
  for (const option of $("filter").options) {
    const count = photographs.filter((photograph) => isOf(photograph, option.value)).length;
    option.disabled = option.value !== "all" && (!count || count === photographs.length);
  }
  $("filter").closest("label").hidden = [...$("filter").options].every(({ disabled, value }) => disabled || value === "all");
  for (const kind of ["model", "method"]) listChoices(kind);
}

/** What the controls above the grid do. */
function prepareControls() {
  const choose = ({ target }) => {
    if (!target.checkValidity()) return; // half a number
    state.choice[target.id] = target.value;
    changed(target.id === "attribute" ? "attribute" : "");
  };
  for (const key of CHOSEN) $(key).addEventListener("change", choose);
  for (const key of TYPED) $(key).addEventListener("input", choose);
  for (const key of LOOKS) {
    $(key).addEventListener("input", ({ target }) => {
      state.choice[key] = target.value;
      look();
    });
    $(key).addEventListener("change", () => writeLink());
  }
  $("metric").addEventListener("change", listLeaderboard);
  document.querySelector(".controls").addEventListener("submit", (event) => event.preventDefault());
  const narrow = matchMedia("(max-width: 700px)");
  const fold = () => ($("fold").open = !narrow.matches);
  narrow.addEventListener("change", fold);
  fold();
}

function prepareGrid() {
  $("grid").addEventListener("keydown", walk);
  $("grid").addEventListener("focusin", (event) => {
    const button = event.target.closest("button.map");
    if (button) rove(button);
  });
  const watching = new ResizeObserver(fit);
  for (const watched of [$("grid"), $("grid").parentElement, document.querySelector(".controls")]) watching.observe(watched);
}

function prepareLarge() {
  for (const id of ["first", "second"]) $(id).addEventListener("change", swipe);
  $("swiped").addEventListener("input", (event) => $("swipe").style.setProperty("--swipe", `${event.target.value}%`));
  $("swiping").addEventListener("toggle", swipe);
  $("closer").addEventListener("click", () => zoom(1.25));
  $("farther").addEventListener("click", () => zoom(0.8));
  $("close").addEventListener("click", () => $("large").close());
  $("before").addEventListener("click", () => turn(-1));
  $("after").addEventListener("click", () => turn(1));
  $("pick-all").addEventListener("click", pickAll);
  $("large").addEventListener("keydown", steer);
  $("large").addEventListener("close", leave);
  new ResizeObserver(() => $("large").open && arrange()).observe($("panels"));
}

const chosen = () => JSON.stringify([{ ...state.choice, hidden: [...state.choice.hidden] }, state.unknown]);

/** What the address says: a photograph is shown large where it names one. What is shown already is not drawn again: the focus
 * stays where it is. */
async function follow() {
  const before = chosen();
  const link = readLink();
  if (link) showChoice();
  if (!state.grid.turn || chosen() !== before) await show();
  if (link?.photo >= 0) enlargeRow(link.photo, null, "");
  else if ($("large").open) $("large").close();
}

async function begin() {
  start(JSON.parse($("told").textContent));
  watchSight();
  offer();
  showChoice();
  prepareControls();
  prepareGrid();
  prepareLarge();
  listDownloads();
  addEventListener("hashchange", follow);
  await follow();
  if (location.hash && !location.hash.includes("=")) $(read(location.hash.slice(1)))?.scrollIntoView(); // the grid has moved it
}

begin().then(() => {
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
});
