import type { I18n } from '@holdfast/i18n';

/** What is wrong with a new PIN, in words; empty if nothing is. The host decides again. */
export function pinFault(i18n: I18n, pin: string): string {
  if (!/^\d*$/.test(pin)) return i18n.t('Digits only.');
  if (pin.length < 6 || pin.length > 12) return i18n.t('6 to 12 digits.');
  const steps = new Set([...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index])));
  const step = steps.size === 1 ? [...steps][0] : undefined;
  if (step === 0 || step === 1 || step === -1) return i18n.t('Not a run such as 123456, nor one digit over and over.');
  return '';
}
