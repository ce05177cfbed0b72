// A microphone's level, and a tone for the speaker.

const SMOOTH = 0.6;

/** Tells 12 times a second how loud a microphone is, 0 to 1. Gives back what ends it. */
export function meter(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  let shown = 0;
  const timer = setInterval(() => {
    // A context that was made before any click waits for one.
    if (context.state === 'suspended') context.resume().catch(() => undefined);
    analyser.getFloatTimeDomainData(wave);
    const now = loudness(wave);
    shown = Math.max(now, shown * SMOOTH);
    tell(shown);
  }, 80);
  return () => {
    clearInterval(timer);
    source.disconnect();
    context.close().catch(() => undefined);
  };
}

const QUIET_DB = -60;
const LOUD_DB = -12;

/** How loud a piece of sound is: 0 at −60 dB of full scale and below, 1 at −12 dB and above. */
export function loudness(wave: Float32Array): number {
  let sum = 0;
  for (const value of wave) sum += value * value;
  const db = 10 * Math.log10(sum / wave.length + 1e-12);
  return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}

/** A short rising tone, as soft as speech. Ends by itself. */
export async function tone(speaker?: string): Promise<void> {
  const context = new AudioContext();
  const withSink = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  if (speaker) await withSink.setSinkId?.(speaker).catch(() => undefined);
  const gain = context.createGain();
  gain.connect(context.destination);
  const begin = context.currentTime;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(0.2, begin + 0.05);
  gain.gain.setValueAtTime(0.2, begin + 0.9);
  gain.gain.linearRampToValueAtTime(0, begin + 1);
  for (const [at, hertz] of [440, 554, 659].entries()) {
    const oscillator = context.createOscillator();
    oscillator.frequency.value = hertz;
    oscillator.connect(gain);
    oscillator.start(begin + at * 0.33);
    oscillator.stop(begin + (at + 1) * 0.33);
  }
  await new Promise((done) => setTimeout(done, 1_100));
  await context.close().catch(() => undefined);
}
