import { useLingui, useLocale } from '@holdfast/i18n';
import { NativeSelect } from '@mantine/core';
import { languageNames } from '../languageNames';
import { useResources } from '../names';
import { abilitiesOf } from '../setup/abilities';

interface Props {
  skill: string;
  language: string;
  onSkill: (skill: string) => void;
  onLanguage: (language: string) => void;
}

/** What whoever sees the patient must be able to do and speak; nothing to choose where nobody has entered any. */
export function AbilityFields({ skill, language, onSkill, onLanguage }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { skills, languages } = abilitiesOf(useResources().data ?? []);
  const any = { value: '', label: i18n.t('Not needed') };
  return (
    <>
      {skills.length > 0 && (
        <NativeSelect
          label={i18n.t('Who can do')}
          value={skill}
          onChange={(event) => onSkill(event.currentTarget.value)}
          data={[any, ...skills.map((one) => ({ value: one, label: one }))]}
        />
      )}
      {languages.length > 0 && (
        <NativeSelect
          label={i18n.t('Who speaks')}
          value={language}
          onChange={(event) => onLanguage(event.currentTarget.value)}
          data={[any, ...languages.map((one) => ({ value: one, label: languageNames([one], locale) }))]}
        />
      )}
    </>
  );
}
