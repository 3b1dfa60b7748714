// Views that only say something.

import { button, element, show } from "./elements.js";

const notice = (app, title, lines, ...more) => show(app.main, element("h1", {}, title), ...lines.map((line) => element("p", {}, line)), ...more);

export const stranger = (app) =>
  notice(app, "You need an invitation", ["Open this page with the link that you were sent.", "A link can be used once. If yours does not work any more, ask for a new one; what you have marked is kept."]);

export const declined = (app) => notice(app, "Thank you", ["You do not take part. Nothing was kept. You can close this page."]);

export const done = (app) => notice(app, "All done", ["You have finished all your photographs. Thank you! You can close this page."]);

export const closed = (app) => notice(app, "The study has ended", ["Thank you for taking part."]);

export const failed = (app, error) =>
  notice(app, "Something went wrong", [error.message], element("div", { class: "go" }, button("Try again", () => location.reload(), { class: "primary" })));

/** The study is paused: look again from time to time. */
export function paused(app) {
  notice(app, "The study is paused", ["It goes on later; all that you marked is kept. This page goes on by itself."]);
  return new Promise((resolve) => setTimeout(resolve, 20_000));
}

/** A break; ends when it is over. The minutes are not said aloud each time. */
export function rest(app, seconds) {
  const left = element("p", { class: "large" });
  notice(app, "Time for a break", ["You have worked for a while. Look at something far away, or walk a little; all that you marked is kept."], left);
  const until = performance.now() + 1000 * seconds;
  return new Promise((resolve) => {
    const tick = () => {
      const minutes = Math.ceil((until - performance.now()) / 60_000);
      left.textContent = `It goes on in ${minutes > 1 ? `${minutes} minutes` : "less than a minute"}.`;
      if (performance.now() < until) return;
      clearInterval(timer);
      resolve();
    };
    const timer = setInterval(tick, 1000);
    tick();
  });
}
