/** How this browser lets frames be sealed, if it does. By what it has, never by what it is called. */
export function sealingOf(): 'transform' | 'streams' | undefined {
  if (typeof RTCRtpSender === 'undefined') return undefined;
  if ('RTCRtpScriptTransform' in globalThis && 'transform' in RTCRtpSender.prototype) return 'transform';
  return 'createEncodedStreams' in RTCRtpSender.prototype ? 'streams' : undefined;
}
