import type { TokenPayload } from '../messages';

/** What the page's address says: `/v/{token}#k={secret}&relay`. What stands behind the # is sent to no server. */
export interface Address {
  token: string;
  /** Of a sealed visit. */
  secret?: string;
  /** Goes through TURN alone: for tests, and for networks that are odd. */
  forceRelay: boolean;
}

const TOKEN = /^\/v\/([\w-]+\.[\w-]+)\/?$/;

/** The address of a visit, or nothing if it is another one. */
export function addressOf(path: string, hash: string): Address | undefined {
  const token = TOKEN.exec(path)?.[1];
  if (!token) return undefined;
  const behind = new URLSearchParams(hash.replace(/^#/, ''));
  return { token, secret: behind.get('k') ?? undefined, forceRelay: behind.has('relay') };
}

/** What a token says of itself. Nothing is proven by it: the node looks at its signature. */
export function payloadOf(token: string): TokenPayload | undefined {
  try {
    const base64 = (token.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const payload = JSON.parse(new TextDecoder().decode(bytes)) as TokenPayload;
    return payload.v === 1 && typeof payload.visit === 'string' && typeof payload.member === 'string'
      ? payload
      : undefined;
  } catch {
    return undefined;
  }
}

const SOCKET = '/api/visit/socket';

/** Where the socket is, in the order in which it is tried: where the page came from, then the link's other endpoints. */
export function socketUrls(origin: string, at: readonly string[] = []): string[] {
  const urls = [origin, ...at].flatMap((one) => {
    try {
      const url = new URL(SOCKET, one);
      url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
      return [url.href];
    } catch {
      return [];
    }
  });
  return [...new Set(urls)];
}
