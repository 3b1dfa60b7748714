// After the study: one's region beside the others' and the models' maps.

import { button, element, show } from "./elements.js";
import { load, still } from "./photograph.js";

/** Ask first: whoever has seen the results takes part in no later round. */
export function results(app) {
  const warning = element("p", { class: "warning", role: "alert" });
  const go = button("Show me", async () => {
    try {
      draw(app, await app.api.get("/api/results"));
    } catch (error) {
      warning.textContent = error.message;
    }
  }, { class: "primary" });
  show(app.main,
    element("h1", {}, "The study has ended"),
    element("p", {}, "Thank you for taking part. You can see your regions beside those of the others who agreed to it, and beside the models' maps."),
    element("p", {}, "Whoever has seen them cannot take part in later rounds: they would no longer be unbiased."),
    warning, element("div", { class: "go" }, go));
}

function draw(app, rows) {
  const sections = rows.map((row) => element("section", { class: "result" }));
  show(app.main, element("h1", {}, "Results"), rows.length ? null : element("p", {}, "You have finished no photograph."), ...sections);
  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      fill(target, rows[sections.indexOf(target)]);
    }
  }, { rootMargin: "400px" });
  sections.forEach((section) => sight.observe(section));
}

async function fill(section, { photograph, attribute, mine, others, maps }) {
  section.append(element("h2", {}, attribute.title ?? attribute.replaceAll("_", " ")));
  try {
    const image = await load({ url: photograph.url ?? photograph });
    const figures = [still(image, mine, "You"), ...others.map((runs, index) => still(image, runs, `Somebody else (${index + 1})`))];
    for (const { model, method, url } of maps) {
      const text = `${model} ${method}`;
      figures.push(element("figure", {}, element("img", { src: url, alt: `Map of ${text}`, loading: "lazy" }), element("figcaption", {}, text)));
    }
    section.append(element("div", { class: "pair" }, ...figures));
  } catch (error) {
    section.append(element("p", { class: "warning" }, error.message));
  }
}
