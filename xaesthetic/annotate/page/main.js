// Where an annotator stands, and the view of it.

import { Api } from "./api.js";
import { consent } from "./consent.js";
import { $ } from "./elements.js";
import * as notices from "./notices.js";
import { results } from "./results.js";
import { task } from "./task.js";

async function run(app) {
  let entry = null;
  await app.api.enter().catch((error) => (entry = error));
  for (;;) {
    const session = await app.api.session();
    if (!session) return entry && entry.status !== 401 ? notices.failed(app, entry) : notices.stranger(app);
    if (session.role === "admin") return location.replace("/admin");
    $("who").textContent = session.annotator;
    if (session.state === "consent") {
      if (!(await consent(app, session.consent))) return notices.declined(app);
    } else if (session.state === "results") return results(app);
    else if (session.state === "closed") return notices.closed(app);
    else if (session.state === "done") return notices.done(app);
    else if (session.state === "paused") await notices.paused(app);
    else await work(app);
  }
}

/** The next task, or the break before it. */
async function work(app) {
  const given = await app.api.get("/api/task");
  if (given.task !== undefined) await task(app, given);
  else if (given.state === "break") await notices.rest(app, given.seconds);
}

const app = { api: new Api(), main: $("main") };
run(app).catch((error) => notices.failed(app, error));
