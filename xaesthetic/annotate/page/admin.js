// The administrator's page: how far the study is, who is invited, what people disagree about, and the study's end.

import { Api } from "./api.js";
import { confirm } from "./confirm.js";
import { $, button, count, element, say, show } from "./elements.js";
import { disagreement, people, photographs } from "./tables.js";

class Admin {
  constructor(api) {
    this.api = api;
    this.link = element("div", { class: "link", role: "status" });
    this.warning = element("p", { class: "warning", role: "alert" });
    this.body = element("div");
    show($("main"), element("h1", {}, "Progress"), this.warning, this.link, this.body);
  }

  async load() {
    try {
      const [progress, rows] = await Promise.all([this.api.get("/api/admin/progress"), this.api.get("/api/admin/disagreement")]);
      this.#draw(progress, rows);
    } catch (error) {
      this.warning.textContent = error.message;
    }
  }

  /** Post, say what came of it, and show the study as it is now. */
  async act(path, body, tell = () => "") {
    this.warning.textContent = "";
    try {
      const text = tell(await this.api.post(`/api/admin/${path}`, body));
      await this.load();
      if (text) say(text);
    } catch (error) {
      this.warning.textContent = error.message;
    }
  }

  #draw({ annotators, photographs: rows, paused, closed }, disagreements) {
    const done = annotators.reduce((sum, one) => sum + one.done, 0);
    const total = annotators.reduce((sum, one) => sum + one.total, 0);
    const state = closed ? "closed" : paused ? "paused" : "open";
    this.body.replaceChildren(
      element("p", { class: "large" }, `${done} of ${count(total, "task")} done by ${count(annotators.length, "annotator")}. `,
        element("strong", { id: "standing" }, `The study is ${state}.`)),
      element("progress", { max: total || 1, value: done, "aria-label": "All tasks", class: "wide" }),
      this.#actions(paused, closed),
      section("Annotators", people(annotators, closed ? null : this)),
      closed ? null : this.#invitation(),
      section("Photographs", photographs(rows)),
      section("Where people disagree most", disagreement(disagreements, rows)),
    );
  }

  #actions(paused, closed) {
    const pause = button(paused ? "Go on" : "Pause", () => this.act("pause", { paused: !paused }, () => (paused ? "It goes on." : "Paused.")));
    const close = button("Close the study …", () => this.#close());
    const save = button("Export", () => this.act("export", {}, ({ folder }) => this.#note(`Exported to ${folder}`)));
    return element("div", { class: "go start" }, button("Refresh", () => this.load()), closed ? null : pause, closed ? null : close, save);
  }

  async #close() {
    const answer = await confirm("Close the study?", "Nothing can be marked after that, and it cannot be opened again.", "Close it",
      "Annotators may then see their regions beside those of the others who agreed to it");
    if (answer) await this.act("close", { results: answer.ticked }, () => "Closed.");
  }

  #invitation() {
    const label = element("input", { type: "text", id: "label", maxlength: 200, autocomplete: "off" });
    const invite = () => this.act("invitations", { label: label.value.trim() }, (answer) => this.show(answer.pseudonym, answer.link));
    return element("div", { class: "panel invite" }, element("label", { for: "label" }, "Invite somebody in the place of one who left. Who it is (kept in the key file only):"),
      label, button("Invite", invite));
  }

  async withdraw(name) {
    const sure = await confirm(`Withdraw the invitation of ${name}?`, "The link and all open pages of this annotator end. What was marked stays.", "Withdraw it");
    if (sure) await this.act(`invitations/${encodeURIComponent(name)}/withdraw`, {}, () => `The invitation of ${name} is withdrawn.`);
  }

  async renew(name) {
    const sure = await confirm(`Make a new link for ${name}?`, "The old link, and all open pages of this annotator, end. What was marked stays.", "Make it");
    if (sure) await this.act(`invitations/${encodeURIComponent(name)}/renew`, {}, ({ link }) => this.show(name, link));
  }

  /** A link is shown once: only its sha256 is kept in the database. */
  show(name, link) {
    const field = element("input", { type: "text", readonly: true, value: link, "aria-label": `Link of ${name}` });
    const copy = button("Copy", () => {
      field.select();
      navigator.clipboard?.writeText(link).then(() => say("copied"), () => say("The link is selected: copy it."));
    });
    const hide = button("Hide", () => this.link.replaceChildren());
    this.link.replaceChildren(element("p", {}, `The link of ${name}. It is shown this once, and can be used once:`),
      element("div", { class: "go start" }, field, copy, hide));
    return "";
  }

  #note(text) {
    this.link.replaceChildren(element("p", {}, text));
    return "";
  }
}

const section = (title, ...children) => element("section", { "aria-label": title }, element("h2", {}, title), ...children);

async function run() {
  const api = new Api();
  const entry = await api.enter().catch((error) => error);
  const session = await api.session();
  if (session?.role === "admin") return new Admin(api).load();
  const text = entry?.message ?? "Open this page with the administrator's link, which the command prints when it starts.";
  return show($("main"), element("h1", {}, "For the administrator"), element("p", {}, text));
}

run().catch((error) => show($("main"), element("h1", {}, "Something went wrong"), element("p", {}, error.message)));
