// Makes the frames that the synthetic participant sends (appliance/participant/frames): a voice-like tone in Opus and a moving
// pattern in VP8, both encoded by Chromium. Each frame has its length before it, in two bytes (RFC 4571).
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { QUIET } from '../browser.mjs';

const FOLDER = new URL('../../../appliance/participant/frames/', import.meta.url);
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: [...QUIET, ...sandbox] });
const page = await browser.newPage();
await page.route('**/*', (route) =>
  route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>frames</title>' }),
);
await page.goto('http://127.0.0.1/');

const frames = await page.evaluate(async () => {
  const framed = (chunks) => chunks.flatMap((chunk) => [chunk.length >> 8, chunk.length & 255, ...chunk]);
  const bytes = (chunk) => {
    const copy = new Uint8Array(chunk.byteLength);
    chunk.copyTo(copy);
    return copy;
  };

  async function pattern() {
    const [width, height, rate, seconds] = [320, 180, 15, 4];
    const chunks = [];
    const encoder = new VideoEncoder({
      output: (chunk) => chunks.push(bytes(chunk)),
      error: (error) => console.log(error),
    });
    encoder.configure({ codec: 'vp8', width, height, bitrate: 120_000, framerate: rate, latencyMode: 'realtime' });
    const canvas = new OffscreenCanvas(width, height);
    const draw = canvas.getContext('2d');
    for (let at = 0; at < rate * seconds; at += 1) {
      const turn = (at / (rate * seconds)) * 2 * Math.PI;
      draw.fillStyle = '#225577';
      draw.fillRect(0, 0, width, height);
      draw.fillStyle = '#eecc88';
      draw.beginPath();
      draw.arc(160 + 90 * Math.cos(turn), 90 + 50 * Math.sin(2 * turn), 26, 0, 2 * Math.PI);
      draw.fill();
      const frame = new VideoFrame(canvas, { timestamp: (at * 1e6) / rate });
      encoder.encode(frame, { keyFrame: at === 0 });
      frame.close();
    }
    await encoder.flush();
    return framed(chunks);
  }

  async function tone() {
    const [sampleRate, seconds] = [48_000, 2];
    const chunks = [];
    const encoder = new AudioEncoder({
      output: (chunk) => chunks.push(bytes(chunk)),
      error: (error) => console.log(error),
    });
    encoder.configure({
      codec: 'opus',
      sampleRate,
      numberOfChannels: 1,
      bitrate: 24_000,
      opus: { frameDuration: 20_000, useinbandfec: true, application: 'voip', packetlossperc: 5 },
    });
    const samples = new Float32Array(sampleRate * seconds);
    for (let at = 0; at < samples.length; at += 1) {
      const time = at / sampleRate;
      // A hum with overtones that swells four times a second, as syllables do.
      const swell = 0.5 - 0.5 * Math.cos(2 * Math.PI * 4 * time);
      const hum = [1, 2, 3, 5].reduce((sum, times) => sum + Math.sin(2 * Math.PI * 150 * times * time) / times, 0);
      samples[at] = 0.25 * swell * hum;
    }
    const data = new AudioData({
      format: 'f32',
      sampleRate,
      numberOfFrames: samples.length,
      numberOfChannels: 1,
      timestamp: 0,
      data: samples,
    });
    encoder.encode(data);
    await encoder.flush();
    return framed(chunks);
  }

  return { 'pattern.vp8': await pattern(), 'tone.opus': await tone() };
});
for (const [name, content] of Object.entries(frames)) {
  writeFileSync(new URL(name, FOLDER), Buffer.from(content));
  console.log(`${name}: ${content.length} bytes`);
}
await browser.close();
