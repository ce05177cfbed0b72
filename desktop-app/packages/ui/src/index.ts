/** What every app of ours looks like: theme, direction, and the few parts that Mantine has not. */
export { Dialog } from './Dialog';
export { ErrorBoundary } from './ErrorBoundary';
export { Keys } from './Keys';
export { Look } from './Look';
export { Mark, type MarkKind } from './Mark';
export { Panel } from './Panel';
export { ScrollX } from './ScrollX';
export { TOAST_MS, type Toast, Toasts, useToast } from './Toasts';
export { useAnchored } from './useAnchored';
export { useListbox } from './useListbox';
export { isPressed, setSingleKeys, useShortcut, usesSingleKeys } from './useShortcut';
