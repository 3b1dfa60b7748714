// The time that somebody really worked: it stands still while the page is hidden, or nobody has moved for a minute.

const IDLE = 60_000;

export class Clock {
  #sum;
  #from = null; // when the stretch that runs now began
  #last = 0; // when somebody last moved
  #stop = new AbortController();

  constructor(seconds = 0) {
    this.#sum = 1000 * seconds;
    const options = { signal: this.#stop.signal, capture: true, passive: true };
    for (const name of ["pointermove", "pointerdown", "keydown", "wheel"]) addEventListener(name, () => this.#move(), options);
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#halt(performance.now()) : this.#move()), options);
    this.#move();
  }

  #move() {
    const now = performance.now();
    if (this.#from !== null && now - this.#last > IDLE) this.#halt(this.#last + IDLE);
    if (this.#from === null && !document.hidden) this.#from = now;
    this.#last = now;
  }

  #halt(now) {
    if (this.#from !== null) this.#sum += Math.min(now, this.#last + IDLE) - this.#from;
    this.#from = null;
  }

  get seconds() {
    const now = Math.min(performance.now(), this.#last + IDLE);
    return Math.round(this.#sum + (this.#from === null ? 0 : now - this.#from)) / 1000;
  }

  end() {
    this.#stop.abort();
  }
}
