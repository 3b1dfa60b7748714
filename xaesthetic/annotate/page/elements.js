// Elements of the document. Text is always text: nothing here parses HTML.

export const $ = (id) => document.getElementById(id);

/** An element with attributes, listeners (`onclick`) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const button = (text, onclick, attributes = {}) => element("button", { type: "button", onclick, ...attributes }, text);

/** Radio buttons in a row: one name, one value, reached with one Tab and moved through with the arrows. */
export function choices(legend, name, options, onchange, attributes = {}) {
  const made = element("fieldset", { class: "choices", ...attributes }, element("legend", {}, legend));
  for (const { value, text, note, mark, checked } of options) {
    const input = element("input", { type: "radio", name, value, checked, onchange: () => onchange(input.value) });
    const words = [mark ? element("span", { class: `mark ${mark}`, "aria-hidden": "true" }) : null, text];
    made.append(element("label", {}, input, element("span", {}, ...words, note ? element("small", {}, note) : null)));
  }
  return made;
}

/** Choose a value of such a row, or none, as if nobody had clicked. */
export function choose(fieldset, value) {
  for (const input of fieldset.querySelectorAll("input")) input.checked = input.value === String(value ?? "");
}

/** Put a view in the place of the one before, and the reader at its beginning. */
export function show(main, ...children) {
  main.replaceChildren(...children.filter(Boolean));
  const title = main.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/** What is said aloud: to screen readers, in a region that is polite. */
export function say(text) {
  $("said").textContent = text;
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
