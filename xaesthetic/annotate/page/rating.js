// The ratings: one button a step, from the lowest to the highest, with words at the ends; and the overall one, from 1 to 5.

import { button, choices, choose, element } from "./elements.js";

const OVERALL = ["very poor", "poor", "fair", "good", "very good"];
const MOST = 21; // buttons; a finer scale gets a field for a number

/** The steps of a scale with their words. Exact: each is counted from the lowest, never added up. */
export function steps({ low, high, step }) {
  const number = Math.round((high - low) / step) + 1;
  const middle = (number - 1) / 2;
  return Array.from({ length: number }, (_, index) => {
    const value = Number((low + index * step).toPrecision(12));
    return { value, text: signed(value, low), note: word(index, number, middle, low) };
  });
}

const signed = (value, low) => `${value < 0 ? "−" : low < 0 && value > 0 ? "+" : ""}${Math.abs(value)}`;

function word(index, number, middle, low) {
  const ends = low < 0 ? ["negative", "neutral", "positive"] : ["lowest", "", "highest"];
  if (index === 0) return ends[0];
  if (index === number - 1) return ends[2];
  return index === middle ? ends[1] : "";
}

/** The form; `values` is {rating, overall}, `done(values)` hears when the button is pressed and nothing is missing. */
export function ratingForm({ attribute, overall, values, text, done, say, back }) {
  const chosen = { ...values };
  const scale = steps(attribute);
  const rating =
    scale.length <= MOST
      ? choices(`How do you rate it: ${attribute.title}?`, "rating", scale, (value) => (chosen.rating = Number(value)))
      : number(attribute, chosen);
  choose(rating, chosen.rating);
  const votes = OVERALL.map((note, index) => ({ value: index + 1, text: String(index + 1), note }));
  const whole = overall ? choices("And the photograph as a whole?", "overall", votes, (value) => (chosen.overall = Number(value))) : null;
  if (whole) choose(whole, chosen.overall);

  function submit() {
    if (chosen.rating === null || chosen.rating === undefined) return say(`Please rate it first: ${attribute.title}.`);
    if (overall && !chosen.overall) return say("Please rate the photograph as a whole, too.");
    return done(chosen);
  }

  const buttons = element("div", { class: "go" }, back, button(text, submit, { class: "primary" }));
  return element("div", { class: "panel rate" }, rating, whole, buttons);
}

function number({ low, high, step, title }, chosen) {
  const input = element("input", {
    type: "number", id: "rating", min: low, max: high, step, inputmode: "decimal", value: chosen.rating ?? "",
    onchange: () => (chosen.rating = input.value !== "" && input.validity.valid ? Number(input.value) : null),
  });
  return element("fieldset", { class: "choices" }, element("legend", {}, `How do you rate it: ${title}?`),
    element("label", { for: "rating" }, `${low} to ${high}`), input);
}
