// The controls, and the beginning of everything.

import { $, element } from "./elements.js";
import { show, watchSight } from "./grid.js";
import { swipe, turn, zoom } from "./large.js";
import { prepareSlider } from "./slider.js";
import { chosenColumns, start, state } from "./state.js";
import { listDownloads, listLeaderboard } from "./tables.js";

/** A box to tick for each model, or each method. */
function listChoices(kind) {
  const { hidden } = state.choice;
  const names = [...new Set(state.data.columns.map((column) => column[kind]))];
  const boxes = names.map((name) => {
    const box = element("input", { type: "checkbox", checked: true, value: name });
    box.addEventListener("change", () => {
      hidden[box.checked ? "delete" : "add"](name);
      if (chosenColumns().length) return show();
      hidden.delete(name); // something is always shown
      box.checked = true;
    });
    return element("label", {}, box, name);
  });
  $(`${kind}s`).append(...boxes);
}

/** Where all columns fit, their names stay in sight below the controls. */
function fit() {
  const grid = $("grid");
  const bar = document.querySelector(".controls");
  grid.parentElement.classList.toggle("fits", grid.offsetWidth <= grid.parentElement.clientWidth);
  const stays = getComputedStyle(bar).position === "sticky";
  document.documentElement.style.setProperty("--below", `${stays ? bar.offsetHeight : 0}px`);
}

/** The controls above the grid, as they are at first, and what they do. */
function prepareControls() {
  const { attributes, photographs } = state.data;
  $("attribute").replaceChildren(...attributes.map(({ name, title }) => element("option", { value: name }, title)));
  $("sort").value = state.choice.sort;
  $("scale").value = state.choice.scale;
  $("fade").value = state.choice.fade;
  $("fade").closest("label").hidden = !state.data.columns.some(({ kept }) => Object.keys(kept).length);
  for (const key of ["attribute", "sort", "scale", "values", "people", "fade"])
    $(key).addEventListener("change", (event) => {
      state.choice[key] = event.target.value;
      show();
    });
  $("people").closest("label").hidden = !photographs.some(({ people }) => Object.keys(people).length);
  $("sort").querySelector("[value=error]").disabled = !photographs.some(({ ratings }) => Object.keys(ratings).length);
  $("opacity").addEventListener("input", (event) => {
    document.documentElement.style.setProperty("--opacity", event.target.value / 100);
  });
  $("theme").addEventListener("change", (event) => (document.documentElement.dataset.theme = event.target.value));
  $("metric").addEventListener("change", listLeaderboard);
  for (const kind of ["model", "method"]) listChoices(kind);
}

function prepareLarge() {
  for (const id of ["first", "second"]) $(id).addEventListener("change", swipe);
  $("swiped").addEventListener("input", (event) => $("swipe").style.setProperty("--swipe", `${event.target.value}%`));
  $("closer").addEventListener("click", () => zoom(1.25));
  $("farther").addEventListener("click", () => zoom(0.8));
  $("close").addEventListener("click", () => $("large").close());
  $("before").addEventListener("click", () => turn(-1));
  $("after").addEventListener("click", () => turn(1));
  $("large").addEventListener("keydown", (event) => {
    if (event.target.matches("input, select")) return;
    if (event.key === "PageUp" || event.key === "PageDown") {
      turn(event.key === "PageUp" ? -1 : 1);
      event.preventDefault();
    }
  });
}

function begin() {
  start(JSON.parse($("told").textContent));
  watchSight();
  prepareControls();
  prepareLarge();
  const watching = new ResizeObserver(fit);
  for (const watched of [$("grid"), $("grid").parentElement, document.querySelector(".controls")]) watching.observe(watched);
  listDownloads();
  prepareSlider(state.data, state.choice.attribute);
  return show();
}

begin().then(() => {
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
});
