// What is said of each sign: a region that was drawn, nowhere, or everywhere.

import { choices, choose, element } from "./elements.js";
import { SIGNS } from "./masks.js";

const WORDS = { raises: "Raises it", lowers: "Lowers it" };

/** A row for each sign; `say(sign, extent)` hears a choice. `update()` shows the marking as it is. */
export function extents(marking, say) {
  const rows = Object.fromEntries(
    SIGNS.map((sign) => {
      const options = [
        { value: "region", text: "where I marked" },
        { value: "nowhere", text: "nowhere" },
        { value: "everywhere", text: "everywhere" },
      ];
      const row = choices(WORDS[sign], `extent-${sign}`, options, (value) => say(sign, value), { "data-sign": sign });
      row.querySelector("legend").prepend(element("span", { class: `mark ${sign}`, "aria-hidden": "true" }));
      return [sign, row];
    }),
  );

  function update() {
    for (const sign of SIGNS) {
      const input = rows[sign].querySelector("input[value=region]");
      const share = marking.extent[sign] === "region" ? marking.share(sign) : 0;
      input.disabled = !share;
      input.nextSibling.textContent = share ? `marked: ${percent(share)}` : "where I mark it";
      choose(rows[sign], marking.extent[sign]);
    }
  }

  update();
  return { panel: element("div", { class: "panel extents" }, ...Object.values(rows)), update };
}

export const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** What is still to be said before a task can be finished; empty where nothing is. */
export function missing(marking, title) {
  const sign = SIGNS.find((one) => !marking.extent[one]);
  return sign ? `Please mark what ${sign} it (${title}), or say that it is nowhere or everywhere.` : "";
}
