import { useLayoutEffect, useRef } from 'react';

export interface Box {
  top: number;
  bottom: number;
  left: number;
  width: number;
}

/** Between a field and its list, and between the list and the edge of the window. */
const GAP_PX = 3;
/** A list that is lower than this shows too little to choose from. */
const LOW_PX = 160;

/** Where a list of this height stands: below its field, or above where there is more room; never beyond the window. */
export function placeBy(field: Box, view: { width: number; height: number }, wanted: number) {
  const below = view.height - field.bottom - 2 * GAP_PX;
  const above = field.top - 2 * GAP_PX;
  const isBelow = below >= Math.min(wanted, LOW_PX) || below >= above;
  const height = Math.max(0, Math.min(wanted, isBelow ? below : above));
  const width = Math.min(field.width, view.width - 2 * GAP_PX);
  const left = Math.max(GAP_PX, Math.min(field.left, view.width - width - GAP_PX));
  return { top: isBelow ? field.bottom + GAP_PX : field.top - GAP_PX - height, left, width, maxHeight: height };
}

/** As high as a list gets where there is room: some nine choices. */
const MOST_PX = 288;

/**
 * Has the list of a field stand above everything, where the window has room for it: a dialog around the field would cut it off. In the
 * page it stays within the dialog, so that screen readers find it. Where a browser cannot do so, it stands where the styles put it.
 */
export function useAnchored(isOpen: boolean) {
  const anchor = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  // After each render: the choices become more and fewer.
  useLayoutEffect(() => {
    const [field, box] = [anchor.current?.querySelector('input'), list.current];
    if (!isOpen || !field || !box || typeof box.showPopover !== 'function') return;
    box.popover = 'manual';
    if (!box.matches(':popover-open')) box.showPopover();
    const place = () => {
      // Without what a keyboard on the screen covers.
      const view = { width: document.documentElement.clientWidth, height: visibleHeight() };
      const wanted = Math.min(MOST_PX, box.scrollHeight + box.offsetHeight - box.clientHeight);
      const { top, left, width, maxHeight } = placeBy(field.getBoundingClientRect(), view, wanted);
      const px = Object.entries({ top, left, width, maxHeight }).map(([name, value]) => [name, `${value}px`]);
      Object.assign(box.style, Object.fromEntries(px));
    };
    place();
    window.addEventListener('scroll', place, { capture: true, passive: true });
    window.addEventListener('resize', place);
    window.visualViewport?.addEventListener('resize', place);
    return () => {
      window.removeEventListener('scroll', place, { capture: true });
      window.removeEventListener('resize', place);
      window.visualViewport?.removeEventListener('resize', place);
    };
  });
  return { anchor, list };
}

function visibleHeight(): number {
  return window.visualViewport?.height ?? window.innerHeight;
}
