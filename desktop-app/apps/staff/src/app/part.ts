import { createElement, lazy, type ReactNode, useState } from 'react';

type Component<P> = (props: P) => ReactNode;
type Module<P> = { default: Component<P> };
/** A part of the program: a component, and what fetches it. */
export type Part<P> = Component<P> & { fetch: () => Promise<unknown> };

/** Long enough that what is on the screen comes first. */
const CALM_MS = 400;

/**
 * A part that is fetched when it is wanted, or ahead. One that is here is shown at once; another suspends, and React keeps a
 * placeholder for 300 ms once it has shown one.
 */
export function part<P extends object>(load: () => Promise<Module<P>>): Part<P> {
  let here: Component<P> | undefined;
  const fetch = () =>
    load().then((module) => {
      here = module.default;
      return module;
    });
  const Fetched = lazy(fetch) as unknown as Component<P>;
  // Chosen once: another component in the same place would lose what was typed in it.
  // biome-ignore lint/correctness/noComponentHookFactories: as React.lazy, it is called once for each part, outside of components.
  const Shown = (props: P) => createElement(useState(() => here ?? Fetched)[0], props);
  return Object.assign(Shown, { fetch });
}

/** Fetches parts that will be wanted, in a calm moment. What cannot be fetched now is fetched when it is wanted. Gives back what
 * calls it off. */
export function ahead(parts: { fetch: () => Promise<unknown> }[]): () => void {
  const timer = setTimeout(() => {
    for (const { fetch } of parts) fetch().catch(() => undefined);
  }, CALM_MS);
  return () => clearTimeout(timer);
}
