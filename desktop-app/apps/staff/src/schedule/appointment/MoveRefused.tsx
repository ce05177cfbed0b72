import type { AppointmentShown, DaySheet, Refusal } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog } from '@holdfast/ui';
import { titleOf } from '../names';
import { OtherTime } from './OtherTime';

interface Props {
  one: AppointmentShown;
  sheet: DaySheet;
  refusal: Refusal;
  onClose: () => void;
}

/** A move was refused: why, and where it can go instead. It stays where it was until then. */
export function MoveRefused({ one, sheet, refusal, onClose }: Props) {
  const { i18n } = useLingui();
  return (
    <Dialog
      onClose={onClose}
      title={i18n.t('{name} stays where it was', { name: titleOf(i18n, one) })}
      size="lg"
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      <OtherTime one={one} sheet={sheet} refused={refusal} onDone={onClose} onBack={onClose} />
    </Dialog>
  );
}
