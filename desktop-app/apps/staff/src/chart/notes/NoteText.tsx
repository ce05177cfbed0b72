import './notes.css';
import { type Note, sectionsOfNote } from './note';

/** The words of a note. */
export function NoteText({ note }: { note: Note }) {
  return (
    <div className="note-text" dir="auto">
      {sectionsOfNote(note).map(({ title, text }) => (
        <div key={title + text.slice(0, 20)}>
          {title && <h3>{title}</h3>}
          <p>{text}</p>
        </div>
      ))}
    </div>
  );
}
