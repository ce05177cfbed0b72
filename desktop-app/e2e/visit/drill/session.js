// One scripted session, bundled for a page without screens: the pages' own room and engine, and the browser's own WebRTC.
import { Room } from '@holdfast/visit-room';

const LIMIT_MS = 20_000;

/** A picture that moves and a tone, both small: a fake camera's picture of full size would be the drill's own load. */
function devices() {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [160, 120];
  const pen = canvas.getContext('2d');
  let at = 0;
  setInterval(() => {
    at = (at + 17) % 360;
    pen.fillStyle = `hsl(${at} 80% 50%)`;
    pen.fillRect(0, 0, 160, 120);
  }, 66);
  const picture = canvas.captureStream(15).getVideoTracks()[0];
  const context = new AudioContext();
  const tone = context.createOscillator();
  const out = context.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  const sound = out.stream.getAudioTracks()[0];
  navigator.mediaDevices.getUserMedia = async (wish) => new MediaStream([(wish.video ? picture : sound).clone()]);
}

function roomOf(token) {
  return new Room({
    address: { token, forceRelay: false },
    origin: location.origin,
    part: 'room',
    language: () => 'en',
    canSeal: false,
    engine: () => import('@holdfast/visit-room/engine'),
    seal: () => import('@holdfast/visit-room/seal'),
  });
}

/** Waits for what a room comes to. */
function until(room, what, is) {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => over(failed, new Error(what)), LIMIT_MS);
    const unsubscribe = room.subscribe(() => look());
    const over = (then, value) => {
      clearTimeout(timer);
      unsubscribe();
      then(value);
    };
    const look = () => {
      const found = is(room.view);
      if (found) over(done, found);
    };
    look();
  });
}

/** A picture of the other has been decoded, and sound of theirs has come. */
async function sees(room) {
  const slots = await until(room, 'nobody is in a slot', ({ tiles }) =>
    tiles.find(({ videoSlot, audioSlot }) => videoSlot !== undefined && audioSlot !== undefined),
  );
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = new MediaStream([await until(room, 'no track', () => room.trackOf('video', slots.videoSlot))]);
  document.body.append(video);
  let timer;
  const frame = new Promise((done, failed) => {
    timer = setTimeout(() => failed(new Error('no picture came')), LIMIT_MS);
    video.requestVideoFrameCallback(done);
  });
  video.play().catch(() => undefined);
  try {
    await frame;
    room.sawFrame();
    await until(room, 'no sound came', ({ media }) => media.byMid[String(3 + slots.audioSlot)] > 0);
  } finally {
    clearTimeout(timer);
    video.srcObject = null;
    video.remove();
  }
}

async function session({ doc, sam }) {
  const began = performance.now();
  const [clinician, patient] = [roomOf(doc), roomOf(sam)];
  try {
    await Promise.all([clinician, patient].map((room) => room.start()));
    await Promise.all([clinician, patient].flatMap(({ local }) => [local.open('microphone'), local.open('camera')]));
    await Promise.all([clinician, patient].map((room) => until(room, 'no welcome', ({ state }) => state.welcome)));
    await clinician.knock();
    await until(clinician, 'the clinician is not in', ({ state }) => state.you?.state === 'in');
    await patient.knock();
    const waiting = await until(clinician, 'nobody is asked about', ({ state }) =>
      state.people.find(({ state: is }) => is === 'waiting'),
    );
    await clinician.admit(waiting.member);
    await Promise.all([sees(clinician), sees(patient)]);
    const took = performance.now() - began;
    await clinician.end('All is well.');
    await Promise.all(
      [clinician, patient].map((room) => until(room, 'not ended', ({ state }) => state.ended?.why === 'ended')),
    );
    return { took };
  } catch (error) {
    const stands = [clinician, patient].map(
      ({ view }) => `${view.state.you?.state} ${view.link.state} ${view.media.path.state}`,
    );
    return { failed: `${error?.code ?? ''} ${error?.message ?? error}; ${stands}` };
  } finally {
    clinician.close();
    patient.close();
  }
}

devices();
globalThis.session = session;
