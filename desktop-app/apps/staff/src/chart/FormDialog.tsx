import { useLingui } from '@holdfast/i18n';
import { Dialog, Keys, useShortcut } from '@holdfast/ui';
import { Button, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useUnsaved } from '../forms/useUnsaved';
import { DialogTitle } from './DialogTitle';
import { Unsaved } from './Unsaved';

interface Props {
  title: string;
  onClose: () => void;
  onSave: () => void;
  /** Nothing can be saved yet. */
  incomplete?: boolean;
  saveLabel?: string;
  size?: string;
  /** What is typed is kept as a draft: nothing is lost by leaving. */
  isKept?: boolean;
  children: ReactNode;
}

/** A form above the chart. Ctrl+Enter saves, Escape leaves; once something was typed it asks first, and says that it is not saved. */
export function FormDialog({ title, onClose, onSave, incomplete, saveLabel, size = 'lg', isKept, children }: Props) {
  const { i18n } = useLingui();
  const [isTouched, setTouched] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const isUnsaved = isTouched && !isKept;
  useUnsaved(isUnsaved);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!incomplete) onSave();
  };
  const leave = () => (isUnsaved ? setAsking(true) : onClose());
  useShortcut('mod+enter', submit);
  return (
    <Dialog
      onClose={leave}
      title={<DialogTitle>{title}</DialogTitle>}
      size={size}
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      <form onSubmit={submit} onInput={() => setTouched(true)} noValidate>
        <Stack gap="sm">
          {children}
          {isUnsaved && <Unsaved isAsking={isAsking} onStay={() => setAsking(false)} onLeave={onClose} />}
          <div className="form-foot">
            <Button type="submit" disabled={incomplete} rightSection={<Keys keys="mod+enter" />}>
              {saveLabel ?? i18n.t('Save')}
            </Button>
            <Button variant="subtle" onClick={leave}>
              {i18n.t('Cancel')}
            </Button>
          </div>
        </Stack>
      </form>
    </Dialog>
  );
}
