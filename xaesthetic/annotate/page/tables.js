// The administrator's tables.

import { button, element } from "./elements.js";

/** Everybody: invited, consented, how far; `admin` renews and withdraws, null where the study has ended. */
export function people(annotators, admin) {
  const rows = annotators.map(({ pseudonym, invited, consented, done, total, excluded, last }) => [
    pseudonym, invited ? (consented ? "takes part" : "invited") : "no invitation", bar(done, total, pseudonym), excluded ? "excluded" : "", last || "–",
    admin ? element("span", { class: "group" }, button("New link …", () => admin.renew(pseudonym), { "aria-label": `New link for ${pseudonym}` }),
      invited ? button("Withdraw …", () => admin.withdraw(pseudonym), { "aria-label": `Withdraw the invitation of ${pseudonym}` }) : null) : "",
  ]);
  return table("Annotators", ["name", "state", "done", "", "last day", ""], rows);
}

export function photographs(rows) {
  return table("Photographs", ["", "photograph", "attribute", "done"],
    rows.map(({ number, name, attribute, done, wanted }) => [String(number), name, attribute.replaceAll("_", " "), bar(done, wanted, `${name}, ${attribute}`)]));
}

/** The least agreed upon first, with its photograph. */
export function disagreement(rows, photographs, most = 24) {
  if (!rows.length) return element("p", { class: "quiet" }, "Nothing to compare yet: two people at least have to mark the same photograph.");
  const names = new Map(photographs.map(({ number, name }) => [number, name]));
  return element("ul", { class: "cards" }, ...rows.slice(0, most).map(({ photograph, attribute, sign, dice, annotators }) => {
    const value = dice === null ? "one region only" : `Dice ${dice.toFixed(2)}`;
    const name = names.get(photograph) ?? `photograph ${photograph}`;
    return element("li", {}, element("img", { src: `/api/admin/photographs/${photograph}`, alt: name, loading: "lazy" }),
      element("strong", {}, value), element("span", {}, `${attribute.replaceAll("_", " ")}, ${sign}`), element("span", { class: "quiet" }, `${name}; ${annotators} drew a region`));
  }));
}

function bar(done, total, name) {
  return element("span", { class: "group" }, element("progress", { max: total || 1, value: done, "aria-label": name }), `${done} of ${total}`);
}

function table(label, head, rows) {
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${label}` },
    element("table", {}, element("thead", {}, element("tr", {}, ...head.map((text) => (text ? element("th", { scope: "col" }, text) : element("td"))))),
      element("tbody", {}, ...rows.map(([first, ...cells]) => element("tr", {}, element("th", { scope: "row" }, first), ...cells.map((cell) => element("td", {}, cell)))))));
}
