/** @jsxImportSource preact */

const PATHS = {
  mic: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11v1a7 7 0 0 0 14 0v-1M12 19v3',
  micOff: 'M9 9v3a3 3 0 0 0 5 2M15 10V6a3 3 0 0 0-6-1M5 11v1a7 7 0 0 0 11 5.700M19 11v1l-.4 2M12 19v3M3 3l18 18',
  cam: 'M3 7h12v10H3zM15 10.500l6-3.500v10l-6-3.500',
  camOff: 'M9 7h6v6M15 10.500l6-3.500v10l-3-1.700M15 17H3V7h2M3 3l18 18',
  ear: 'M4 9v6h4l5 4V5L8 9zM16.500 8.500a5 5 0 0 1 0 7M19 6a9 9 0 0 1 0 12',
  chat: 'M4 5h16v11H9l-5 4z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  leave: 'M10 4H4v16h6M14 8l4 4-4 4M8 12h10',
  ok: 'M4 12.500l5 5L20 6.500',
  bad: 'M6 6l12 12M18 6L6 18',
  wait: 'M12 4a8 8 0 1 0 8 8M12 8v4l3 2',
  none: 'M5 12h14',
} as const;

export type IconName = keyof typeof PATHS;

/** A sign beside its word; never alone. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon ${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
