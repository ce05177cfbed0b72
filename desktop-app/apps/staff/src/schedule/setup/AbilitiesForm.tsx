import { type ResourceSetup, schedule } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { TagsInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { FormDialog } from '../../chart/FormDialog';
import { Failed } from '../../problems/Failed';
import { listWords } from '../../time/listWords';
import { useResources } from '../names';
import { abilitiesOf, codesOf, languageChoices } from './abilities';

/** What somebody can do and which languages they speak: free times are searched for by both. */
export function AbilitiesForm({ one, onClose }: { one: ResourceSetup; onClose: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const client = useQueryClient();
  const say = useToast();
  const all = useResources();
  const choices = useMemo(() => languageChoices(locale, one.languages), [locale, one.languages]);
  const [skills, setSkills] = useState(one.skills);
  const [languages, setLanguages] = useState(() =>
    choices.filter(({ code }) => one.languages.includes(code)).map(({ name }) => name),
  );
  const save = useMutation({
    mutationFn: () => schedule.saveAbilities(one.ref, { skills, languages: codesOf(languages, choices) }),
    onSuccess: () => {
      say({ text: i18n.t('Saved: skills and languages of {name}', { name: one.name }) });
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
  return (
    <FormDialog
      title={i18n.t('Skills and languages of {name}', { name: one.name })}
      onClose={onClose}
      onSave={() => !save.isPending && save.mutate()}
      incomplete={save.isPending}
    >
      <TagsInput
        label={i18n.t('Skills')}
        description={i18n.t('Type one and press Enter. Use the same words for the same skill.')}
        data-autofocus
        data={abilitiesOf(all.data ?? []).skills}
        value={skills}
        onChange={setSkills}
        maxTags={30}
      />
      {one.qualifications.length > 0 && (
        <p className="soft small">
          {i18n.t('Known from other records:')} <bdi>{listWords(one.qualifications, locale)}</bdi>
        </p>
      )}
      <TagsInput
        label={i18n.t('Languages')}
        description={i18n.t('Choose from the list, or type a code such as pt-BR.')}
        data={choices.map(({ name }) => name)}
        value={languages}
        onChange={setLanguages}
        maxTags={30}
      />
      {save.isError && <Failed error={save.error} />}
    </FormDialog>
  );
}
