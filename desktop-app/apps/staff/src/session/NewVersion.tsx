import { desktop } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { updateWords } from '../shell/updateWords';
import { useIdle } from './useIdle';

const LOOK_EVERY_MS = 60_000;
/** At a sign-in that nobody uses there is nothing to lose. */
const UNUSED_MS = 60_000;
/** Longer than a shift, and than a sign-in lasts: whoever's screen was kept is not coming back to it. */
const SHIFT_MS = 12 * 60 * 60_000;

/**
 * On a desktop's sign-in: a newer version that is installed starts by itself once nobody uses the screen. While somebody's screen is
 * kept behind the lock that is a matter of hours, and no button offers to lose it.
 */
export function NewVersion({ keepsScreen }: { keepsScreen: boolean }) {
  const { i18n } = useLingui();
  const found = useQuery({ queryKey: ['update'], queryFn: desktop.update, refetchInterval: LOOK_EVERY_MS });
  // Refused where the program has no window to start again; then it is left to whoever opens it.
  const restart = useMutation({ mutationFn: desktop.restart });
  const isInstalled = found.data?.stage === 'installed';
  useIdle(keepsScreen ? SHIFT_MS : UNUSED_MS, restart.mutate, isInstalled && restart.isIdle);
  if (!found.data || !isInstalled) return null;
  return (
    <>
      <p className="told">{updateWords(i18n, found.data)[1]}</p>
      {!keepsScreen && !restart.isError && (
        <Button variant="default" loading={restart.isPending || restart.isSuccess} onClick={() => restart.mutate()}>
          {i18n.t('Start the new version')}
        </Button>
      )}
    </>
  );
}
