// A question before something that cannot be taken back.

import { button, element } from "./elements.js";

/** Ask; null for no, {ticked} for yes. `tick` is the text of a box that may be ticked with it. */
export function confirm(title, text, yes, tick = "") {
  return new Promise((resolve) => {
    const box = tick ? element("input", { type: "checkbox" }) : null;
    const dialog = element("dialog", { "aria-label": title }, element("h2", {}, title), element("p", {}, text),
      box ? element("label", { class: "box" }, box, element("span", {}, tick)) : null,
      element("div", { class: "go" }, button("No", () => finish(null)), button(yes, () => finish({ ticked: box?.checked ?? false }), { class: "primary" })));
    function finish(answer) {
      dialog.remove();
      resolve(answer);
    }
    dialog.addEventListener("close", () => finish(null));
    document.body.append(dialog);
    dialog.showModal();
  });
}
