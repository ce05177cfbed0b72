import { api, type CodeableConcept, type MedicineWarning } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { warningWords } from './warningWords';

const PAUSE_MS = 200;
const SHORTEST = 3;

/** What speaks against a medicine for this patient. It is asked a moment after the last key. */
export function useWarnings(patient: string, code: CodeableConcept, dose: string, own: string | undefined) {
  const text = code.text?.trim() ?? '';
  const asked = JSON.stringify({ patient, code: code.coding?.[0]?.code, text, dose: dose.trim() || undefined });
  const [calm] = useDebouncedValue(asked, PAUSE_MS);
  const isAsked = text.length >= SHORTEST;
  const check = useQuery({
    queryKey: ['medicine-check', calm],
    queryFn: ({ signal }) => api.checkMedicine(JSON.parse(calm), signal),
    enabled: isAsked,
    staleTime: 0,
  });
  // The medicine that is being edited is no duplicate of itself; and what is on record twice is warned of once.
  const others = (check.data?.warnings ?? []).filter(({ because }) => !own || because?.id !== own);
  const warnings = [...new Map(others.map((warning) => [warning.kind + warning.text, warning])).values()];
  return {
    warnings: isAsked ? warnings : [],
    isChecking: isAsked && (check.isPending || calm !== asked) && !check.isError,
    error: check.error,
  };
}

/** One warning, its kind in words. */
export function Warning({ warning }: { warning: MedicineWarning }) {
  const { i18n } = useLingui();
  const { kind, severity } = warning;
  const kinds = { allergy: i18n.t('Allergy'), interaction: i18n.t('Interaction'), duplicate: i18n.t('Taken already') };
  const isSevere = kind === 'allergy' || /high|severe|major|contra/i.test(severity);
  return (
    <p className={isSevere ? 'told danger' : 'told warn'}>
      <Mark kind={isSevere ? 'danger' : 'warn'}>{kinds[kind] ?? kind}</Mark> <bdi>{warningWords(i18n, warning)}</bdi>
    </p>
  );
}
