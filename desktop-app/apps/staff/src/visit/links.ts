import type { VisitLink } from '@holdfast/api';

/** A link as it is given to somebody: of a sealed visit with its secret behind the #, where no server sees it. */
export function addressOf(link: VisitLink, secret?: string): string | undefined {
  if (!link.url) return undefined;
  return secret ? `${link.url}#k=${secret}` : link.url;
}

/** Copies a text; false where the browser does not let the page. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
