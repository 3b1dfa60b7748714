// The controls.

function control(id, key, read) {
  $(id).addEventListener("change", (event) => {
    state[key] = read(event.target);
    show();
  });
}

/** A box to tick for each model, or each method. */
function listChoices(kind) {
  const names = [...new Set(told.columns.map((column) => column[kind]))];
  const boxes = names.map((name) => {
    const box = element("input", { type: "checkbox", checked: true, value: name });
    box.addEventListener("change", () => {
      state.hidden[box.checked ? "delete" : "add"](name);
      if (columns().length) return show();
      state.hidden.delete(name); // something is always shown
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

function begin() {
  $("attribute").replaceChildren(...told.attributes.map((each) => element("option", { value: each.name }, each.title)));
  control("attribute", "attribute", (each) => each.value);
  $("sort").value = state.sort;
  control("sort", "sort", (each) => each.value);
  control("scale", "scale", (each) => each.value);
  control("values", "values", (each) => each.value);
  control("people", "people", (each) => each.value);
  $("scale").value = state.scale;
  $("people").closest("label").hidden = !told.photographs.some((each) => Object.keys(each.people).length);
  $("sort").querySelector("[value=error]").disabled = !told.photographs.some((each) => Object.keys(each.ratings).length);
  $("opacity").addEventListener("input", (event) => {
    document.documentElement.style.setProperty("--opacity", event.target.value / 100);
  });
  $("theme").addEventListener("change", (event) => (document.documentElement.dataset.theme = event.target.value));
  $("metric").addEventListener("change", listLeaderboard);
  for (const id of ["first", "second"]) $(id).addEventListener("change", swipe);
  $("swiped").addEventListener("input", (event) => $("swipe").style.setProperty("--swipe", `${event.target.value}%`));
  $("closer").addEventListener("click", () => zoom(1.25, view.pointer));
  $("farther").addEventListener("click", () => zoom(0.8, view.pointer));
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
  for (const kind of ["model", "method"]) listChoices(kind);
  const watching = new ResizeObserver(fit);
  for (const watched of [$("grid"), $("grid").parentElement, document.querySelector(".controls")]) watching.observe(watched);
  listDownloads();
  return show();
}

begin().then(() => {
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
});
