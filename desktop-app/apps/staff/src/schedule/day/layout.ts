/** What is written of an appointment: how long it is, how many letters that are, and how many stand beside it. */
export interface Written {
  minutes: number;
  letters: number;
  lanes: number;
}

/** How high a minute is and how wide each column, in pixels. */
export interface Layout {
  scale: number;
  widths: number[];
}

const LINE_PX = 15;
const EDGE_PX = 4;
/** A letter of the appointments' font, on the wide side. */
const LETTER_PX = 6.4;
const SIDE_PX = 20;
/** Lines break between words, and leave a part of their end empty. */
const BROKEN = 1.25;
const LEAST_WIDTH_PX = 176;
const MOST_WIDTH_PX = 420;

/** Pixels a minute that are tried, the densest first: a day of ten hours is a thousand to two thousand of them. */
const SCALES = [1.6, 1.8, 2, 2.2, 2.4, 2.6, 2.8, 3, 3.2, 3.4, 3.6];

/**
 * Name, type and state of every appointment can be read with no hover: a column is as wide as its tightest one needs. The day is
 * as dense as it can be with all columns on the screen; where they never all are, scrolling aside counts twice.
 */
export function layoutOf(columns: Written[][], availablePx: number): Layout {
  const layouts = SCALES.map((scale) => ({ scale, widths: columns.map((written) => widthOf(written, scale)) }));
  const screens = ({ widths }: Layout) => widths.reduce((sum, width) => sum + width, 0) / availablePx;
  const cost = (one: Layout) => screens(one) ** 2 * one.scale;
  return (
    layouts.find((one) => screens(one) <= 1) ?? layouts.reduce((best, one) => (cost(one) < cost(best) ? one : best))
  );
}

/** How many columns are seen before anybody scrolls. */
export function seenOf({ widths }: Layout, availablePx: number): number {
  let px = 0;
  const first = widths.findIndex((width) => {
    px += width;
    return px >= availablePx;
  });
  return first < 0 ? widths.length : first + 1;
}

function widthOf(written: Written[], scale: number): number {
  const needed = written.map(({ minutes, letters, lanes }) => {
    const lines = Math.max(1, Math.floor((minutes * scale - EDGE_PX) / LINE_PX));
    const broken = lines === 1 ? letters : letters * BROKEN;
    return lanes * (Math.ceil(broken / lines) * LETTER_PX + SIDE_PX);
  });
  return Math.round(Math.min(MOST_WIDTH_PX * lanesOf(written), Math.max(LEAST_WIDTH_PX, ...needed)));
}

const lanesOf = (written: Written[]) => Math.max(1, ...written.map(({ lanes }) => lanes));
