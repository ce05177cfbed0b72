import { baseKey, derive, joined } from './sframe';

// The secret of a sealed visit: 128 random bits that stand behind the # of its links, and that no server sees. All else is derived of it.
const SECRET_BYTES = 16;

/** How many pictures the phrase has, of how many. */
export const PHRASE_LENGTH = 5;
export const PHRASE_OF = 64;

export interface Secret {
  /** SFrame's base key. */
  base: CryptoKey;
  /** What pages compare through the node, to say "another secret" before any frame fails. It tells nothing of the secret. */
  check: string;
  /** What people compare: indices of pictures with names in every language. */
  phrase: number[];
}

export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** What an address's secret gives for a visit; nothing if it is none. */
export async function secretOf(text: string, visit: string): Promise<Secret | undefined> {
  let raw: Uint8Array;
  try {
    raw = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
  } catch {
    return undefined;
  }
  if (raw.length !== SECRET_BYTES) return undefined;
  const root = await baseKey(joined(raw));
  // A secret that was used for two visits by mistake seals them with two keys.
  const id = new TextEncoder().encode(visit);
  const [base, check, phrase] = await Promise.all([
    derive(root, 'holdfast visit base key ', id, SECRET_BYTES),
    derive(root, 'holdfast visit check ', id, 8),
    derive(root, 'holdfast visit phrase ', id, PHRASE_LENGTH),
  ]);
  return {
    base: await baseKey(base),
    check: [...check].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    phrase: [...phrase].map((byte) => byte % PHRASE_OF),
  };
}
