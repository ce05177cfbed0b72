/** Something that was done, and can be taken back. */
export interface Undoable {
  run: () => void;
}

/** Nobody goes back further than a few steps. */
const MOST = 20;

/** What was done last is taken back first; each once, whether by key or from its message. */
export class UndoStack {
  private done: Undoable[] = [];

  /** Keeps it, and gives back what takes just this one back, and what lets it be. */
  push(undoable: Undoable): { run: () => void; forget: () => void } {
    this.done = [...this.done, undoable].slice(-MOST);
    return { run: () => this.take(undoable), forget: () => this.drop(undoable) };
  }

  /** Takes the last one back. Says whether there was one. */
  undo(): boolean {
    const last = this.done.at(-1);
    if (last) this.take(last);
    return last !== undefined;
  }

  private take(undoable: Undoable): void {
    if (!this.done.includes(undoable)) return;
    this.drop(undoable);
    undoable.run();
  }

  private drop(undoable: Undoable): void {
    this.done = this.done.filter((one) => one !== undoable);
  }
}
