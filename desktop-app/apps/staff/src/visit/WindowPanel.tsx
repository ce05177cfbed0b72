import { type Visit, visits } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import type { RoomView } from '@holdfast/visit-room';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Failed } from '../problems/Failed';

interface Props {
  visit: Visit;
  view: RoomView;
  secret?: string;
}

/** Where this window has no calls: the room opens in a window of a browser that has, and here stands how it goes. */
export function WindowPanel({ visit, view, secret }: Props) {
  const { i18n } = useLingui();
  const open = useMutation({
    mutationFn: () => visits.window(visit.id, { fragment: secret && `k=${secret}` }),
  });
  const me = view.state.people.find(({ member }) => member === view.state.you?.member);
  const isOpen = me?.connected === true;
  return (
    <div className="visit-window stack">
      <p>{i18n.t('Sound and pictures open in a window of their own. This window stays for the chart.')}</p>
      <Mark kind={isOpen ? 'ok' : 'warn'}>
        {isOpen ? i18n.t('The window is open, and connected.') : i18n.t('The window is not open yet.')}
      </Mark>
      {open.isError && <Failed error={open.error} />}
      <Button size="md" loading={open.isPending} variant={isOpen ? 'default' : 'filled'} onClick={() => open.mutate()}>
        {isOpen ? i18n.t('Open the window again') : i18n.t('Open the room in its window')}
      </Button>
      {open.data && !open.data.opened && open.data.url && (
        <p className="told">
          {i18n.t('No browser could be opened from here. Open this address in one, within a minute:')}{' '}
          <a href={open.data.url} target="_blank" rel="noreferrer">
            {i18n.t('Room')}
          </a>
        </p>
      )}
    </div>
  );
}
