import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const END = fileURLToPath(new URL('./end.mjs', import.meta.url));

/** An end running in its own process. Each call is bounded by `limitMs`. */
export class End {
  #child;
  #calls = new Map();
  #next = 0;
  #limitMs;

  static async start(role, limitMs) {
    const end = new End();
    end.#limitMs = limitMs;
    end.#child = fork(END, [role], { stdio: ['ignore', 2, 2, 'ipc'] });
    await Promise.race([once(end.#child, 'message'), once(end.#child, 'exit').then(() => Promise.reject(new Error(`the ${role} did not start`)))]);
    end.#child.on('message', ({ id, value, error }) => end.#settle(id, value, error));
    end.#child.on('exit', (code) => end.#failAll(`the ${role} ended with ${code}`));
    return end;
  }

  call(call, args) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, null, `${call} took more than ${this.#limitMs} ms`), this.#limitMs);
      this.#calls.set(id, { resolve, reject, timer });
      this.#child.send({ id, call, args });
    });
  }

  /** Ends the process. */
  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #settle(id, value, error) {
    const waiting = this.#calls.get(id);
    if (!waiting) return;
    this.#calls.delete(id);
    clearTimeout(waiting.timer);
    error ? waiting.reject(new Error(error)) : waiting.resolve(value);
  }

  #failAll(error) {
    for (const id of [...this.#calls.keys()]) this.#settle(id, null, error);
  }
}
