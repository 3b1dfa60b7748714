// Tables: ratings, the leaderboard, files.

// -- tables -----------------------------------------------------------------------------------------------------------

function listPredictions(shown) {
  const models = [...new Set(shown.map((column) => column.model))];
  const head = ["photograph", "people", ...models].map((name) => element("th", { scope: "col" }, name));
  const rows = ordered().map(({ photograph }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, photograph.id),
      element("td", {}, number(photograph.ratings[state.attribute])),
      ...models.map((model) => element("td", {}, number(photograph.predictions[model]?.[state.attribute]))),
    ),
  );
  $("predictions").replaceChildren(element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
}

function listLeaderboard() {
  if (!told.leaderboard.length) return;
  const rows = told.leaderboard.filter((each) => each.attribute === state.attribute || each.attribute === "");
  const metrics = [...new Set(rows.map((each) => each.metric))];
  const chosen = metrics.includes($("metric").value) ? $("metric").value : metrics.includes("nss") ? "nss" : metrics[0];
  $("metric").replaceChildren(...metrics.map((name) => element("option", { selected: name === chosen }, name)));
  const shown = rows.filter((each) => each.metric === chosen);
  const ends = shown.flatMap((each) => [each.value, each.low, each.high]).filter((value) => value !== null);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const head = ["map", "mean", "95 %", "interval", "normalised", "against the blob"].map((name) => element("th", { scope: "col" }, name));
  const body = shown.map((each) => leader(each, low, high, shown));
  $("leaderboard").replaceChildren(element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
}

function leader(each, low, high, shown) {
  const place = (value) => 100 * ((value - low) / (high - low || 1));
  const bar = element("span", { class: "interval", "aria-hidden": true });
  for (const mark of shown.filter((other) => other.kind === "ceiling" || other.method === "centre")) {
    const line = element("i", { class: mark.kind });
    line.style.left = `${place(mark.value)}%`;
    bar.append(line);
  }
  const range = element("b");
  range.style.left = `${place(each.low ?? each.value)}%`;
  range.style.width = `${place(each.high ?? each.value) - place(each.low ?? each.value)}%`;
  const dot = element("em");
  dot.style.left = `${place(each.value)}%`;
  bar.append(range, dot);
  return element(
    "tr",
    { class: each.kind },
    element("th", { scope: "row" }, `${each.model} ${each.method}`),
    element("td", {}, number(each.value)),
    element("td", {}, `${number(each.low)} to ${number(each.high)}`),
    element("td", {}, bar),
    element("td", {}, number(each.normalised, 2)),
    element("td", {}, each.verdict),
  );
}

// -- downloads --------------------------------------------------------------------------------------------------------

function listDownloads() {
  const items = told.downloads.map((each) => {
    if (each.type === "application/pdf" && !each.base64) return element("li", {}, `${each.name}: beside this page, too large to travel in it`);
    const bytes = each.text === undefined ? bytesOf(each.base64) : new TextEncoder().encode(each.text);
    const save = () => {
      const address = URL.createObjectURL(new Blob([bytes], { type: each.type }));
      element("a", { href: address, download: each.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    };
    return element("li", {}, element("button", { type: "button", onclick: save }, each.name));
  });
  $("downloads").replaceChildren(...items);
}
