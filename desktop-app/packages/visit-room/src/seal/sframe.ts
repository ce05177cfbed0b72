// Frames sealed end to end: SFrame (RFC 9605), AES_128_GCM_SHA256_128. The key of a frame is derived of the visit's base key and the
// key id (KID) that the frame names; a sender makes a random KID for each stream, so that a counter never comes twice under one key.
const SUITE = 0x0004;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 48 random bits: a thousand streams in a visit share a KID once in 10^8 visits. */
export const KID_BYTES = 6;

type Bytes = Uint8Array<ArrayBuffer>;

export interface FrameKey {
  kid: number;
  key: CryptoKey;
  salt: Bytes;
}

/** Why a frame was not opened. */
export type SealFault = 'not-sealed' | 'wrong-key' | 'replayed';

export class CannotOpen extends Error {
  readonly fault: SealFault;

  constructor(fault: SealFault) {
    super(fault);
    this.fault = fault;
  }
}

/** RFC 9605 §4.4.2. `base` is an HKDF key. */
export async function frameKey(base: CryptoKey, kid: number): Promise<FrameKey> {
  const suffix = new Uint8Array(10);
  const view = new DataView(suffix.buffer);
  view.setBigUint64(0, BigInt(kid));
  view.setUint16(8, SUITE);
  const [raw, salt] = await Promise.all([
    derive(base, 'SFrame 1.0 Secret key ', suffix, KEY_BYTES),
    derive(base, 'SFrame 1.0 Secret salt ', suffix, NONCE_BYTES),
  ]);
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { kid, key, salt };
}

/** HKDF-SHA-256 without a salt; the label in plain ASCII. */
export async function derive(base: CryptoKey, label: string, suffix: Uint8Array, bytes: number): Promise<Bytes> {
  const info = joined(new TextEncoder().encode(label), suffix);
  const salt = new Uint8Array(0);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, base, bytes * 8));
}

export const baseKey = (raw: Bytes) => crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveBits']);

/** RFC 9605 §4.3: one byte that says how long both numbers are, then the numbers. */
export function headerOf(kid: number, ctr: number): Bytes {
  const [x, kidBytes] = field(kid);
  const [y, ctrBytes] = field(ctr);
  return joined(Uint8Array.of((x << 4) | y), joined(kidBytes, ctrBytes));
}

/** Up to 7 a number stands in its half byte itself; else the half byte says how many bytes follow. */
function field(value: number): [number, Bytes] {
  if (value < 8) return [value, new Uint8Array(0)];
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [8 | (bytes.length - 1), Uint8Array.from(bytes)];
}

export interface Header {
  kid: number;
  ctr: number;
  bytes: number;
}

/** Reads a header; nothing if there is none, or one with numbers that no page of ours makes. */
export function readHeader(data: Uint8Array): Header | undefined {
  const config = data[0];
  if (config === undefined) return undefined;
  let at = 1;
  const take = (half: number): number | undefined => {
    if (!(half & 8)) return half & 7;
    const length = (half & 7) + 1;
    if (length > KID_BYTES || at + length > data.length) return undefined;
    let value = 0;
    for (const byte of data.subarray(at, at + length)) value = value * 256 + byte;
    at += length;
    return value;
  };
  const kid = take(config >> 4);
  const ctr = kid === undefined ? undefined : take(config & 15);
  return kid === undefined || ctr === undefined ? undefined : { kid, ctr, bytes: at };
}

/** Seals a frame; `open` stands before it, is read by the relay and sealed with it (as metadata: RFC 9605 §4.4.3). */
export async function seal(key: FrameKey, ctr: number, open: Uint8Array, plain: Uint8Array): Promise<Bytes> {
  const header = headerOf(key.kid, ctr);
  const additionalData = joined(header, open);
  const iv = nonceOf(key.salt, ctr);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key.key, joined(plain));
  return joined(joined(open, header), new Uint8Array(sealed));
}

/**
 * Opens a frame whose first `open` bytes are plain.
 * @throws CannotOpen
 */
export async function unseal(
  keyOf: (kid: number) => Promise<FrameKey>,
  windowOf: (kid: number) => Window,
  frame: Uint8Array,
  open: number,
): Promise<Bytes> {
  const header = readHeader(frame.subarray(open));
  if (!header || frame.length < open + header.bytes + TAG_BYTES) throw new CannotOpen('not-sealed');
  const { key, salt } = await keyOf(header.kid);
  const plainPart = frame.subarray(0, open);
  const additionalData = joined(frame.subarray(open, open + header.bytes), plainPart);
  const iv = nonceOf(salt, header.ctr);
  const sealed = joined(frame.subarray(open + header.bytes));
  let opened: ArrayBuffer;
  try {
    opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed);
  } catch {
    throw new CannotOpen('wrong-key');
  }
  // Only of what was proven genuine: nobody moves the window by a forged number.
  if (!windowOf(header.kid).take(header.ctr)) throw new CannotOpen('replayed');
  return joined(plainPart, new Uint8Array(opened));
}

/** RFC 9605 §4.4.3: the salt XOR the counter. */
function nonceOf(salt: Uint8Array, ctr: number): Bytes {
  const nonce = Uint8Array.from(salt);
  let rest = ctr;
  for (let at = NONCE_BYTES - 1; rest > 0; at -= 1) {
    nonce[at] = (nonce[at] ?? 0) ^ (rest % 256);
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

export function joined(first: Uint8Array, second: Uint8Array = new Uint8Array(0)): Bytes {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** Frames overtake each other by a few; none comes twice. */
const WINDOW = 1_024;

/** Which counters of a key were seen. */
export class Window {
  private highest = -1;
  private readonly seen = new Set<number>();

  /** Whether this one is new. */
  take(ctr: number): boolean {
    if (ctr <= this.highest - WINDOW || this.seen.has(ctr)) return false;
    this.seen.add(ctr);
    if (ctr > this.highest) {
      this.highest = ctr;
      if (this.seen.size > 2 * WINDOW)
        for (const old of this.seen) if (old <= this.highest - WINDOW) this.seen.delete(old);
    }
    return true;
  }
}
