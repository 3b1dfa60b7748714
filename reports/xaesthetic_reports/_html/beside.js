// Files that lie beside the page. From the disk a page may not read a picture's pixels, but it may load a script that holds
// the picture as data; such a script hands over its value on its own element, and nothing is global.

import { element } from "./elements.js";

/** What a file holds; what is no address of one is itself the value. */
export function held(place) {
  if (typeof place !== "string" || place.startsWith("data:")) return Promise.resolve(place);
  return new Promise((resolve, reject) => {
    const script = element("script", { src: place });
    script.addEventListener("load", () => {
      script.remove();
      if (script.holds === undefined) reject(new Error(`${place} holds nothing`));
      else resolve(script.holds);
    });
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error(`${place} is missing`));
    });
    document.head.append(script);
  });
}

/** The steps from one on, its neighbours first: what is loaded after what. */
export const fromNear = (count, first) =>
  Array.from({ length: count }, (_, step) => step).sort((one, other) => Math.abs(one - first) - Math.abs(other - first));
