// The row of tools above the photograph. Each shows what the drawing does; the letters of the keyboard move them, too.

import { button, choices, choose, element } from "./elements.js";

const SIZES = { least: 2, most: 0.5 }; // the brush: pixels, and a share of the longer side

/** The tools and the actions behind them, which the keyboard calls as well. */
export function tools(drawing, board, { undo, redo, clear, enabled, moved }) {
  const { marking, view } = board;
  const largest = Math.round(SIZES.most * Math.max(marking.width, marking.height));
  drawing.size = Math.max(4, Math.round(0.05 * Math.max(marking.width, marking.height)));

  const actions = {
    enabled, undo, redo,
    sign: (value) => set("sign", value), tool: (value) => set("tool", value),
    subtract: () => set("subtract", !drawing.subtract),
    size: (factor) => set("size", Math.max(SIZES.least, Math.min(largest, resized(drawing.size, factor)))),
    hide: () => set("opacity", board.opacity ? 0 : 0.6, board),
    zoom: (factor) => zoom(factor, board.cursor), fit: () => zoom(0),
  };

  function set(name, value, target = drawing) {
    if (name === "tool" && value !== drawing.tool) drawing.cancel();
    target[name] = value;
    update();
  }

  function zoom(factor, about) {
    if (factor) view.zoomBy(factor, ...(about ? view.toScreen(...about) : []));
    else view.fit();
    board.draw();
    moved();
  }

  const sign = choices("Mark what", "sign", [
    { value: "raises", text: "raises it", mark: "raises" }, { value: "lowers", text: "lowers it", mark: "lowers" },
  ], actions.sign);
  const tool = choices("with", "tool", [
    { value: "brush", text: "brush" }, { value: "polygon", text: "polygon" }, { value: "fill", text: "fill" },
  ], actions.tool);
  const subtract = button("subtract", actions.subtract, { "aria-pressed": "false" });
  const size = range("brush size", 0, 100, (value) => set("size", Math.round(SIZES.least * (largest / SIZES.least) ** (value / 100))));
  const tolerance = range("likeness of colours", 0, 128, (value) => set("tolerance", value));
  const opacity = range("opacity", 0, 100, (value) => set("opacity", value / 100, board));
  const corners = element("span", { class: "group" }, button("close polygon", () => drawing.close()),
    button("corner back", () => drawing.withdraw()));
  const history = { undo: button("undo", undo), redo: button("redo", redo), clear: button("clear", clear) };

  function update() {
    choose(sign, drawing.sign);
    choose(tool, drawing.tool);
    subtract.setAttribute("aria-pressed", String(drawing.subtract));
    size.hidden = drawing.tool !== "brush";
    tolerance.hidden = drawing.tool !== "fill";
    corners.hidden = drawing.tool !== "polygon";
    size.querySelector("input").value = (100 * Math.log(drawing.size / SIZES.least)) / Math.log(largest / SIZES.least);
    tolerance.querySelector("input").value = drawing.tolerance;
    opacity.querySelector("input").value = 100 * board.opacity;
    history.undo.disabled = !marking.history.canUndo;
    history.redo.disabled = !marking.history.canRedo;
    history.clear.disabled = !marking.extent.raises && !marking.extent.lowers;
    board.radius = drawing.tool === "brush" ? drawing.size / 2 : 0;
    board.draw();
  }

  const zooms = element("span", { class: "group", role: "group", "aria-label": "Zoom" },
    button("−", () => zoom(1 / 1.5), { "aria-label": "zoom out" }), button("fit", () => zoom(0)),
    button("+", () => zoom(1.5), { "aria-label": "zoom in" }));
  const bar = element("div", { class: "tools", role: "group", "aria-label": "Tools" }, sign, tool, subtract, size, tolerance, corners,
    element("span", { class: "group" }, history.undo, history.redo, history.clear), zooms, opacity);
  return { bar, actions, update };
}

/** At least one pixel more or less. */
const resized = (size, factor) => (factor > 1 ? Math.max(size + 1, Math.round(size * factor)) : Math.min(size - 1, Math.round(size * factor)));

function range(text, min, max, onchange) {
  const input = element("input", { type: "range", min, max, oninput: () => onchange(Number(input.value)) });
  return element("label", { class: "range" }, element("span", {}, text), input);
}
