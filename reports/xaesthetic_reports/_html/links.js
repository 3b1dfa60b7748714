// Links: what is shown, written behind the # of the page's address, and read there.

const KEPT = /[^\w.~ -]/gu; // what is written as it is, but for the space

const written = (text) => text.replace(KEPT, encodeURIComponent).replaceAll(" ", "+");

/** Where a page is left as it is: nothing behind the #, or the name of one of its parts. */
const isPlace = (hash) => !hash.includes("=");

/** Names with their values, or lists of them, as they stand behind the #. */
export function hashOf(view) {
  const choices = view.map(([name, values]) => `${name}=${[values].flat().map(written).join(",")}`);
  return `#${choices.join("&")}`;
}

/** What a part of an address says; as it stands there where nobody can read it. */
export function read(value) {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return value;
  }
}

/** What stands behind the #: a list of values for each name, the last that is given; null where it is a place of the page. */
export function viewIn(hash) {
  const text = hash.replace(/^#/, "");
  if (isPlace(text)) return null;
  const parts = text.split("&").filter(Boolean);
  const cut = (part) => [...part.split(/=(.*)/s), ""];
  return new Map(parts.map(cut).map(([name, values]) => [read(name), values.split(",").map(read)]));
}
