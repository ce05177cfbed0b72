import { Problem } from '@holdfast/api';
import { QueryClient } from '@tanstack/react-query';

const TRIES = 2;

/** How the app reads: always, since it is the host that knows of links, not the browser; objects as they came (see exact.ts). */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        structuralSharing: false,
        staleTime: 15_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) => !(error instanceof Problem) && failures < TRIES,
        retryDelay: 500,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
