// The server's answers. Everything is JSON; what it says of an error is a sentence to be shown.

/** An answer that is no success: the status and the server's sentence. Status 0: the server was not reached. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.error ?? (status ? `The server answered ${status}.` : "The server cannot be reached."));
    Object.assign(this, { status, answer });
  }
}

export class Api {
  #csrf = "";

  async get(path) {
    return this.#ask(path, { method: "GET" });
  }

  /** Post; once more with a fresh token where another tab got one since. */
  async post(path, body) {
    try {
      return await this.#post(path, body);
    } catch (error) {
      if (error.status !== 403) throw error;
      await this.session();
      return this.#post(path, body);
    }
  }

  /** Who is here and what comes next; null where nobody is signed in. */
  async session() {
    try {
      const session = await this.get("/api/session");
      this.#csrf = session.csrf;
      return session;
    } catch (error) {
      if (error.status === 401) return null;
      throw error;
    }
  }

  /** Exchange the invitation that stands behind the # of the address, once; it leaves the address first. */
  async enter() {
    const token = location.hash.slice(1);
    if (!token) return;
    history.replaceState(null, "", location.pathname);
    this.#csrf = (await this.#post("/api/session", { token })).csrf;
  }

  #post(path, body) {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": this.#csrf };
    return this.#ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async #ask(path, options) {
    let response;
    try {
      response = await fetch(path, { ...options, credentials: "same-origin", referrerPolicy: "no-referrer" });
    } catch {
      throw new Refused(0);
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Refused(response.status, answer);
    if (answer === null) throw new Refused(0); // cut off under way
    return answer;
  }
}
