export type DraftState = 'none' | 'unsaved' | 'saving' | 'saved' | 'failed';

/** A sentence is lost at most, when the window dies. */
const DELAY_MS = 2_000;
const RETRY_MS = 5_000;

/**
 * Saves what somebody types, a moment after they pause, one save at a time and always the newest. What could not be saved is
 * tried again until it is.
 */
export class DraftKeeper<T> {
  #pending: { value: T } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | undefined;

  constructor(
    private readonly save: (value: T) => Promise<unknown>,
    private readonly tell: (state: DraftState) => void,
  ) {}

  change(value: T): void {
    this.#pending = { value };
    this.tell('unsaved');
    // The clock runs from the first change: somebody who types without a pause is saved too.
    this.#timer ??= setTimeout(() => this.flush(), DELAY_MS);
  }

  /** Saves now what is not saved yet; resolves when it is, or has failed. */
  async flush(): Promise<void> {
    this.#clear();
    // Several may wait for the same save; the first goes on, the others wait for its own.
    while (this.#saving) await this.#saving;
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    this.tell('saving');
    this.#saving = this.save(pending.value)
      .then(
        () => this.tell(this.#pending ? 'unsaved' : 'saved'),
        () => this.#failed(pending),
      )
      .finally(() => {
        this.#saving = undefined;
      });
    await this.#saving;
  }

  /** Forgets what is not saved: it was signed or thrown away. Waits for a save that is under way. */
  async stop(): Promise<void> {
    this.#clear();
    this.#pending = undefined;
    await this.#saving;
    this.#clear();
    this.#pending = undefined;
  }

  #failed(pending: { value: T }): void {
    this.#pending ??= pending;
    this.tell('failed');
    this.#timer ??= setTimeout(() => this.flush(), RETRY_MS);
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
