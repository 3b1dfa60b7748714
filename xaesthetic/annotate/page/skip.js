// Why a task is skipped.

import { button, choices, element } from "./elements.js";

const REASONS = ["I cannot see the photograph well enough", "The attribute makes no sense for this photograph",
  "I know the photograph or its people", "The photograph disturbs me", "another reason"];

/** Ask for a reason; empty where somebody thinks better of it. */
export function askReason() {
  let reason = "";
  const text = element("input", { type: "text", maxlength: 300, id: "reason" });
  const options = REASONS.map((value) => ({ value, text: value }));
  const list = choices("Why do you skip this one?", "skip", options, (value) => {
    reason = value;
    go.disabled = false;
  });
  list.classList.add("list");
  const go = button("Skip it", () => close([reason, text.value.trim()].filter(Boolean).join(": ")), { class: "primary", disabled: true });
  const box = element("dialog", { "aria-label": "Skip this one" }, list,
    element("label", { class: "field", for: "reason" }, "More about it, if you like"), text,
    element("div", { class: "go" }, button("Back to the task", () => close("")), go));
  let close = () => {};
  return new Promise((resolve) => {
    close = (value) => {
      box.remove();
      resolve(value);
    };
    box.addEventListener("close", () => close(""));
    document.body.append(box);
    box.showModal();
  });
}
