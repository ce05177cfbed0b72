import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';

interface Props {
  /** Somebody wants to leave. */
  isAsking: boolean;
  onStay: () => void;
  onLeave: () => void;
}

/** Says that what was typed is nowhere but on the screen; whoever leaves is asked. */
export function Unsaved({ isAsking, onStay, onLeave }: Props) {
  const { i18n } = useLingui();
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isAsking) stay.current?.focus();
  }, [isAsking]);
  if (!isAsking)
    return (
      <p>
        <Mark kind="warn">{i18n.t('Not saved yet')}</Mark>
      </p>
    );
  return (
    <div className="told warn stack" role="alert">
      <p>
        <Mark kind="warn">{i18n.t('What you typed is not saved yet.')}</Mark>
      </p>
      <div className="form-foot">
        <Button ref={stay} size="compact-md" variant="default" onClick={onStay}>
          {i18n.t('Go on writing')}
        </Button>
        <Button size="compact-md" color="red.9" onClick={onLeave}>
          {i18n.t('Leave without saving')}
        </Button>
      </div>
    </div>
  );
}
