// Mouse, pen and touch on the board. One pointer draws; two fingers, the middle button, or a drag with the space bar move the
// picture; the wheel zooms about the pointer.

export function listen(board, drawing, { enabled, spaced, moved }) {
  const { canvas, view } = board;
  const touches = new Map(); // of the fingers that are down: where
  let panning = null; // the pointer that moves the picture, and where it was
  let stroke = null; // the pointer that draws

  const at = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const point = (event) => view.toPicture(...at(event));

  canvas.addEventListener("pointerdown", (event) => {
    canvas.focus({ preventScroll: true });
    if (event.pointerType === "touch") touches.set(event.pointerId, at(event));
    board.cursor = null;
    if (touches.size === 2) {
      stroke = null;
      drawing.cancel(); // the first finger did not mean to draw
      return;
    }
    if (event.button === 1 || (event.button === 0 && (spaced() || !enabled()))) panning = { id: event.pointerId, at: at(event) };
    else if (event.button === 0 && touches.size < 2) {
      stroke = event.pointerId;
      drawing.press(point(event));
    } else return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
  });

  canvas.addEventListener("pointermove", (event) => {
    board.pointer = event.pointerType === "touch" ? null : point(event);
    if (touches.has(event.pointerId) && touches.size === 2) pinch(event);
    else if (panning?.id === event.pointerId) {
      view.pan(at(event)[0] - panning.at[0], at(event)[1] - panning.at[1]);
      panning.at = at(event);
    } else if (stroke === event.pointerId) {
      const passed = event.getCoalescedEvents?.() ?? [];
      for (const each of passed.length ? passed : [event]) drawing.move(point(each));
    }
    board.draw();
  });

  function pinch(event) {
    const [[id, still]] = [...touches].filter(([other]) => other !== event.pointerId);
    const [before, now] = [touches.get(event.pointerId), at(event)];
    const apart = (one) => Math.max(1, Math.hypot(one[0] - still[0], one[1] - still[1]));
    const middle = (one) => [(one[0] + still[0]) / 2, (one[1] + still[1]) / 2];
    view.pan(middle(now)[0] - middle(before)[0], middle(now)[1] - middle(before)[1]);
    view.zoomBy(apart(now) / apart(before), ...middle(now));
    touches.set(event.pointerId, now).set(id, still);
    moved();
  }

  const lift = (event) => {
    touches.delete(event.pointerId);
    if (panning?.id === event.pointerId) panning = null;
    if (stroke !== event.pointerId) return;
    stroke = null;
    if (event.type === "pointercancel") drawing.cancel();
    else drawing.release();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => {
    board.pointer = null;
    board.draw();
  });
  canvas.addEventListener("dblclick", () => drawing.tool === "polygon" && enabled() && drawing.close());
  canvas.addEventListener("wheel", (event) => {
    if (view.zoom === 1 && event.deltaY > 0 && !event.ctrlKey) return; // nothing to zoom out of: the page scrolls
    event.preventDefault();
    view.zoomBy(Math.exp(-event.deltaY / (event.deltaMode ? 20 : 400)), ...at(event));
    board.draw();
    moved();
  }, { passive: false });
}
