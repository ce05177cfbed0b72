import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent: what can be acted on. States have shapes and words of their own (see Mark). */
const accent: MantineColorsTuple = [
  '#eef6f6',
  '#dcebeb',
  '#b5d6d6',
  '#8bc0c0',
  '#67adae',
  '#4fa0a1',
  '#3f9091',
  '#2d7e80',
  '#1c6668',
  '#124f51',
];

export const theme = createTheme({
  colors: { accent },
  primaryColor: 'accent',
  primaryShade: 8,
  black: '#1b2323',
  defaultRadius: 5,
  fontFamily: 'var(--hf-font)',
  headings: { fontFamily: 'var(--hf-font)', fontWeight: '600' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  spacing: { xs: '0.375rem', sm: '0.625rem', md: '0.875rem', lg: '1.25rem', xl: '1.75rem' },
  respectReducedMotion: true,
  focusRing: 'auto',
  cursorType: 'pointer',
  components: {
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    Button: { defaultProps: { size: 'sm' } },
    Modal: {
      defaultProps: {
        // Screens scroll inside of the window, which a dialog covers; and the lock would need a style without a nonce.
        lockScroll: false,
        centered: false,
        overlayProps: { backgroundOpacity: 0.35 },
        transitionProps: { duration: 0 },
      },
    },
    // Apps put this element where a lock hides it.
    Portal: { defaultProps: { target: '#overlays' } },
    // The placeholder has a role that a menu may not hold.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, transitionProps: { duration: 0 } } },
    Tooltip: {
      defaultProps: {
        openDelay: 400,
        transitionProps: { duration: 0 },
        events: { hover: true, focus: true, touch: false },
      },
    },
    Skeleton: { defaultProps: { animate: false } },
  },
});
