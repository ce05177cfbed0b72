/** Why a device cannot be used, in a word for which pages have words and a remedy. */
export type DeviceFault =
  /** The person, or the system, said no. */
  | 'denied'
  /** The page is kept from asking: by a policy of the site or of the organisation. */
  | 'blocked'
  | 'none'
  | 'in-use'
  /** The page has not come by HTTPS. */
  | 'insecure'
  /** The browser has no such thing. */
  | 'unsupported'
  | 'failed';

export interface Surroundings {
  isSecure: boolean;
  hasDevices: boolean;
  /** What the site's policy says; nothing if the browser does not tell. */
  isAllowed?: boolean;
  /** What is stored for the permission; nothing if the browser does not tell. */
  permission?: 'granted' | 'denied' | 'prompt';
}

/** What `getUserMedia` has refused, by the name of its error (W3C Media Capture and Streams, §10). */
export function faultOf(error: unknown, around: Surroundings): DeviceFault {
  if (!around.isSecure) return 'insecure';
  if (!around.hasDevices) return 'unsupported';
  if (around.isAllowed === false) return 'blocked';
  const name = error instanceof Error ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'in-use';
    default:
      return 'failed';
  }
}

type Policy = { allowsFeature?: (name: string) => boolean };

/** What there is around a device, by features. */
export async function surroundings(kind: 'camera' | 'microphone'): Promise<Surroundings> {
  const policy = (document as Document & { featurePolicy?: Policy; permissionsPolicy?: Policy }).featurePolicy;
  const permission = await navigator.permissions
    ?.query({ name: kind as PermissionName })
    .then(({ state }) => state)
    .catch(() => undefined);
  return {
    isSecure: globalThis.isSecureContext !== false,
    hasDevices: typeof navigator.mediaDevices?.getUserMedia === 'function',
    isAllowed: policy?.allowsFeature?.(kind),
    permission,
  };
}
