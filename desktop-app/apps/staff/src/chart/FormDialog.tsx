import { useLingui } from '@holdfast/i18n';
import { Dialog, Keys, useShortcut } from '@holdfast/ui';
import { Button, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { DialogTitle } from './DialogTitle';

interface Props {
  title: string;
  onClose: () => void;
  onSave: () => void;
  /** Nothing can be saved yet. */
  incomplete?: boolean;
  saveLabel?: string;
  size?: string;
  children: ReactNode;
}

/** A form above the chart. Ctrl+Enter saves, Escape leaves. */
export function FormDialog({ title, onClose, onSave, incomplete, saveLabel, size = 'lg', children }: Props) {
  const { i18n } = useLingui();
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!incomplete) onSave();
  };
  useShortcut('mod+enter', submit);
  return (
    <Dialog
      onClose={onClose}
      title={<DialogTitle>{title}</DialogTitle>}
      size={size}
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {children}
          <div className="form-foot">
            <Button type="submit" disabled={incomplete} rightSection={<Keys keys="mod+enter" />}>
              {saveLabel ?? i18n.t('Save')}
            </Button>
            <Button variant="subtle" onClick={onClose}>
              {i18n.t('Cancel')}
            </Button>
          </div>
        </Stack>
      </form>
    </Dialog>
  );
}
