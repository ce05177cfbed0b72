// What the browser's statistics say, as one flat record. Browsers leave out different parts: what is missing is left out here too.

/** Sums since the connection began. */
export interface Sample {
  atMs: number;
  /** Grows with whatever came over the path, the relay's reports included. */
  heard: number;
  packetsIn: number;
  lostIn: number;
  bytesIn: number;
  bytesOut: number;
  packetsOut: number;
  /** What the relay says that it lost of ours. */
  lostOut: number;
  rttMs?: number;
  jitterMs?: number;
  freezes: number;
  freezeMs: number;
  /** Samples of sound: made up, and all; those made up in silence are not heard. */
  concealed: number;
  samples: number;
  /** Of the largest picture that comes. */
  heightPx?: number;
  framesPerS?: number;
  /** Frames that were decoded of all that come. */
  framesIn: number;
  availableKbitOut?: number;
  path?: 'udp' | 'tcp' | 'turn-udp' | 'turn-tcp' | 'turn-tls';
  /** Packets by slot of sound and pictures, in the order of their m-lines. */
  byMid: Record<string, number>;
  /** How loud it is by m-line, 0 to 1. */
  levels: Record<string, number>;
}

type Stat = { type: string; id: string } & Record<string, unknown>;
const numberOf = (stat: Stat | undefined, name: string) =>
  typeof stat?.[name] === 'number' ? (stat[name] as number) : undefined;

/** Reads one report. Linear in its size. */
export function sampleOf(atMs: number, report: Iterable<Stat>): Sample {
  const all = [...report];
  const of = (type: string) => all.filter((stat) => stat.type === type);
  const sum = (stats: Stat[], name: string) => stats.reduce((total, stat) => total + (numberOf(stat, name) ?? 0), 0);
  const into = of('inbound-rtp');
  const out = of('outbound-rtp');
  const theirs = of('remote-inbound-rtp');
  const [transport] = of('transport');
  const pair = pairOf(all, transport);
  const sounds = into.filter(({ kind }) => kind === 'audio');
  const pictures = into.filter(({ kind }) => kind === 'video');
  const largest = pictures.reduce<Stat | undefined>(
    (best, one) => ((numberOf(one, 'frameHeight') ?? 0) > (numberOf(best, 'frameHeight') ?? 0) ? one : best),
    undefined,
  );
  const rtt = numberOf(pair, 'currentRoundTripTime') ?? numberOf(theirs[0], 'roundTripTime');
  const available = numberOf(pair, 'availableOutgoingBitrate');
  const jitter = numberOf(
    sounds.find((one) => (numberOf(one, 'packetsReceived') ?? 0) > 0),
    'jitter',
  );
  const packetsIn = sum(into, 'packetsReceived');
  return {
    atMs,
    heard: heardOf(transport, pair, packetsIn, theirs),
    packetsIn,
    lostIn: sum(into, 'packetsLost'),
    bytesIn: sum(into, 'bytesReceived'),
    bytesOut: sum(out, 'bytesSent'),
    packetsOut: sum(out, 'packetsSent'),
    lostOut: sum(theirs, 'packetsLost'),
    ...(rtt !== undefined && { rttMs: Math.round(rtt * 1000) }),
    ...(jitter !== undefined && { jitterMs: Math.round(jitter * 1000) }),
    freezes: sum(pictures, 'freezeCount'),
    freezeMs: Math.round(sum(pictures, 'totalFreezesDuration') * 1000),
    concealed: sum(sounds, 'concealedSamples') - sum(sounds, 'silentConcealedSamples'),
    samples: sum(sounds, 'totalSamplesReceived'),
    ...(numberOf(largest, 'frameHeight') !== undefined && { heightPx: numberOf(largest, 'frameHeight') }),
    ...(numberOf(largest, 'framesPerSecond') !== undefined && { framesPerS: numberOf(largest, 'framesPerSecond') }),
    framesIn: sum(pictures, 'framesDecoded'),
    ...(available !== undefined && { availableKbitOut: Math.round(available / 1000) }),
    ...pathOf(all, pair),
    byMid: byMid(into, 'packetsReceived'),
    levels: byMid(sounds, 'audioLevel'),
  };
}

/** The best count there is of what came: all packets of the transport, else the pair's bytes, else packets of media and reports. */
function heardOf(transport: Stat | undefined, pair: Stat | undefined, packetsIn: number, theirs: Stat[]): number {
  const packets = numberOf(transport, 'packetsReceived') ?? numberOf(pair, 'packetsReceived');
  if (packets !== undefined) return packets;
  const reports = theirs.reduce((total, stat) => total + (numberOf(stat, 'roundTripTimeMeasurements') ?? 0), 0);
  return numberOf(pair, 'bytesReceived') ?? packetsIn + reports;
}

function pairOf(all: Stat[], transport: Stat | undefined): Stat | undefined {
  const chosen = transport?.selectedCandidatePairId;
  return (
    all.find(({ id }) => chosen !== undefined && id === chosen) ??
    all.find(({ type, nominated, state }) => type === 'candidate-pair' && nominated === true && state === 'succeeded')
  );
}

function pathOf(all: Stat[], pair: Stat | undefined): Pick<Sample, 'path'> {
  const own = all.find(({ id }) => id === pair?.localCandidateId);
  if (!own) return {};
  if (own.candidateType === 'relay') {
    const by = own.relayProtocol;
    return { path: by === 'tls' ? 'turn-tls' : by === 'tcp' ? 'turn-tcp' : 'turn-udp' };
  }
  return { path: own.protocol === 'tcp' ? 'tcp' : 'udp' };
}

function byMid(stats: Stat[], name: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const stat of stats) {
    const value = numberOf(stat, name);
    if (typeof stat.mid === 'string' && value !== undefined) found[stat.mid] = (found[stat.mid] ?? 0) + value;
  }
  return found;
}

/** What happened between two samples of one connection. */
export interface Stretch {
  ms: number;
  lossDownPct?: number;
  lossUpPct?: number;
  rttMs?: number;
  jitterMs?: number;
  kbitUp: number;
  kbitDown: number;
  concealedPct?: number;
  /** The share of time in which the picture stood still. */
  frozenPct: number;
  freezes: number;
  freezeMs: number;
  availableKbitOut?: number;
  packetsIn: number;
  framesIn: number;
}

const pct = (part: number, whole: number) => Math.max(0, Math.round((part / whole) * 1000) / 10);

export function between(old: Sample, now: Sample): Stretch {
  const ms = Math.max(1, now.atMs - old.atMs);
  const got = now.packetsIn - old.packetsIn;
  const lost = now.lostIn - old.lostIn;
  const sent = now.packetsOut - old.packetsOut;
  const lostOut = now.lostOut - old.lostOut;
  const samples = now.samples - old.samples;
  return {
    ms,
    ...(got + lost > 0 && { lossDownPct: pct(lost, got + lost) }),
    // Reports come seldom: what they tell of may have been sent before.
    ...(sent > 0 && { lossUpPct: Math.min(100, pct(lostOut, sent)) }),
    rttMs: now.rttMs,
    jitterMs: now.jitterMs,
    kbitUp: Math.round(((now.bytesOut - old.bytesOut) * 8) / ms),
    kbitDown: Math.round(((now.bytesIn - old.bytesIn) * 8) / ms),
    ...(samples > 0 && { concealedPct: pct(now.concealed - old.concealed, samples) }),
    frozenPct: pct(now.freezeMs - old.freezeMs, ms),
    freezes: now.freezes - old.freezes,
    freezeMs: now.freezeMs - old.freezeMs,
    availableKbitOut: now.availableKbitOut,
    packetsIn: got,
    framesIn: now.framesIn - old.framesIn,
  };
}
