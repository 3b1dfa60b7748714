// What the page knows, what is chosen, and what is to be shown for it. Everything comes out of the JSON in this file; nothing
// is fetched.

const told = JSON.parse(document.getElementById("told").textContent);
const viridis = sequence(bytesOf(told.colors));
const palettes = { range: viridis, rectified: viridis, signed: aroundZero([0, 114, 178], [213, 94, 0]) };
const $ = (id) => document.getElementById(id);
const state = {
  attribute: told.attributes[0].name, scale: told.scale, values: "range", sort: "high", people: "none",
  hidden: new Set(), // models and methods
};
const unpacked = new Map(); // a strip's maps, decoded once
const grids = new Map(); // the present attribute's maps, by column
const addresses = new Map(); // of photographs
let current = { attribute: "", shown: [] }; // what `grids` holds, and the page shows

/** An element with attributes and children; text stays text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** In so many digits; never a negative zero. */
function number(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** An address of the photograph that all pictures of it share: it is decoded once. */
function addressOf(photograph) {
  if (!addresses.has(photograph)) {
    const [head, bytes] = photograph.src.split(",");
    const type = head.slice("data:".length, head.indexOf(";"));
    addresses.set(photograph, URL.createObjectURL(new Blob([bytesOf(bytes)], { type })));
  }
  return addresses.get(photograph);
}

const titleOfAttribute = (name) => told.attributes.find((each) => each.name === name).title;
const titleOf = (photograph) => [photograph.name, photograph.edit].filter(Boolean).join(", ");
const isShown = ({ model, method }) => !state.hidden.has(model) && !state.hidden.has(method);
const columns = () =>
  told.columns
    .map((column, index) => ({ ...column, index }))
    .filter((each) => each.strips[state.attribute] && isShown(each));
const nameOf = (column) => `${column.model} ${column.method}`;
const people = (photograph) => photograph.people[state.attribute] ?? photograph.people[""];

async function mapsOf(column) {
  const strip = column.strips[state.attribute];
  if (!unpacked.has(strip)) unpacked.set(strip, unpack(strip));
  return unpacked.get(strip);
}

// -- order ------------------------------------------------------------------------------------------------------------

/** The models whose maps are shown, or all that rate where none is; the first one's ratings make the order. */
function models() {
  const shown = columns().map((column) => column.model);
  return [...new Set(shown.length ? shown : told.models.map((model) => model.key))];
}

const rating = (photograph, model) => photograph.predictions[model]?.[state.attribute] ?? null;

function disagreement(photograph) {
  const values = models().map((model) => rating(photograph, model)).filter((value) => value !== null);
  if (!values.length) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function failure(photograph, first) {
  const people = photograph.ratings[state.attribute];
  return people === undefined || rating(photograph, first) === null ? -1 : Math.abs(rating(photograph, first) - people);
}

const keys = {
  given: () => 0,
  high: (photograph, first) => -(rating(photograph, first) ?? -Infinity),
  low: (photograph, first) => rating(photograph, first) ?? Infinity,
  disagreement: (photograph) => -disagreement(photograph),
  error: (photograph, first) => -failure(photograph, first),
};

function ordered() {
  const [first] = models();
  const places = told.photographs.map((photograph, index) => ({ photograph, index, key: keys[state.sort](photograph, first) }));
  return places.sort((one, other) => (one.key === other.key ? 0 : one.key - other.key) || one.index - other.index);
}
