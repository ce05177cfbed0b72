/** What the API refused, as problem+json says it; `code` is stable, texts are for logs and for codes nobody knows. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** What else the problem holds, for example `retryAfterS`. */
  readonly facts: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    super(typeof body.detail === 'string' ? body.detail : `refused with status ${status}`);
    this.status = status;
    this.code = typeof body.code === 'string' ? body.code : `http-${status}`;
    this.facts = body;
  }

  /** A number among the facts, or nothing. */
  number(name: string): number | undefined {
    const value = this.facts[name];
    return typeof value === 'number' ? value : undefined;
  }
}

/** Nobody answered: the host is away, or the network to it. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('the host of this app did not answer', { cause });
  }
}

/** The OperationOutcome of a FHIR route tells the same in other words. */
export function problemOf(status: number, body: unknown): Problem {
  const json = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (json.resourceType !== 'OperationOutcome') return new Problem(status, json);
  const issue = (
    json.issue as { diagnostics?: string; details?: { text?: string; coding?: { code?: string }[] } }[]
  )?.[0];
  return new Problem(status, {
    ...json,
    detail: issue?.details?.text ?? issue?.diagnostics,
    code: issue?.details?.coding?.[0]?.code,
  });
}
