// A page as decision 36 has them, and nothing more: it offers once, and is told what is in its slots.
const SLOTS = 5;
const LAYERS = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'f', maxBitrate: 1_200_000 },
];

async function devices() {
  return navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720, frameRate: 30 } });
}

function connection(media) {
  const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const [audio] = media.getAudioTracks();
  const [video] = media.getVideoTracks();
  pc.addTransceiver(audio, { direction: 'sendonly', streams: [media] });
  pc.addTransceiver(video, { direction: 'sendonly', streams: [media], sendEncodings: LAYERS });
  pc.addTransceiver('video', { direction: 'sendonly' });
  for (let slot = 0; slot < SLOTS; slot += 1) pc.addTransceiver('audio', { direction: 'recvonly' });
  for (let slot = 0; slot < SLOTS; slot += 1) pc.addTransceiver('video', { direction: 'recvonly' });
  pc.createDataChannel('relay');
  return pc;
}

async function offer(pc, { visit, member, restart = false, ...sends }) {
  await pc.setLocalDescription(await pc.createOffer({ iceRestart: restart }));
  const response = await fetch(`/rooms/${visit}/members/${member}`, {
    method: 'PUT',
    body: JSON.stringify({ sdp: pc.localDescription.sdp, restart, ...sends }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.code}: ${answer.title}`);
  await pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
  return answer;
}

/** Resolves with how long after `since` the first frame of a video slot was decoded. */
function firstFrame(pc, since) {
  return new Promise((resolve) => {
    const look = async () => {
      const { decoded } = await counts(pc);
      if (decoded > 0) resolve(performance.now() - since);
      else setTimeout(look, 10);
    };
    look();
  });
}

async function counts(pc) {
  const sum = {
    decoded: 0,
    freezes: 0,
    audioPackets: 0,
    audioLost: 0,
    audioEnergy: 0,
    concealed: 0,
    samples: 0,
    videoPackets: 0,
    videoLost: 0,
    nacks: 0,
    keyframes: 0,
    height: 0,
    showing: 0,
    hearing: 0,
    sent: {},
  };
  for (const one of (await pc.getStats()).values()) {
    if (one.type === 'inbound-rtp' && one.kind === 'video') {
      sum.decoded += one.framesDecoded ?? 0;
      sum.showing += one.framesDecoded > 0 ? 1 : 0;
      sum.freezes += one.freezeCount ?? 0;
      sum.videoPackets += one.packetsReceived ?? 0;
      sum.videoLost += one.packetsLost ?? 0;
      sum.nacks += one.nackCount ?? 0;
      sum.keyframes += one.keyFramesDecoded ?? 0;
      sum.height = Math.max(sum.height, one.frameHeight ?? 0);
    } else if (one.type === 'inbound-rtp' && one.kind === 'audio') {
      sum.audioPackets += one.packetsReceived ?? 0;
      sum.hearing += one.packetsReceived > 10 ? 1 : 0;
      sum.audioLost += one.packetsLost ?? 0;
      sum.audioEnergy += one.totalAudioEnergy ?? 0;
      sum.concealed += one.concealedSamples ?? 0;
      sum.samples += one.totalSamplesReceived ?? 0;
    } else if (one.type === 'outbound-rtp' && one.kind === 'video' && one.rid) {
      sum.sent[one.rid] = {
        height: one.frameHeight ?? 0,
        frames: one.framesSent ?? 0,
        plis: one.pliCount ?? 0,
        limited: one.qualityLimitationReason,
      };
    }
  }
  return sum;
}

/** Shows what is received, as a page would: what is not shown is not decoded. */
function show(pc) {
  pc.ontrack = ({ track, streams }) => {
    const element = document.createElement(track.kind);
    element.autoplay = true;
    element.muted = track.kind === 'video';
    element.dataset.stream = streams[0]?.id ?? '';
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
  };
}

/** When packets last came. */
async function packets(pc) {
  let sum = 0;
  for (const one of (await pc.getStats()).values()) if (one.type === 'inbound-rtp') sum += one.packetsReceived;
  return sum;
}

window.relay = {
  pc: undefined,
  names: undefined,
  rejoins: 0,
  watching: false,
  async join(names) {
    const media = await devices();
    const since = performance.now();
    const pc = connection(media);
    this.pc?.close();
    this.pc = pc;
    this.names = names;
    show(pc);
    const answer = await offer(pc, names);
    return { slots: answer.slots, since, answer: answer.sdp };
  },
  async restart(names) {
    const before = (await counts(this.pc)).decoded;
    const since = performance.now();
    await offer(this.pc, { ...names, restart: true });
    return { since, before };
  },
  /** As decision 36 has it: nothing for two seconds, or a closed connection, and the page offers anew. */
  watch() {
    if (this.watching) return;
    this.watching = true;
    let [last, since] = [-1, performance.now()];
    const look = async () => {
      const now = await packets(this.pc);
      if (now !== last) [last, since] = [now, performance.now()];
      const lost = this.pc.connectionState === 'closed' || this.pc.connectionState === 'failed';
      if (lost || performance.now() - since > 1_000) {
        try {
          await this.join(this.names);
          this.rejoins += 1;
          [last, since] = [-1, performance.now()];
        } catch {
          // The relay is not back: once more at the next look.
        }
      }
      setTimeout(look, 250);
    };
    look();
  },
  firstFrame(since) {
    return firstFrame(this.pc, since);
  },
  async counts() {
    return { ...(await counts(this.pc)), rejoins: this.rejoins };
  },
  state() {
    return { ice: this.pc.iceConnectionState, dtls: this.pc.connectionState };
  },
};
