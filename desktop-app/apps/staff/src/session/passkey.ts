import { api, type Session } from '@holdfast/api';

// The two static methods are younger than TypeScript's types of them.
interface FromJson {
  parseRequestOptionsFromJSON?: (json: unknown) => PublicKeyCredentialRequestOptions;
  parseCreationOptionsFromJSON?: (json: unknown) => PublicKeyCredentialCreationOptions;
}
interface Asked {
  publicKey: unknown;
}

const browser = () => (globalThis.PublicKeyCredential ?? {}) as FromJson;

/** Whether this browser has passkeys here: not in the desktop's window on Linux, and not without a secure address. */
export function hasPasskeys(): boolean {
  return globalThis.isSecureContext && browser().parseRequestOptionsFromJSON !== undefined;
}

/** Signs somebody in by a passkey of theirs. */
export async function signInByPasskey(login: string): Promise<Session> {
  const { handle, options } = await api.passkeyOptions(login);
  const publicKey = browser().parseRequestOptionsFromJSON?.((options as Asked).publicKey);
  const credential = await navigator.credentials.get({ publicKey });
  return api.signInByPasskey({ handle, credential: toJson(credential) });
}

/** Makes a passkey on this device for who is signed in. */
export async function addPasskey(): Promise<void> {
  const { handle, options } = await api.newPasskeyOptions();
  const publicKey = browser().parseCreationOptionsFromJSON?.((options as Asked).publicKey);
  const credential = await navigator.credentials.create({ publicKey });
  await api.addPasskey({ handle, credential: toJson(credential) });
}

/** Whether the person closed the browser's own dialog: that is no error. */
export function wasLeft(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}

function toJson(credential: Credential | null): unknown {
  return (credential as PublicKeyCredential | null)?.toJSON();
}
