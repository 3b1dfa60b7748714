// The board by keyboard: a cursor that draws, and a letter for every tool. The letters act while the board has the focus, so
// that they never fight with a screen reader or with typing.

export const SHORTCUTS = [
  ["arrows", "move the cursor (with Shift: one pixel)"],
  ["Enter", "put the brush down, lift it; set a corner; fill"],
  ["C", "close the polygon"],
  ["Backspace", "take the last corner back"],
  ["Escape", "give up what is under way"],
  ["R, L", "mark what raises, what lowers"],
  ["S", "subtract, or mark again"],
  ["B, P, F", "brush, polygon, fill"],
  ["[ and ]", "smaller, larger brush"],
  ["Z, Y", "undo, redo (also Ctrl Z, Ctrl Shift Z)"],
  ["+, −, 0", "zoom in, out, fit"],
  ["O", "hide or show what is marked"],
  ["space and drag", "move the picture; also two fingers, or the middle button"],
];

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 10; // CSS pixels

export function listen(board, drawing, actions) {
  let space = false;
  const { canvas } = board;

  function go([dx, dy], fine) {
    const step = fine ? 1 : Math.max(1, Math.round(STEP / board.view.scale));
    const [x, y] = cursor();
    const hold = (value, most) => Math.max(0.5, Math.min(most - 0.5, value));
    board.cursor = [hold(x + dx * step, board.marking.width), hold(y + dy * step, board.marking.height)];
    drawing.move(board.cursor);
    board.view.reveal(...board.cursor);
    board.draw();
  }

  /** Where the keyboard's cursor is; it begins in the middle, in the middle of a pixel. */
  function cursor() {
    const { width, height } = board.marking;
    board.cursor ??= [Math.floor(width / 2) + 0.5, Math.floor(height / 2) + 0.5];
    return board.cursor;
  }

  function enter() {
    if (drawing.drawing) drawing.release();
    else drawing.press(cursor());
  }

  const keys = {
    Enter: enter, c: () => drawing.close(), Backspace: () => drawing.withdraw(), Escape: () => drawing.cancel(),
    r: () => actions.sign("raises"), l: () => actions.sign("lowers"), s: () => actions.subtract(),
    b: () => actions.tool("brush"), p: () => actions.tool("polygon"), f: () => actions.tool("fill"),
    "[": () => actions.size(1 / 1.25), "]": () => actions.size(1.25),
    z: () => actions.undo(), y: () => actions.redo(), o: () => actions.hide(),
  };
  const always = { "+": () => actions.zoom(1.5), "=": () => actions.zoom(1.5), "-": () => actions.zoom(1 / 1.5), 0: () => actions.fit() };

  canvas.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      space = true;
      event.preventDefault();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const draws = MOVES[name] ? () => go(MOVES[name], event.shiftKey) : keys[name];
    const act = always[name] ?? (actions.enabled() ? draws : null);
    if (!act || (event.repeat && name === "Enter")) return;
    event.preventDefault();
    act();
  });
  canvas.addEventListener("keyup", (event) => {
    if (event.key === " ") space = false;
  });
  canvas.addEventListener("blur", () => {
    space = false;
    drawing.release(); // a brush that is down is lifted, not forgotten
    board.cursor = null;
    board.draw();
  });
  return () => space;
}

/** Ctrl Z and its kin, wherever the focus is. */
export function listenForUndo(actions, signal) {
  addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key) || !actions.enabled()) return;
    if (event.target.matches?.("textarea, input[type=text]")) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) actions.redo();
    else actions.undo();
  }, { signal });
}
