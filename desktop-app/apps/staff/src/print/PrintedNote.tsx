import { useLingui, useLocale } from '@holdfast/i18n';
import { NoteText } from '../chart/notes/NoteText';
import { appendedTo, authorOfNote, isSigned, isWithdrawn, type Note, titleOfNote } from '../chart/notes/note';
import { timeWords } from '../time/ahead';

/** A note on paper: whose words, of when, and whether they hold. */
export function PrintedNote({ note }: { note: Note }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <section>
      <h2>
        {titleOfNote(note) || i18n.t('Note')}, {timeWords(i18n, note.date, locale)}, <bdi>{authorOfNote(note)}</bdi>
      </h2>
      {appendedTo(note) && <p>{i18n.t('Added to an earlier note.')}</p>}
      {isWithdrawn(note) && (
        <p>
          <strong>{i18n.t('Withdrawn: this was entered in error')}</strong>
        </p>
      )}
      {!isSigned(note) && (
        <p>
          <strong>{i18n.t('Not signed')}</strong>
        </p>
      )}
      <NoteText note={note} />
    </section>
  );
}
