import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const MOST_COLOURS = 256;

/** A picture of the page with a palette: a third of the bytes, and nobody sees the difference on a screen of text. */
export async function smallPicture(page, path) {
  const png = await page.screenshot();
  const blank = await page.context().newPage();
  try {
    const { width, height, colours, pixels } = await blank.evaluate(indexed, [png.toString('base64'), MOST_COLOURS]);
    writeFileSync(path, written(width, height, colours, Buffer.from(pixels, 'base64')));
  } finally {
    await blank.close();
  }
}

/** Runs on a page: the most frequent colours, and each pixel as the nearest of them. */
async function indexed([data, most]) {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext('2d');
  canvas.drawImage(bitmap, 0, 0);
  const rgba = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const colour of rgba) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const ranked = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const colours = ranked.slice(0, most).map((colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255]);
  const places = new Map(ranked.slice(0, most).map((colour, index) => [colour, index]));
  const nearest = (colour) => {
    const [red, green, blue] = [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    colours.forEach(([r, g, b], index) => {
      const far = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (far < least) [best, least] = [index, far];
    });
    return best;
  };
  const pixels = Uint8Array.from(rgba, (colour) => {
    if (!places.has(colour)) places.set(colour, nearest(colour));
    return places.get(colour);
  });
  let text = '';
  for (let at = 0; at < pixels.length; at += 8192) text += String.fromCharCode(...pixels.subarray(at, at + 8192));
  return { width, height, colours, pixels: btoa(text) };
}

/** As PNG with a palette (https://www.w3.org/TR/png-3/): every line begins with its filter, which is none. */
function written(width, height, colours, pixels) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const lines = Buffer.alloc((width + 1) * height);
  for (let line = 0; line < height; line++)
    pixels.copy(lines, line * (width + 1) + 1, line * width, (line + 1) * width);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [
    ['IHDR', head],
    ['PLTE', Buffer.from(colours.flat())],
    ['IDAT', deflateSync(lines, { level: 9 })],
    ['IEND', Buffer.alloc(0)],
  ];
  return Buffer.concat([signature, ...parts.map(([name, bytes]) => chunk(name, bytes))]);
}

function chunk(name, bytes) {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), bytes]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(bytes.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
