// The arithmetic of the edit slider. A photograph's pictures stand in one order: itself, then edit by edit all steps but none.

/** The place of an edit's picture at a step, of so many steps; the first step is the photograph itself for all edits. */
export const pictureAt = (count, edit, step) => (step === 0 ? 0 : 1 + edit * (count - 1) + (step - 1));

/** The places of all pictures of an edit. */
export const stepsOf = (count, edit) => Array.from({ length: count }, (_, step) => pictureAt(count, edit, step));

/** The lowest and the highest value of some grids. */
export function endsOf(grids) {
  let [low, high] = [Infinity, -Infinity];
  for (const { values } of grids)
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return [low, high];
}

/** Points of a line of values in a box with a margin, the highest value at the top; values that are no numbers have none. The
 * box is as high as their spread, and at least as `least`: what hardly moves shall look like that. */
export function lineOf(values, width, height, margin, least = 0) {
  const known = values.filter((value) => value !== null);
  const [lowest, highest] = [Math.min(...known), Math.max(...known)];
  const spread = Math.max(highest - lowest, least);
  const low = (lowest + highest - spread) / 2;
  const across = (width - 2 * margin) / Math.max(1, values.length - 1);
  return values
    .map((value, at) => ({ value, at }))
    .filter(({ value }) => value !== null)
    .map(({ value, at }) => {
      const share = spread > 0 ? (value - low) / spread : 0.5;
      return { x: margin + at * across, y: height - margin - share * (height - 2 * margin), at };
    });
}
