import type { MedicineWarning } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';

/** A warning in the language of whoever reads it. What a clinic’s own rules say stands as they say it. */
export function warningWords(i18n: I18n, { kind, names, said, text }: MedicineWarning): string {
  const [one, other] = names ?? [];
  if (!one) return text;
  if (kind === 'duplicate') return i18n.t('Takes {one} already', { one });
  if (!said) return i18n.t('Allergic to {one}', { one });
  const words = saidWords(i18n)[said] ?? said;
  if (kind === 'allergy')
    return i18n.t('Allergic to {allergen}; {one}: {said}', { allergen: one, one: other, said: words });
  return i18n.t('{one} with {other}: {said}', { one, other, said: words });
}

/** What the built-in rules say (appliance/clinical/definitions/medicines.tsv), word for word. */
export function saidWords(i18n: I18n): Record<string, string> {
  return {
    'more bleeding, from the stomach above all': i18n.t('more bleeding, from the stomach above all'),
    'more bleeding': i18n.t('more bleeding'),
    'warfarin acts more strongly: INR rises': i18n.t('warfarin acts more strongly: INR rises'),
    'warfarin acts more strongly, for weeks: INR rises': i18n.t('warfarin acts more strongly, for weeks: INR rises'),
    'warfarin acts less: INR falls': i18n.t('warfarin acts less: INR falls'),
    'warfarin may act more strongly': i18n.t('warfarin may act more strongly'),
    'muscle damage (rhabdomyolysis); of simvastatin contraindicated': i18n.t(
      'muscle damage (rhabdomyolysis); of simvastatin contraindicated',
    ),
    'muscle damage: no more than 20 mg simvastatin a day': i18n.t(
      'muscle damage: no more than 20 mg simvastatin a day',
    ),
    'muscle damage: no more than 10 mg simvastatin a day': i18n.t(
      'muscle damage: no more than 10 mg simvastatin a day',
    ),
    'low pressure, high potassium and kidney damage by both together': i18n.t(
      'low pressure, high potassium and kidney damage by both together',
    ),
    'potassium may rise: measure it': i18n.t('potassium may rise: measure it'),
    'less effect on pressure, and kidney damage, above all with a diuretic': i18n.t(
      'less effect on pressure, and kidney damage, above all with a diuretic',
    ),
    'lithium may become toxic: measure its level': i18n.t('lithium may become toxic: measure its level'),
    'methotrexate may become toxic': i18n.t('methotrexate may become toxic'),
    'bone marrow failure': i18n.t('bone marrow failure'),
    'digoxin rises by more than half: halve it and measure its level': i18n.t(
      'digoxin rises by more than half: halve it and measure its level',
    ),
    'digoxin rises, and the heart slows': i18n.t('digoxin rises, and the heart slows'),
    'digoxin may become toxic': i18n.t('digoxin may become toxic'),
    'slow heart, heart block': i18n.t('slow heart, heart block'),
    'pressure falls dangerously: contraindicated': i18n.t('pressure falls dangerously: contraindicated'),
    'serotonin syndrome: contraindicated': i18n.t('serotonin syndrome: contraindicated'),
    'serotonin syndrome, seizures': i18n.t('serotonin syndrome, seizures'),
    'sedation, breathing may stop': i18n.t('sedation, breathing may stop'),
    'QT interval may lengthen: look at the ECG': i18n.t('QT interval may lengthen: look at the ECG'),
    'bone marrow failure: a third to a quarter of the dose of azathioprine, if at all': i18n.t(
      'bone marrow failure: a third to a quarter of the dose of azathioprine, if at all',
    ),
    'clopidogrel acts less': i18n.t('clopidogrel acts less'),
    'of the same group': i18n.t('of the same group'),
    'of the same group: angioedema': i18n.t('of the same group: angioedema'),
    'may react alike (about 2 in 100)': i18n.t('may react alike (about 2 in 100)'),
    'may react alike: asthma, urticaria': i18n.t('may react alike: asthma, urticaria'),
    'may react alike, which is rare (at most 7 in 100)': i18n.t('may react alike, which is rare (at most 7 in 100)'),
  };
}
