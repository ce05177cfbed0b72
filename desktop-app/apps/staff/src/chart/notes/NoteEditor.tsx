import { api, type Composition } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Keys, Mark, useShortcut } from '@holdfast/ui';
import { Button, NativeSelect, Skeleton, Textarea } from '@mantine/core';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { DraftMark } from '../../drafts/DraftMark';
import { useDraft } from '../../drafts/useDraft';
import { WhenField } from '../../forms/WhenField';
import { faultOfWhen } from '../../forms/when';
import { useSession } from '../../session/SessionContext';
import { nowInstant } from '../../time/dates';
import { useThrowAway } from '../../undo/useThrowAway';
import { useChart } from '../ChartContext';
import { authorOf, openVisitOf } from '../references';
import { useSave } from '../useSave';
import { LastVitals } from '../vitals/LastVitals';
import { LastNote } from './LastNote';
import { DOWNTIME, isBlank, type NoteDraft, says, signed, templatesOf, underTemplate } from './note';

/** A note of this id is there, and says something else. */
const SIGNED_ALREADY = new Set(['exists', 'signed']);

/** Writes a note. It is a draft of its author alone, kept every two seconds, until it is signed; then it never changes. */
export function NoteEditor({ appends, own }: { appends?: string; own?: string }) {
  const { i18n } = useLingui();
  const { session } = useSession();
  const { id, chart, go } = useChart();
  const save = useSave(id);
  const templates = templatesOf(i18n);
  const [fresh] = useState<NoteDraft>(() => begin(i18n, appends, own));
  const draft = useDraft<NoteDraft>({
    key: `note:${id}${appends ? `:${appends}` : ''}${own ? `~${own}` : ''}`,
    form: 'note',
    patient: id,
    initial: fresh,
    apart: (note, id) => ({ ...note, id, at: undefined }),
  });
  const note = draft.value;
  const [isSigning, setSigning] = useState(false);
  const isNoTime = faultOfWhen(note.when, new Date()) !== undefined;
  const sign = async () => {
    if (isSigning || isBlank(note) || isNoTime) return;
    setSigning(true);
    const at = note.at ?? nowInstant();
    draft.change({ ...note, at });
    const resource = signed(note, { patient: id, author: authorOf(session), at, encounter: openVisitOf(chart) });
    let isThere = false;
    const isSaved = await save({
      resources: [resource],
      what: i18n.t('Signed: {name}', { name: note.title }),
      canUndo: false,
      onRefused: async (problem) => {
        if (!SIGNED_ALREADY.has(problem.code)) return false;
        isThere = says(await api.read<Composition>('Composition', note.id), note);
        // It was signed in another window, in other words: these are kept, and become a note of their own when they are signed.
        if (!isThere) draft.part();
        return true;
      },
    });
    if (isSaved || isThere) {
      // Whoever goes on at once is not called back later.
      draft.drop();
      go('notes');
    } else setSigning(false);
  };
  useShortcut('mod+enter', sign);
  const write = (at: number, text: string) =>
    draft.change({
      ...note,
      at: undefined,
      sections: note.sections.map((section, index) => (index === at ? { ...section, text } : section)),
    });
  const choose = (key: string) => {
    const template = templates.find((one) => one.key === key);
    if (template) draft.change({ ...underTemplate(note, template), at: undefined });
  };
  const throwDraftAway = useThrowAway();
  const throwAway = async () => {
    const [rest] = draft.key.split('~').slice(1);
    const place = `notes/${appends ? `add-${appends}` : 'new'}${rest ? `~${rest}` : ''}`;
    const thrown = { key: draft.key, form: 'note', patient: id, body: note, to: `/patients/${id}/${place}` };
    // Of a blank note there is nothing to bring back.
    await (isBlank(note) ? draft.drop() : throwDraftAway({ ...thrown, drop: draft.drop }));
    go('notes');
  };
  const title = appends ? i18n.t('Add to a note') : i18n.t('New note');
  return (
    <div className="with-side">
      <section className="panel" aria-label={title}>
        <header>
          <h2>{title}</h2>
          {draft.isResumed && <Mark kind="off">{i18n.t('Goes on from your draft')}</Mark>}
          <DraftMark draft={draft} />
          {!appends && (
            <NativeSelect
              aria-label={i18n.t('Template')}
              size="xs"
              value={note.template}
              onChange={(event) => choose(event.currentTarget.value)}
              data={templates.map(({ key, name }) => ({ value: key, label: name }))}
            />
          )}
        </header>
        <div className="body">
          {draft.isLoading ? (
            <Skeleton height={300} />
          ) : (
            <form
              className="stack"
              onBlur={draft.flush}
              onSubmit={(event) => {
                event.preventDefault();
                sign();
              }}
            >
              {note.sections.map((section, index) => (
                <Textarea
                  // biome-ignore lint/suspicious/noArrayIndexKey: headings do not move.
                  key={index}
                  label={section.title}
                  value={section.text}
                  dir="auto"
                  autosize
                  minRows={note.sections.length > 2 ? 2 : 6}
                  autoFocus={index === 0}
                  onChange={(event) => write(index, event.currentTarget.value)}
                />
              ))}
              <WhenField
                label={i18n.t('When it was')}
                value={note.when}
                onChange={(when) => draft.change({ ...note, when, at: undefined })}
              />
              <div className="form-foot">
                <Button
                  type="submit"
                  loading={isSigning}
                  disabled={isBlank(note) || isNoTime}
                  rightSection={<Keys keys="mod+enter" />}
                >
                  {i18n.t('Sign')}
                </Button>
                <Button variant="default" onClick={() => draft.flush().then(() => go('notes'))}>
                  {i18n.t('Keep as a draft')}
                </Button>
                <Button variant="subtle" onClick={throwAway}>
                  {i18n.t('Throw away')}
                </Button>
              </div>
              <p className="soft small">{i18n.t('A signed note cannot be changed, only added to.')}</p>
            </form>
          )}
        </div>
      </section>
      <div className="side stack">
        <LastVitals />
        <LastNote />
      </div>
    </div>
  );
}

function begin(i18n: Parameters<typeof templatesOf>[0], appends?: string, own?: string): NoteDraft {
  const templates = templatesOf(i18n);
  const first = templates.find(({ key }) => own === DOWNTIME && key === DOWNTIME) ?? templates[0];
  const blank: NoteDraft = { id: newId(), template: '', title: '', sections: [] };
  if (appends)
    return { ...blank, title: i18n.t('Addendum'), sections: [{ title: i18n.t('Addendum'), text: '' }], appends };
  return first ? underTemplate(blank, first) : blank;
}
