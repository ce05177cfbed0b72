// A relay for tests of the pages alone: werift forwards RTP between the fixed slots. Our own relay takes its place in the walk through
// a real visit; this one is here so that a browser has somebody to talk to who did not write either.
import {
  RTCPeerConnection,
  RTCRtpCodecParameters,
  useNACK,
  usePLI,
  useREMB,
  useRepairedRtpStreamId,
  useSdesMid,
  useSdesRTPStreamId,
  useTransportWideCC,
  useTWCC,
} from 'werift';

const AUDIO_DOWN = 3;
const VIDEO_DOWN = 8;
const SLOTS = 5;
/** A layer from which nothing came for so long is not sent any more. */
const STALE_MS = 700;

const opus = () =>
  new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48000, channels: 2, rtcpFeedback: [useTWCC()] });
const vp8 = () =>
  new RTCRtpCodecParameters({
    mimeType: 'video/VP8',
    clockRate: 90000,
    rtcpFeedback: [useNACK(), usePLI(), useREMB(), useTWCC()],
  });

export class Relay {
  members = new Map();
  isUp = true;
  isFull = false;
  onChange = () => undefined;
  /** A stand-in does not follow who is owed a key frame: it asks for one now and then. */
  keyFrames = setInterval(() => this.askAll(), 1_000).unref();

  has = (member) => this.isUp && this.members.has(member);

  /** What a killed process leaves behind: nothing, and no goodbye. */
  async kill() {
    this.isUp = false;
    const all = [...this.members.values()];
    this.members.clear();
    await Promise.all(all.map(({ pc }) => pc.close().catch(() => undefined)));
  }

  async offer(member, sdp, restart) {
    if (!this.isUp) throw Object.assign(new Error('relay-away'), { code: 'relay-away' });
    if (this.isFull) throw Object.assign(new Error('relay-full'), { code: 'relay-full', retryAfterMs: 2_000 });
    const known = this.members.get(member);
    if (restart && !known) throw Object.assign(new Error('media-unknown'), { code: 'media-unknown' });
    if (restart) {
      known.mend?.();
      return answer(known.pc, sdp);
    }
    await known?.pc.close().catch(() => undefined);
    const one = newMember();
    this.members.set(member, one);
    one.pc.onDataChannel.subscribe((channel) => {
      channel.onMessage.subscribe((data) => channel.send(data));
    });
    one.pc.connectionStateChange.subscribe((state) => {
      if (this.members.get(member) !== one) return;
      one.connected = state === 'connected';
      this.onChange(member, state);
      // Whoever is ready now has missed the key frames of before.
      one.last = [];
      if (one.connected) this.route();
    });
    const sdpOut = await answer(one.pc, sdp, (transceivers) => {
      transceivers.forEach((transceiver, at) => {
        transceiver.setDirection(at < AUDIO_DOWN ? 'recvonly' : 'sendonly');
        if (at >= AUDIO_DOWN) return;
        const add = (track) => {
          const rid = track.rid || 'one';
          if (one.tracks[at].get(rid)?.track === track) return;
          const source = { track, atMs: 0 };
          one.tracks[at].set(rid, source);
          track.onReceiveRtp.subscribe((rtp) => {
            source.atMs = Date.now();
            source.ssrc = rtp.header.ssrc;
          });
          this.route();
        };
        transceiver.receiver.tracks.forEach(add);
        transceiver.onTrack.subscribe(add);
      });
      one.transceivers = transceivers;
    });
    this.route();
    return sdpOut;
  }

  /** The path of a member is gone, as when a phone changes its network; an ICE restart brings it back. */
  cut(member) {
    const one = this.members.get(member);
    const transports = one.pc.iceTransports.flatMap(({ connection }) =>
      connection.protocols.map(({ transport }) => transport),
    );
    const sends = transports.map((transport) => transport.send);
    for (const transport of transports) transport.send = async () => undefined;
    one.mend = () => {
      transports.forEach((transport, at) => {
        transport.send = sends[at];
      });
      one.mend = undefined;
    };
  }

  remove(member) {
    this.members
      .get(member)
      ?.pc.close()
      .catch(() => undefined);
    this.members.delete(member);
    this.route();
  }

  /** Who is in which slot of a member: everybody else, in a fixed order. */
  slotsOf(member) {
    const others = [...this.members].filter(([id]) => id !== member).slice(0, SLOTS);
    const fill = (all) => [...all, ...Array(SLOTS).fill(null)].slice(0, SLOTS);
    return {
      audio: fill(others.map(([id]) => ({ member: id }))),
      video: fill(
        others.flatMap(([id, one]) => [
          { member: id, kind: 'camera' },
          ...(one.screen ? [{ member: id, kind: 'screen' }] : []),
        ]),
      ),
    };
  }

  askAll() {
    for (const member of this.members.values())
      for (const line of [1, 2])
        for (const source of member.tracks[line].values()) if (member.connected) askKeyFrame(member, line, source);
  }

  /** Puts everybody's tracks into everybody else's slots. */
  route() {
    for (const [member, one] of this.members) {
      if (!one.transceivers) continue;
      const slots = this.slotsOf(member);
      for (const [at, slot] of slots.audio.entries())
        this.put(one, AUDIO_DOWN + at, slot && this.members.get(slot.member), 0);
      for (const [at, slot] of slots.video.entries())
        this.put(one, VIDEO_DOWN + at, slot && this.members.get(slot.member), slot?.kind === 'screen' ? 2 : 1);
    }
  }

  put(one, at, from, line) {
    const { sender } = one.transceivers[at];
    one.routes[at]?.();
    one.routes[at] = undefined;
    if (!from) return;
    const stops = [];
    for (const [rid, source] of from.tracks[line]) {
      const { unSubscribe } = source.track.onReceiveRtp.subscribe((rtp) => {
        if (!this.isUp) return;
        if (rid !== chosen(from.tracks[line])) return;
        if (one.last[at] !== source) {
          one.last[at] = source;
          // Another source goes on where the one before has stopped.
          sender.rtpContinuityPending = true;
          askKeyFrame(from, line, source);
        }
        sender.sendRtp(rtp.clone()).catch(() => undefined);
      });
      stops.push(unSubscribe);
    }
    const pli = sender.onPictureLossIndication.subscribe(() => {
      const source = from.tracks[line].get(chosen(from.tracks[line]));
      if (source) askKeyFrame(from, line, source);
    });
    one.routes[at] = () => {
      for (const stop of stops) stop();
      pli.unSubscribe();
    };
  }
}

/** The best layer that comes. */
function chosen(tracks) {
  const nowMs = Date.now();
  for (const rid of ['f', 'q', 'one']) {
    const source = tracks.get(rid);
    if (source && nowMs - source.atMs < STALE_MS) return rid;
  }
  return undefined;
}

function askKeyFrame(from, line, { ssrc }) {
  if (line > 0 && ssrc) from.transceivers[line].receiver.sendRtcpPLI(ssrc).catch(() => undefined);
}

function newMember() {
  const pc = new RTCPeerConnection({
    codecs: { audio: [opus()], video: [vp8()] },
    headerExtensions: {
      audio: [useSdesMid(), useTransportWideCC()],
      video: [useSdesMid(), useSdesRTPStreamId(), useRepairedRtpStreamId(), useTransportWideCC()],
    },
    iceAdditionalHostAddresses: ['127.0.0.1'],
    iceUseIpv6: false,
    iceServers: [],
  });
  return { pc, tracks: [new Map(), new Map(), new Map()], routes: [], last: [], connected: false };
}

async function answer(pc, sdp, prepare) {
  await pc.setRemoteDescription({ type: 'offer', sdp });
  prepare?.([...pc.getTransceivers()].sort((a, b) => a.mLineIndex - b.mLineIndex));
  await pc.setLocalDescription(await pc.createAnswer());
  return pc.localDescription.sdp;
}

/** The device check's own room: a data channel that says everything back. */
export async function echo(sdp) {
  const pc = new RTCPeerConnection({ iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false, iceServers: [] });
  pc.onDataChannel.subscribe((channel) => {
    channel.onMessage.subscribe((data) => channel.send(data));
  });
  setTimeout(() => pc.close().catch(() => undefined), 20_000).unref();
  return answer(pc, sdp);
}
