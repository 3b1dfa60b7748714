// What is still to be saved, in order, one at a time. A save keeps its name when it is sent again, so that it arrives once.

const PAUSES = [300, 700, 1500, 3000, 5000]; // milliseconds between attempts; the last one again and again

export class Saves {
  #waiting = [];
  #sending = false;
  #done = [];
  #halted = null;
  #refused = false; // whether the save that is sent was refused before, while the study was open

  /** `tell(state, text)` hears: "saved", "waiting", "away", "conflict", "refused". */
  constructor(api, task, version, tell) {
    Object.assign(this, { api, task, version, tell });
  }

  /** Queue a save; it names the version that it follows. */
  push(body) {
    if (this.#halted) return;
    this.#waiting.push({ save: crypto.randomUUID?.() ?? uuid(), version: this.version, ...body });
    this.version += 1;
    this.tell("waiting", "not saved yet");
    this.#send();
  }

  get halted() {
    return this.#halted !== null;
  }

  get pending() {
    return this.#waiting.length;
  }

  /** The last answer, when everything is saved. */
  drained() {
    return new Promise((resolve, reject) => {
      this.#done.push({ resolve, reject });
      this.#settle();
    });
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    for (let attempt = 0; this.#waiting.length && !this.#halted; ) {
      try {
        this.answer = await this.api.post(`/api/tasks/${this.task}/saves`, this.#waiting[0]);
        this.#waiting.shift();
        attempt = 0;
        this.#refused = false;
      } catch (error) {
        const reason = await this.#passing(error);
        if (reason) await this.#pause(reason, attempt++);
        else this.#halt(error);
      }
    }
    this.#sending = false;
    if (!this.#halted) this.tell("saved", "saved");
    this.#settle();
  }

  /** Why it is worth while to try again; empty where it is not. */
  async #passing({ status }) {
    if (status === 0) return "the server cannot be reached, trying again";
    if (status === 429 || status >= 500) return "the server is busy, trying again";
    if (status !== 403) return "";
    const session = await this.api.session().catch(() => null);
    if (session?.state === "paused") return "the study is paused; leave this page open, it goes on by itself";
    const again = ["tasks", "practice"].includes(session?.state) && !this.#refused; // a pause may just have ended
    this.#refused = true;
    return again ? "trying again" : "";
  }

  #pause(reason, attempt) {
    this.tell("away", `not saved yet: ${reason}`);
    return new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(attempt, PAUSES.length - 1)]));
  }

  #halt(error) {
    this.#halted = error;
    const conflict = error.status === 409 && error.answer?.version !== undefined;
    if (conflict) this.tell("conflict", "This task was changed in another tab; reload to go on with that.");
    else this.tell("refused", `Not saved: ${error.message}`);
  }

  #settle() {
    if (this.#waiting.length && !this.#halted) return;
    for (const { resolve, reject } of this.#done.splice(0)) {
      if (this.#halted) reject(this.#halted);
      else resolve(this.answer);
    }
  }
}

/** randomUUID exists on secure pages only; loopback is one, a plain address in a laboratory is not. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
