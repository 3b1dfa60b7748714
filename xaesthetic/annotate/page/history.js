// Undo and redo by operation. An operation keeps which pixels it turned over, as run lengths: exact both ways, however it was
// drawn. No document is touched here.

export class History {
  #done = [];
  #undone = [];

  /** Take an operation up that was just done. What had been undone is gone. */
  add(operation) {
    this.#done.push(operation);
    this.#undone = [];
  }

  undo() {
    const operation = this.#done.pop() ?? null;
    if (operation) this.#undone.push(operation);
    return operation;
  }

  redo() {
    const operation = this.#undone.pop() ?? null;
    if (operation) this.#done.push(operation);
    return operation;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** The history that a task's saves tell. */
  static of(saves) {
    const history = new History();
    for (const { kind, operation } of saves) {
      if (kind === "undo") history.undo();
      else if (kind === "redo") history.redo();
      else if (operation?.flips) history.add(operation);
    }
    return history;
  }
}
