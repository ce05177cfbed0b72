import type { IceServers } from '../messages';

export interface PeerWish {
  ice?: IceServers;
  /** Through TURN alone. */
  forceRelay: boolean;
}

/** What a peer connection is made with. */
export function configOf({ ice, forceRelay }: PeerWish): RTCConfiguration {
  return {
    iceServers: ice?.servers.map(({ urls, username, credential }) => ({ urls, username, credential })) ?? [],
    iceTransportPolicy: forceRelay ? 'relay' : 'all',
    bundlePolicy: 'max-bundle',
    rtcpMuxPolicy: 'require',
  };
}

/** Credentials that end within so long are asked for anew. */
const FRESH_MS = 60_000;

export const isStale = (ice: IceServers | undefined, nodeNowMs: number) =>
  ice === undefined || (ice.servers.length > 0 && ice.untilMs - nodeNowMs < FRESH_MS);

type Codec = RTCRtpCodec;

/** VP8 first, then what else there is; Opus and VP8 alone in a sealed visit, whose headers we know how to leave open. */
export function codecsOf(all: readonly Codec[], sealed: boolean): Codec[] {
  const isFirst = ({ mimeType }: Codec) => /\/(vp8|opus)$/i.test(mimeType);
  const isHelper = ({ mimeType }: Codec) => /\/(rtx|ulpfec|flexfec-03)$/i.test(mimeType);
  const isRed = ({ mimeType }: Codec) => /\/red$/i.test(mimeType);
  const first = all.filter(isFirst);
  const helpers = all.filter(isHelper);
  if (sealed) return [...first, ...helpers.filter(({ mimeType }) => /\/rtx$/i.test(mimeType))];
  const others = all.filter((codec) => !isFirst(codec) && !isHelper(codec) && !isRed(codec));
  return [...first, ...all.filter(isRed), ...others, ...helpers];
}
