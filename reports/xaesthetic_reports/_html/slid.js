// What the edit slider says in words, numbers and lines; `slider.js` shows the pictures.

import { number, under } from "./arithmetic.js";
import { $, drawing, element, folding } from "./elements.js";
import { lineOf } from "./steps.js";

export const titleIn = (data, name) => data.attributes.find((attribute) => attribute.name === name)?.title ?? name;

/** What the edit does, whom it was taught to, whose region it keeps to. */
export function tell({ slider, photograph, edit }) {
  const { fitted } = edit;
  const taught = fitted.length
    ? `${fitted.join(", ")} ${fitted.length === 1 ? "was" : "were"} fitted on edits of this kind: that ratings follow it says little about photographs that nobody edited.`
    : "No model here says that it was fitted on edits of this kind.";
  const subject = { drawn: "The outline was drawn by hand.", marked: "The outline is what most people marked." };
  const from = subject[photograph.subject] ?? `The outline is a guess of the network ${photograph.subject}; look whether it fits.`;
  const seen = photograph.seen.length ? `The photograph was seen in training by ${photograph.seen.join(", ")}.` : "";
  $("slider-about").textContent = [edit.does, taught, from, seen, photograph.credit].filter(Boolean).join(" ");
  const left = slider.not_followed.length ? ` Not made for every step: ${slider.not_followed.join(", ")}.` : "";
  $("slider-scale").textContent = `The colours of a map are on one scale over all steps of this edit; its bar has the ends. A line is as high as the ratings' spread, but at least a tenth of their range.${left}`;
}

/** A model's ratings at every step: a line with a dot a step, and the numbers. */
export function listRatings({ slider, data, photograph, steps }, names) {
  const rated = names.flatMap((attribute) =>
    Object.entries(photograph.ratings)
      .filter(([, ratings]) => under(ratings, attribute))
      .map(([model, ratings]) => ({ model, attribute, values: steps.map((step) => under(ratings, attribute)[step]) })),
  );
  const head = ["model", "rating by amount", ...slider.amounts.map((amount) => number(amount, 2))];
  const cells = head.map((text, at) => element("th", { scope: "col", "data-step": at > 1 ? at - 2 : null, class: at === 1 && "line" }, text));
  const rows = rated.map(({ model, attribute, values }) => {
    const numbers = values.map((value, step) => element("td", { "data-step": step }, number(value, 2)));
    const title = element("span", { class: "kicker" }, ` ${titleIn(data, attribute)}`);
    const name = element("th", { scope: "row" }, ...folding(model), title);
    return element("tr", {}, name, element("td", { class: "line" }, chart(data, model, attribute, values)), ...numbers);
  });
  const none = element("tr", {}, element("td", {}, "no model rates it"));
  const body = element("tbody", {}, ...(rows.length ? rows : [none]));
  const caption = element("caption", {}, "Ratings as measured.");
  $("slider-ratings").replaceChildren(caption, element("thead", {}, element("tr", {}, ...cells)), body);
}

/** A line of ratings over the steps. */
export function chart(data, model, attribute, values) {
  const points = lineOf(values, 180, 40, 6, leastOf(data, model, attribute));
  const line = drawing("polyline", { points: points.map(({ x, y }) => `${x},${y}`).join(" ") });
  const dots = points.map(({ x, y, at }) => drawing("circle", { cx: x, cy: y, r: 1.8, "data-at": at }));
  return drawing("svg", { viewBox: "0 0 180 40", width: 180, height: 40, class: "chart", "aria-hidden": true }, line, ...dots);
}

/** A tenth of the range that is declared for a model's ratings of an attribute; 0 where none is. */
function leastOf(data, model, attribute) {
  const range = under(data.attributes.find(({ name }) => name === attribute)?.ranges ?? {}, model);
  return range && range.low !== null && range.high !== null ? (range.high - range.low) / 10 : 0;
}

/** The step's numbers and dots. */
export function mark(step) {
  for (const cell of $("slider-ratings").querySelectorAll("[data-step]"))
    cell.classList.toggle("now", Number(cell.dataset.step) === step);
  for (const dot of $("slider").querySelectorAll("circle"))
    dot.setAttribute("r", Number(dot.dataset.at) === step ? 5 : 1.8);
}
