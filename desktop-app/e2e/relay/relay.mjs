import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real relay, started from RELAY (the built binary). */
export class RelayProcess {
  #child;
  #folder = mkdtempSync(join(tmpdir(), 'relay-'));
  control;

  get key() {
    return readFileSync(join(this.#folder, 'relay-key'), 'utf8');
  }

  get pid() {
    return this.#child.pid;
  }

  /** The same ports as before, if it ran before. */
  async start(...more) {
    const binary = process.env.RELAY;
    if (!binary) throw new Error('RELAY has to name the built holdfast-relay');
    const control = this.control ? ['--control', new URL(this.control).host] : [];
    this.#child = spawn(binary, ['--key', join(this.#folder, 'relay-key'), ...control, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.#child.stdout });
    for await (const line of lines) {
      const ready = /^ready (http:\S+)/.exec(line);
      if (ready) {
        this.control = ready[1];
        return;
      }
    }
    throw new Error('the relay ended before it was ready');
  }

  async end(signal = 'SIGTERM') {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async events(heard) {
    const response = await fetch(`${this.control}/events`, { headers: { authorization: `Bearer ${this.key}` } });
    let rest = '';
    (async () => {
      try {
        for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
          rest += part;
          const lines = rest.split('\n');
          rest = lines.pop();
          for (const line of lines.filter(Boolean)) heard(JSON.parse(line));
        }
      } catch {
        // The relay was ended: that is what several of the checks do.
      }
    })();
  }
}
