import { DirectionProvider, MantineProvider, useDirection } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { theme } from './theme';

/** The server puts a fresh nonce into the page; the styles that are made at run time carry it. */
function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

function Direct({ dir, children }: { dir: 'ltr' | 'rtl'; children: ReactNode }) {
  const { setDirection } = useDirection();
  useEffect(() => setDirection(dir), [dir, setDirection]);
  return children;
}

/** Theme and direction of everything below. */
export function Look({ dir, children }: { dir: 'ltr' | 'rtl'; children: ReactNode }) {
  return (
    <DirectionProvider initialDirection={dir} detectDirection={false}>
      <MantineProvider theme={theme} defaultColorScheme="light" forceColorScheme="light" getStyleNonce={nonce}>
        <Direct dir={dir}>{children}</Direct>
      </MantineProvider>
    </DirectionProvider>
  );
}
