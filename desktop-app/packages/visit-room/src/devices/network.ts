import { configOf, type PeerWish } from '../media/peerConfig';

/** What a check of one path has found. */
export interface PathFound {
  ok: boolean;
  /** The round trip in the middle of those measured. */
  rttMs?: number;
  lostPct?: number;
}

const CONNECT_MS = 8_000;
const MESSAGES = 20;
const EVERY_MS = 50;
const LATE_MS = 700;

/**
 * Tries a path to the relay: a connection of one data channel, whose messages the relay sends back. Takes up to ten seconds.
 * `ask` hands over the offer and gives back the answer.
 */
export async function tryPath(wish: PeerWish, ask: (sdp: string) => Promise<string>): Promise<PathFound> {
  const pc = new RTCPeerConnection(configOf(wish));
  try {
    const channel = pc.createDataChannel('check', { ordered: false, maxRetransmits: 0 });
    const opened = new Promise<boolean>((done) => {
      channel.onopen = () => done(true);
      setTimeout(() => done(false), CONNECT_MS);
      pc.onconnectionstatechange = () => {
        if (pc.connectionState === 'failed') done(false);
      };
    });
    await pc.setLocalDescription();
    const sdp = await ask(pc.localDescription?.sdp ?? '');
    await pc.setRemoteDescription({ type: 'answer', sdp });
    return (await opened) ? await measure(channel) : { ok: false };
  } finally {
    pc.close();
  }
}

async function measure(channel: RTCDataChannel): Promise<PathFound> {
  const sent = new Map<string, number>();
  const trips: number[] = [];
  channel.onmessage = ({ data }) => {
    const at = sent.get(String(data));
    if (at !== undefined) trips.push(performance.now() - at);
    sent.delete(String(data));
  };
  for (let at = 0; at < MESSAGES; at += 1) {
    sent.set(String(at), performance.now());
    if (channel.readyState === 'open') channel.send(String(at));
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
  await new Promise((done) => setTimeout(done, sent.size > 0 ? LATE_MS : 0));
  return found(trips, MESSAGES);
}

/** What the trips say. A relay that sends nothing back was reached all the same. */
export function found(trips: readonly number[], sent: number): PathFound {
  if (trips.length === 0) return { ok: true };
  const sorted = [...trips].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { ok: true, rttMs: Math.round(middle), lostPct: Math.round(((sent - trips.length) / sent) * 100) };
}
