// What practice says: one's region, and the one that was expected.

import { button, element, show } from "./elements.js";
import { still } from "./photograph.js";

export function feedback(app, image, marked, { dice, passed, expected, text, sign = "raises" }) {
  return new Promise((resolve) => {
    show(app.main,
      element("p", { class: "kicker" }, "Practice"),
      element("h1", {}, passed ? "Well done" : "Not quite"),
      element("p", {}, text),
      element("p", { class: "quiet" }, `Agreement with the expected region: ${dice.toFixed(2)} of 1.`),
      element("div", { class: "pair" }, still(image, marked, "What you marked"), still(image, { [sign]: expected }, `What was expected (${sign} it)`)),
      element("div", { class: "go" }, button("Go on", resolve, { class: "primary" })));
  });
}
