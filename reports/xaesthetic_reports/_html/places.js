// What is shown, to and from the page's address.

import { $ } from "./elements.js";
import { hashOf, viewIn } from "./links.js";
import { chosenColumns, nameOf, PHOTOGRAPH, picked, state } from "./state.js";

export const CHOSEN = ["attribute", "sort", "size", "scale", "values", "drawn", "people", "fade", "filter"]; // of a control's options
export const TYPED = ["search", "from", "to"];
export const LOOKS = ["theme", "opacity"]; // what changes no picture
const KINDS = { models: "model", methods: "method" };

function namesOf(kind) {
  return [...new Set(state.data.columns.map((column) => column[kind]))];
}

/** Write it into the address, so that the address can be sent; what is as it was at first is left out. What the browser's
 * back button shall undo is a step: another attribute, and a photograph shown large, which is then what closes it. */
export function writeLink(step = "") {
  const { choice, first, view } = state;
  const changed = [...CHOSEN, ...TYPED, ...LOOKS].filter((key) => key === "attribute" || choice[key] !== first[key]);
  const parts = changed.map((key) => [key, choice[key]]);
  for (const [key, kind] of Object.entries(KINDS)) {
    const names = namesOf(kind);
    const shown = names.filter((name) => !choice.hidden.has(name));
    if (shown.length < names.length) parts.push([key, shown]);
  }
  if ($("large").open) {
    parts.push(["photo", state.data.photographs[view.index].id]);
    parts.push(["large", [...(view.picks ?? picked().map((column) => (column ? nameOf(column) : PHOTOGRAPH)))]]);
  }
  if (step) history.pushState({ step }, "", hashOf(parts));
  else history.replaceState(history.state, "", hashOf(parts));
}

/** Whether going back closes the photograph that is shown large. */
export const opensHere = () => history.state?.step === "large";

/** Take what is shown from the address: the index of the photograph that is to be large, if any; null where the address
 * is that of a part of the page; an empty one is the page as it was at first. What it names and is not here is kept in `state.unknown`, and has no effect. */
export function readLink() {
  const link = location.hash ? viewIn(location.hash) : new Map();
  if (!link) return null;
  const { choice, first, view } = state;
  Object.assign(choice, first, { hidden: new Set() });
  if (link.has("photo")) Object.assign(view, { picks: null }); // else what was picked stays for the next one
  state.unknown = [];
  let photo = -1;
  for (const [key, values] of link) {
    if (CHOSEN.includes(key) || key === "theme") choose(key, values);
    else if (TYPED.includes(key)) type(key, values);
    else if (key === "opacity") slide(key, values);
    else if (Object.hasOwn(KINDS, key)) hide(key, values);
    else if (key === "photo") photo = photographIn(values);
    else if (key === "large") pickThose(values);
    else state.unknown.push(key);
  }
  if (!chosenColumns().length) choice.hidden.clear(); // something is always shown
  return { photo };
}

const isOption = (key, value) => [...$(key).options].some((option) => option.value === value && !option.disabled);

function choose(key, values) {
  if (isOption(key, values[0])) state.choice[key] = values[0];
  else state.unknown.push(`${key} ${values[0]}`);
}

function type(key, values) {
  const text = values.join(",");
  if (key === "search" || Number.isFinite(Number(text))) state.choice[key] = text;
  else state.unknown.push(`${key} ${text}`);
}

/** A number between the ends of its control. */
function slide(key, [text]) {
  const { min, max } = $(key);
  if (text.trim() && Number(text) >= Number(min) && Number(text) <= Number(max)) state.choice[key] = text;
  else state.unknown.push(`${key} ${text}`);
}

/** All but those that are named. */
function hide(key, values) {
  const known = namesOf(KINDS[key]);
  const wanted = values.filter((name) => known.includes(name));
  state.unknown.push(...values.filter((name) => !known.includes(name)).map((name) => `${KINDS[key]} ${name}`));
  if (wanted.length) for (const name of known) if (!wanted.includes(name)) state.choice.hidden.add(name);
}

function photographIn([id]) {
  const index = state.data.photographs.findIndex((photograph) => photograph.id === id);
  if (index < 0) state.unknown.push(`photo ${id}`);
  return index;
}

function pickThose(values) {
  const known = [PHOTOGRAPH, ...state.data.columns.map(nameOf)];
  const wanted = values.filter((name) => known.includes(name));
  state.unknown.push(...values.filter((name) => !known.includes(name)).map((name) => `map ${name}`));
  if (wanted.length) state.view.picks = new Set(wanted);
}
