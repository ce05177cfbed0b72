import { directionOf, Texts, useLocale } from '@holdfast/i18n';
import { Look } from '@holdfast/ui';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { newQueryClient } from './app/queryClient';
import { Contained } from './problems/Failed';
import { Gate } from './session/Gate';

/** The staff app: who is there decides what is shown. */
export function App() {
  const [client] = useState(newQueryClient);
  return (
    <Texts>
      <Looks>
        <QueryClientProvider client={client}>
          {/* Addresses are behind the #: the host serves one page and needs no rule for others. */}
          <Router hook={useHashLocation}>
            <Contained>
              <Gate />
            </Contained>
          </Router>
        </QueryClientProvider>
      </Looks>
    </Texts>
  );
}

function Looks({ children }: { children: ReactNode }) {
  return <Look dir={directionOf(useLocale())}>{children}</Look>;
}
