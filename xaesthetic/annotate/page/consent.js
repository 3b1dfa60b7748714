// The consent, before the first photograph. The text is the study's; it is put in as text.

import { button, element, say, show } from "./elements.js";

/** Ask; true where somebody takes part. */
export function consent(app, { version, text, age, contact, withdraw_days: days }) {
  return new Promise((resolve) => {
    const old = box(`I am ${age} years old or older.`);
    const agreed = box("I have read this, and I agree to take part.");
    const share = box("When the study has ended, the others who took part may see my regions, without my name. (You can take part without this.)");
    const warning = element("p", { class: "warning", role: "alert" });

    async function agree() {
      if (!old.input.checked || !agreed.input.checked) {
        warning.textContent = "Please tick the first two boxes, or decline.";
        return;
      }
      try {
        resolve(await app.api.post("/api/consent", { version, age: true, share: share.input.checked }));
      } catch (error) {
        warning.textContent = error.message;
      }
    }

    async function decline() {
      try {
        await app.api.post("/api/decline", {});
        say("declined");
        resolve(null);
      } catch (error) {
        warning.textContent = error.message;
      }
    }

    show(app.main,
      element("h1", {}, "Before you begin"),
      ...text.split(/\n\s*\n/).map((paragraph) => element("p", { class: "text" }, paragraph)),
      days ? element("p", {}, `You can withdraw within ${days} days after today; all that you marked is then deleted.`) : null,
      contact ? element("p", {}, `Questions: ${contact}`) : null,
      element("div", { class: "panel" }, old.label, agreed.label, share.label),
      warning,
      element("div", { class: "go" }, button("Decline", decline), button("Take part", agree, { class: "primary" })));
  });
}

function box(text) {
  const input = element("input", { type: "checkbox" });
  return { input, label: element("label", { class: "box" }, input, element("span", {}, text)) };
}
