/** Runs steps one after the other, tells of each, and counts what failed; a step that needs a failed one is not tried. */
export class Report {
  failed = 0;
  violations = 0;
  /** What axe found on a page that was spoilt on purpose. */
  control = undefined;
  /** Looks at what is on the screen when a step has failed. */
  onFailure = undefined;

  /** What the figures are called after. */
  constructor(name = 'staff') {
    this.name = name;
  }

  async step(name, run) {
    const began = Date.now();
    try {
      const value = await run();
      console.log(`ok    ${name} (${Date.now() - began} ms)`);
      return value;
    } catch (error) {
      this.failed += 1;
      await this.onFailure?.(name).catch(() => undefined);
      console.log(
        `FAIL  ${name}: ${String(error?.message ?? error)
          .split('\n')
          .slice(0, 6)
          .join(' | ')}`,
      );
      throw new Stopped(name);
    }
  }

  /** A walk of steps; the first that fails ends it. */
  async walk(name, run) {
    console.log(`--- ${name}`);
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Stopped)) {
        this.failed += 1;
        console.log(`FAIL  ${name}: ${error?.stack ?? error}`);
      }
    }
  }

  axe(screen, violations) {
    this.violations += violations.length;
    for (const { id, impact, nodes } of violations) {
      console.log(`AXE   ${screen}: ${id} (${impact})`);
      for (const node of nodes.slice(0, 4))
        console.log(`      ${node.target.join(' ')}: ${node.failureSummary?.split('\n').slice(1, 3).join('; ')}`);
    }
  }

  end() {
    if (this.control !== undefined) console.log(`figure: ${this.name}_axe_control ${this.control} count`);
    console.log(`figure: ${this.name}_axe_violations ${this.violations} count`);
    console.log(`figure: ${this.name}_steps_failed ${this.failed} count`);
    return this.failed === 0 && this.violations === 0;
  }
}

class Stopped extends Error {}

export function must(condition, message) {
  if (!condition) throw new Error(message);
}

/** A family name that nobody has yet, of letters alone. */
export function newFamily(start) {
  const letters = [...String(Date.now())].map((digit) => 'abcdefghij'[Number(digit)]).join('');
  return `${start}-${letters.slice(-8)}`;
}
