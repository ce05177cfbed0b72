import 'uplot/dist/uPlot.min.css';
import './plot.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

const HEIGHT = 220;
const FONT = '11px system-ui, sans-serif';

export type PlotOptions = Pick<UPlot.Options, 'scales' | 'axes' | 'series'>;

/** What all axes look like. */
export const AXIS = {
  stroke: '#525e5c',
  font: FONT,
  labelFont: FONT,
  labelSize: 16,
  grid: { stroke: '#e6ebe9' },
  ticks: { show: false },
};

/** The line of what was measured, each value with its dot. */
export const LINE = { stroke: '#1c6668', width: 2, points: { show: true, size: 6, fill: '#1c6668' } };

/** A plot as wide as there is room. Time runs from left to right in every language; words and a table beside it say the same. */
export function Plot({ data, options }: { data: UPlot.AlignedData; options: PlotOptions }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const still = { legend: { show: false }, cursor: { show: false } };
    const plot = new UPlot({ ...options, ...still, width: element.clientWidth, height: HEIGHT }, data, element);
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [data, options]);
  return <div ref={box} dir="ltr" className="plot" aria-hidden="true" />;
}
