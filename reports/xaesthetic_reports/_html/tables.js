// Tables: ratings, the leaderboard, files.

import { bytesOf, number, percent, rating, under } from "./arithmetic.js";
import { $, element } from "./elements.js";
import { nameOf, order, rangeOf, ratingOf, state } from "./state.js";

function headings(names) {
  const cells = names.map((name) => element("th", { scope: "col" }, name));
  return element("thead", {}, element("tr", {}, ...cells));
}

export function listPredictions(columns) {
  const { attribute } = state.choice;
  const models = [...new Set(columns.map((column) => column.model))];
  const rows = order().map((index) => {
    const photograph = state.data.photographs[index];
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, photograph.id),
      element("td", {}, rating(under(photograph.ratings, attribute), rangeOf(attribute, ""))),
      ...models.map((model) => element("td", {}, rating(ratingOf(photograph, model, attribute), rangeOf(attribute, model)))),
    );
  });
  sayRanges(models);
  $("predictions").replaceChildren(headings(["photograph", "people", ...models]), element("tbody", {}, ...rows));
}

/** Whose ratings have which range, where one is declared. */
function sayRanges(models) {
  const declared = [["people", ""], ...models.map((model) => [model, model])].flatMap(([name, model]) => {
    const range = rangeOf(state.choice.attribute, model);
    return range ? [`${name}, ${range.about}`] : [];
  });
  const mark = "; ! stands behind a rating outside of it.";
  $("ranges").textContent = declared.length ? `Declared range: ${declared.join("; ")}${mark}` : "";
}

export function listLeaderboard() {
  const { leaderboard } = state.data;
  if (!leaderboard.length) return;
  const rows = leaderboard.filter((row) => row.attribute === state.choice.attribute || row.attribute === "");
  const metrics = [...new Set(rows.map((row) => row.metric))];
  const chosen = metrics.includes($("metric").value) ? $("metric").value : metrics.includes("nss") ? "nss" : metrics[0];
  $("metric").replaceChildren(...metrics.map((name) => element("option", { selected: name === chosen }, name)));
  const shown = rows.filter((row) => row.metric === chosen);
  const ends = shown.flatMap((row) => [row.value, row.low, row.high]).filter((value) => value !== null);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const marks = shown.filter((row) => row.kind === "ceiling" || row.method === "centre");
  const body = shown.map((row) => leader(row, marks, (value) => percent(value, low, high)));
  const head = headings(["map", "mean", "95 %", "interval", "normalised", "against the blob"]);
  $("leaderboard").replaceChildren(head, element("tbody", {}, ...body));
}

function leader(row, marks, place) {
  return element(
    "tr",
    { class: row.kind },
    element("th", { scope: "row" }, nameOf(row)),
    element("td", {}, number(row.value)),
    element("td", {}, `${number(row.low)} to ${number(row.high)}`),
    element("td", {}, interval(row, marks, place)),
    element("td", {}, number(row.normalised, 2)),
    element("td", {}, row.verdict),
  );
}

/** A mean with its interval, and lines for the blob and for people. */
function interval(row, marks, place) {
  const bar = element("span", { class: "interval", "aria-hidden": true });
  for (const mark of marks.filter(({ value }) => value !== null)) {
    const line = element("i", { class: mark.kind });
    line.style.left = `${place(mark.value)}%`;
    bar.append(line);
  }
  if (row.value === null) return bar; // it has no place
  const range = element("b");
  const from = place(row.low ?? row.value);
  range.style.left = `${from}%`;
  range.style.width = `${place(row.high ?? row.value) - from}%`;
  const dot = element("em");
  dot.style.left = `${place(row.value)}%`;
  bar.append(range, dot);
  return bar;
}

export function listDownloads() {
  const items = state.data.downloads.map(({ name, type, text, base64, note }) => {
    const bytes = text === undefined ? bytesOf(base64) : new TextEncoder().encode(text);
    const save = () => {
      const address = URL.createObjectURL(new Blob([bytes], { type }));
      element("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    };
    return element("li", {}, element("button", { type: "button", onclick: save }, name), note ? ` ${note}` : "");
  });
  $("downloads").replaceChildren(...items);
}
