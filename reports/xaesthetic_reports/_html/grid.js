// The grid: a row a photograph, a column a model and method.

// -- one map over its photograph --------------------------------------------------------------------------------------

/** One photograph's map of a column, in colours as the controls say; a shared scale is that of the column's maps. */
function paint(canvas, column, index, photograph) {
  const maps = grids.get(column.index);
  const grid = maps[index];
  const limits = limitsOf(state.scale === "shared" ? maps : [grid], state.values);
  const context = canvas.getContext("2d");
  context.putImageData(coloured(grid, limits, palettes[state.values], canvas.width, canvas.height), 0, 0);
  canvas.dataset.low = limits[0];
  canvas.dataset.high = limits[1];
  drawPeople(context, canvas, photograph);
}

async function drawPeople(context, canvas, photograph) {
  const there = state.people === "none" ? null : people(photograph);
  const strip = there && there[state.people === "contour" ? "density" : "disagreement"];
  if (!strip) return;
  if (!unpacked.has(strip)) unpacked.set(strip, unpack({ ...strip, low: [0], high: [1] }));
  const [grid] = await unpacked.get(strip);
  const { width, height } = canvas;
  for (const [x, y] of contour(grid, 0.2, width, height)) {
    context.fillStyle = "black";
    context.fillRect(x - 1, y - 1, 3, 3);
  }
  for (const [x, y] of contour(grid, 0.2, width, height)) {
    context.fillStyle = state.people === "contour" ? "white" : "#ff8c00";
    context.fillRect(x, y, 1, 1);
  }
  canvas.dataset.people = state.people;
}

function canvasFor(photograph, longest) {
  const factor = longest / Math.max(photograph.width, photograph.height);
  const size = { width: Math.round(photograph.width * factor), height: Math.round(photograph.height * factor) };
  return element("canvas", { ...size, "aria-hidden": true });
}

// -- the grid ---------------------------------------------------------------------------------------------------------

const waiting = new IntersectionObserver(
  (entries) => {
    for (const entry of entries)
      if (entry.isIntersecting) {
        waiting.unobserve(entry.target);
        entry.target.draw();
      }
  },
  { rootMargin: "400px" },
);

async function show() {
  const shown = columns();
  const all = await Promise.all(shown.map(mapsOf));
  grids.clear();
  shown.forEach((column, index) => grids.set(column.index, all[index]));
  waiting.disconnect();
  const head = element("tr", {}, element("th", { scope: "col" }, "photograph"), ...shown.map(heading));
  const body = ordered().map(({ photograph, index }) => row(photograph, index, shown));
  $("grid").replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
  $("grid").dataset.attribute = state.attribute;
  document.documentElement.style.setProperty("--columns", shown.length + 1);
  drawLegend();
  listPredictions(shown);
  listLeaderboard();
  const title = told.attributes.find((each) => each.name === state.attribute).title;
  $("said").textContent = `${title}: ${told.photographs.length} photographs, ${shown.length} maps each`;
}

function heading(column) {
  const verdict = told.specificity.find((each) => each.model === column.model && each.method === column.method);
  return element(
    "th",
    { scope: "col" },
    element("span", { class: "model" }, column.model),
    element("span", { class: "method" }, column.method),
    element("span", { class: "verdict", "data-warns": verdict?.warns ?? false }, verdict ? verdict.verdict : ""),
  );
}

function row(photograph, index, shown) {
  const rating = photograph.ratings[state.attribute];
  const original = element(
    "th",
    { scope: "row" },
    element("img", { src: photograph.src, alt: "", loading: "lazy" }),
    element("span", { class: "name" }, photograph.name),
    element("span", { class: "edit" }, photograph.edit),
    element("span", { class: "rating" }, rating === undefined ? "" : `people ${number(rating, 2)}`),
  );
  return element("tr", { "data-index": index }, original, ...shown.map((column) => cell(photograph, index, column)));
}

function cell(photograph, index, column) {
  const prediction = photograph.predictions[column.model]?.[state.attribute];
  const canvas = canvasFor(photograph, 200);
  const button = element(
    "button",
    {
      type: "button",
      class: "map",
      "aria-label": `${titleOf(photograph)}, ${nameOf(column)}, rated ${number(prediction, 2)}: enlarge`,
      onclick: () => enlargeRow(index),
    },
    element("img", { src: photograph.src, alt: "", loading: "lazy" }),
    canvas,
    element("span", { class: "score", "aria-hidden": true }, number(prediction, 2)),
  );
  button.draw = () => {
    paint(canvas, column, index, photograph);
    button.classList.add("drawn");
  };
  waiting.observe(button);
  return element("td", {}, button);
}

// -- what the colours mean --------------------------------------------------------------------------------------------

const ENDS = {
  range: ["least", "most"],
  rectified: ["0 or less", "most"],
  signed: ["takes away", "0", "adds"],
};

function drawLegend() {
  const canvas = $("legend-colors");
  const picture = new ImageData(256, 1);
  picture.data.set(palettes[state.values]);
  canvas.getContext("2d").putImageData(picture, 0, 0);
  $("legend-ends").replaceChildren(...ENDS[state.values].map((each) => element("span", {}, each)));
}
