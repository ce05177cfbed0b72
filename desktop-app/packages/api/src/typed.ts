import createClient from 'openapi-fetch';
import { send, tellIfSignedOut } from './client';
import { writeExact } from './exact';
import type { paths } from './generated';
import { problemOf } from './problem';

/** The staff API by its own description. What holds FHIR resources goes by `ask`, which keeps the digits of numbers. */
export const http = createClient<paths>({
  fetch: (request) => send(request.url, request),
  bodySerializer: writeExact,
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * What the host has answered.
 * @throws Problem if it refuses.
 */
export async function told<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  tellIfSignedOut(response);
  throw problemOf(response.status, error);
}
