// One task: the attribute, the photograph, and its two steps in the study's order. Everything is saved as it is done.

import { Board } from "./board.js";
import { Clock } from "./clock.js";
import { Drawing } from "./drawing.js";
import { button, count, element, say, show } from "./elements.js";
import { extents, missing } from "./extents.js";
import { feedback } from "./feedback.js";
import { SHORTCUTS, listen as listenToKeys, listenForUndo } from "./keyboard.js";
import { Marking } from "./marking.js";
import { load, pixelsOf } from "./photograph.js";
import { listen as listenToPointers } from "./pointers.js";
import { ratingForm } from "./rating.js";
import { Saves } from "./saves.js";
import { askReason } from "./skip.js";
import { tools } from "./tools.js";

const PRACTICE = "This is practice: when you have finished it, you see which region was expected.";

/** Show a task; ends when it is finished or skipped. */
export async function task(app, given) {
  const image = await load(given.photograph);
  return new Promise((resolve) => new Task(app, given, image, resolve));
}

class Task {
  #stop = new AbortController();

  constructor(app, given, image, resolve) {
    Object.assign(this, { app, given, image, resolve, attribute: given.attribute });
    const { width, height } = given.photograph;
    this.values = { rating: given.state?.rating ?? null, overall: given.state?.overall ?? null };
    this.sent = { ...this.values };
    this.marking = new Marking(width, height, given.state, given.operations);
    this.clock = new Clock(given.seconds ?? 0);
    this.saves = new Saves(app.api, given.task, given.version, (state, text) => this.#tell(state, text));
    this.#build();
    addEventListener("beforeunload", (event) => this.saves.pending && !this.saves.halted && event.preventDefault(), { signal: this.#stop.signal });
    const began = given.operations.some(({ kind }) => ["stroke", "undo", "redo", "clear", "extent"].includes(kind));
    this.#step(given.order === "rate_first" && !began ? "rate" : "mark");
  }

  // -- what is on the page -----------------------------------------------------------------------------------------

  #build() {
    this.canvas = element("canvas", { id: "board", tabindex: "0", role: "application", "aria-describedby": "keys",
      "aria-label": `The photograph: mark where it raises or lowers ${this.attribute.title}` });
    this.board = new Board(this.canvas, this.image, this.marking);
    let pixels = null;
    this.drawing = new Drawing(this.marking, this.board, () => (pixels ??= pixelsOf(this.image)), {
      ended: (operation) => this.#saveMarks("stroke", operation), refused: (text) => this.#warn(text),
    });
    const moved = () => this.#showZoom();
    const enabled = () => this.step === "mark" && !this.saves.halted;
    this.tools = tools(this.drawing, this.board, {
      undo: () => this.#turn("undo"), redo: () => this.#turn("redo"), clear: () => this.#saveMarks("clear", this.marking.clear()), enabled, moved,
    });
    const spaced = listenToKeys(this.board, this.drawing, this.tools.actions);
    listenToPointers(this.board, this.drawing, { enabled, spaced, moved });
    listenForUndo(this.tools.actions, this.#stop.signal);
    this.extents = extents(this.marking, (sign, extent) => this.#saveMarks("extent", this.marking.say(sign, extent)));
    this.panel = element("div", { id: "panel" });
    this.warning = element("p", { class: "warning", role: "alert" });
    this.state = element("span", { id: "save-state", "data-state": "saved" }, "saved");
    this.zoom = element("span", { class: "quiet", id: "zoom" });
    const { width, height } = this.given.photograph;
    this.stage = element("div", { class: "stage" }, this.canvas);
    this.stage.style.setProperty("--aspect", width / height);
    show(this.app.main, this.#heading(), this.tools.bar, this.stage, this.#status(), this.warning, this.panel, keys());
    this.tools.update();
  }

  #heading() {
    const { position, total, kind } = this.given;
    const instruction = this.given.instruction || (kind === "practice" ? PRACTICE : "");
    const { title, definition, example } = this.attribute;
    const minutes = Math.ceil((this.given.seconds_left ?? 0) / 60);
    const where = `${kind === "practice" ? "Practice: " : ""}${position + 1} of ${total}`;
    return element("header", { class: "ask" },
      element("p", { class: "kicker" }, element("progress", { max: total, value: position, "aria-label": "Progress" }), where,
        minutes ? element("span", {}, `${count(minutes, "minute")} to the next break`) : null),
      element("h1", {}, title),
      definition ? element("p", {}, definition) : null,
      example ? element("p", { class: "quiet" }, `For example: ${example}`) : null,
      instruction ? element("p", { class: "instruction" }, instruction) : null);
  }

  #status() {
    return element("p", { class: "status" }, this.state, this.zoom, button("Skip this one …", () => this.#skip(), { class: "plain" }));
  }

  #step(step) {
    this.step = step;
    this.#warn("");
    this.stage.parentElement.dataset.step = step;
    this.tools.bar.hidden = step !== "mark";
    this.board.radius = 0;
    this.panel.replaceChildren(step === "mark" ? this.#markPanel() : this.#ratePanel());
    if (step === "mark") this.tools.update();
    else this.board.draw();
  }

  #ratePanel() {
    const last = this.given.order === "mark_first";
    const back = last ? button("Back to the marks", () => this.#step("mark")) : null;
    return ratingForm({
      attribute: this.attribute, overall: this.given.overall, values: this.values, back, say: (text) => this.#warn(text),
      text: last ? "Finish" : "Go on to marking",
      done: (values) => {
        this.values = values;
        this.#saveRatings();
        if (last) this.#finish();
        else {
          this.#step("mark");
          this.canvas.focus();
          say("Now mark where the photograph raises or lowers it.");
        }
      },
    });
  }

  #markPanel() {
    const last = this.given.order === "rate_first";
    const go = () => {
      const text = missing(this.marking, this.attribute.title);
      if (text) this.#warn(text);
      else if (last) this.#finish();
      else this.#step("rate");
    };
    return element("div", {}, this.extents.panel,
      element("div", { class: "go" }, button(last ? "Finish" : "Go on to rating", go, { class: "primary" })));
  }

  // -- what is saved -------------------------------------------------------------------------------------------------

  #save(kind, operation = {}, reason = "") {
    const state = { ...this.sent, extent: { ...this.marking.extent }, masks: this.marking.runs(), reason };
    const viewport = [Math.round(innerWidth), Math.round(innerHeight)];
    this.saves.push({ kind, operation, state, seconds: this.clock.seconds, viewport, zoom: Math.round(1000 * this.board.view.zoom) / 1000 });
  }

  #saveMarks(kind, operation) {
    if (operation?.refused) this.#warn(operation.refused);
    if (!operation || operation.refused) return this.extents.update();
    this.#warn("");
    this.#save(kind, operation);
    return this.#update();
  }

  #saveRatings() {
    for (const kind of this.given.overall ? ["rating", "overall"] : ["rating"]) {
      if (this.sent[kind] === this.values[kind]) continue;
      this.sent[kind] = this.values[kind];
      this.#save(kind, { value: this.values[kind] });
    }
  }

  #turn(kind) {
    if (this.drawing.drawing || this.board.outline.length) this.drawing.cancel();
    if (!this.marking[kind]()) return;
    this.board.changed();
    this.#save(kind);
    this.#update();
    say(kind === "undo" ? "undone" : "done again");
  }

  #update() {
    this.extents.update();
    this.tools.update();
    this.board.changed();
  }

  async #finish() {
    this.#save("finish");
    const answer = await this.#drained();
    if (!answer) return;
    const marked = this.marking.runs();
    this.#end();
    if (answer.feedback) await feedback(this.app, this.image, marked, answer.feedback);
    this.resolve();
  }

  async #skip() {
    const reason = await askReason();
    if (!reason) return;
    this.#save("skip", {}, reason);
    if (!(await this.#drained())) return;
    this.#end();
    this.resolve();
  }

  async #drained() {
    this.panel.inert = true;
    try {
      return await this.saves.drained();
    } catch {
      return null; // it was said
    } finally {
      this.panel.inert = false;
    }
  }

  #end() {
    this.#stop.abort();
    this.clock.end();
    this.board.end();
  }

  // -- what is said -----------------------------------------------------------------------------------------------

  #tell(state, text) {
    if (this.state.dataset.state !== state) say(text);
    this.state.dataset.state = state;
    this.state.textContent = text;
    if (state !== "conflict" && state !== "refused") return;
    this.drawing.cancel();
    this.#warn(text, button("Reload", () => location.reload()));
  }

  #warn(text, ...more) {
    this.warning.replaceChildren(text, ...more);
  }

  #showZoom() {
    this.zoom.textContent = `${Math.round(100 * this.board.view.zoom)} %`;
  }
}

function keys() {
  const rows = SHORTCUTS.map(([key, text]) => element("div", {}, element("dt", {}, key), element("dd", {}, text)));
  return element("details", { class: "keys" }, element("summary", {}, "Keyboard"),
    element("p", { id: "keys" }, "While the photograph has the focus, these keys draw on it."), element("dl", {}, ...rows));
}
