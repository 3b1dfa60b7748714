// The grid: a row a photograph, a column a model and method.

// -- one map over its photograph --------------------------------------------------------------------------------------

/** One photograph's map of a column, in colours as the controls say; a shared scale is that of the column's maps. */
function paint(canvas, column, index, photograph) {
  const maps = grids.get(column.index);
  const grid = maps[index];
  const limits = grid.low === null ? [0, 0] : limitsOf(state.scale === "shared" ? maps : [grid], state.values);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.putImageData(coloured(grid, limits, palettes[state.values], canvas.width, canvas.height), 0, 0);
  canvas.dataset.low = limits[0];
  canvas.dataset.high = limits[1];
  canvas.people?.remove();
  canvas.people = drawPeople(canvas, photograph);
}

/** A canvas of its own after a map's, which does not fade with it: the line around where people looked, or disagree. */
function drawPeople(canvas, photograph) {
  const there = state.people === "none" ? null : people(photograph);
  const strip = there && there[state.people === "contour" ? "density" : "disagreement"];
  if (!strip) return null;
  const over = element("canvas", { width: canvas.width, height: canvas.height, "aria-hidden": true });
  const color = state.people === "contour" ? "white" : "#ff8c00";
  const kind = state.people;
  if (!unpacked.has(strip)) unpacked.set(strip, unpack({ ...strip, low: [0], high: [1] }));
  unpacked.get(strip).then(([grid]) => {
    if (canvas.people !== over) return; // painted again meanwhile
    const context = over.getContext("2d", { willReadFrequently: true });
    const edge = contour(grid, 0.2, over.width, over.height);
    for (const [x, y] of edge) context.fillRect(x - 1, y - 1, 3, 3); // black
    context.fillStyle = color;
    for (const [x, y] of edge) context.fillRect(x, y, 1, 1);
    over.className = `people ${canvas.className}`;
    over.dataset.people = kind;
    canvas.after(over);
  });
  return over;
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
  { rootMargin: "150px" },
);

let shows = 0; // a later choice overtakes one whose maps are still decoded

async function show() {
  const turn = ++shows;
  const shown = columns();
  const all = await Promise.all(shown.map(mapsOf));
  if (turn !== shows) return;
  grids.clear();
  shown.forEach((column, index) => grids.set(column.index, all[index]));
  current = { attribute: state.attribute, shown };
  waiting.disconnect();
  const head = element("tr", {}, element("th", { scope: "col" }, "photograph"), ...shown.map(heading));
  const body = ordered().map(({ photograph, index }) => row(photograph, index, shown));
  $("grid").replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
  $("grid").dataset.attribute = state.attribute;
  document.documentElement.style.setProperty("--columns", shown.length + 1);
  drawLegend();
  listPredictions(shown);
  listLeaderboard();
  const by = ["high", "low", "error"].includes(state.sort) ? `, in the order of ${models()[0]}` : "";
  const none = shown.length ? "" : "; no model that is shown rates it";
  $("said").textContent =
    `${titleOfAttribute(state.attribute)}: ${told.photographs.length} photographs, ${shown.length} maps each${by}${none}`;
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

const made = new Map(); // rows and cells, made once: pictures stay decoded when the attribute changes

/** A photograph's row, with the cells that are shown. */
function row(photograph, index, shown) {
  if (!made.has(index)) made.set(index, newRow(photograph, index));
  const { line, original, rating, cells } = made.get(index);
  const rated = photograph.ratings[state.attribute];
  rating.textContent = rated === undefined ? "" : `people ${number(rated, 2)}`;
  for (const column of shown)
    if (!cells.has(column.index)) cells.set(column.index, newCell(photograph, index, column));
  const there = shown.map((column) => cells.get(column.index));
  for (const each of there) each.renew();
  line.replaceChildren(original, ...there.map((each) => each.place));
  return line;
}

function newRow(photograph, index) {
  const rating = element("span", { class: "rating" });
  const original = element(
    "th",
    { scope: "row" },
    element("img", { src: addressOf(photograph), alt: "", loading: "lazy" }),
    element("span", { class: "name" }, photograph.name),
    element("span", { class: "edit" }, photograph.edit),
    rating,
  );
  return { line: element("tr", { "data-index": index }), original, rating, cells: new Map() };
}

function newCell(photograph, index, column) {
  const canvas = canvasFor(photograph, 200);
  const score = element("span", { class: "score", "aria-hidden": true });
  const picture = element("img", { src: addressOf(photograph), alt: "", loading: "lazy" });
  const button = element("button", { type: "button", class: "map", onclick: () => enlargeRow(index) }, picture, canvas, score);
  button.draw = () => {
    paint(canvas, column, index, photograph);
    button.classList.add("drawn");
  };
  /** For what is chosen now: its map is drawn when it comes into sight. */
  const renew = () => {
    const prediction = number(photograph.predictions[column.model]?.[state.attribute], 2);
    score.textContent = prediction;
    button.setAttribute("aria-label", `${titleOf(photograph)}, ${nameOf(column)}, rated ${prediction}: enlarge`);
    button.classList.remove("drawn");
    canvas.people?.remove();
    canvas.people = null;
    waiting.observe(button);
  };
  return { place: element("td", {}, button), renew };
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
