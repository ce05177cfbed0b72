import { generateKeyPairSync, sign, verify } from 'node:crypto';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const encode = (bytes) => Buffer.from(bytes).toString('base64url');

/** A link's token, signed as the node signs it (decision 36). */
export function tokenOf(payload) {
  const nowS = Math.floor(Date.now() / 1000);
  const whole = { v: 1, clinic: 'north', nbf: nowS - 60, exp: nowS + 3600, one: true, at: [], ...payload };
  const text = Buffer.from(JSON.stringify(whole));
  return `${encode(text)}.${encode(sign(null, Buffer.from(encode(text)), privateKey))}`;
}

/** What a token says, if it is ours. */
export function payloadOf(token) {
  const [text = '', signature = ''] = String(token).split('.');
  if (!verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'))) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url'));
}
