/** @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { clinicOf, linkOf } from './address';
import { api, type Clinic, type Clinics } from './api';
import { Book } from './Book';
import { Languages } from './Languages';
import { fill, type Language } from './language';
import { Own } from './Own';
import { StepHead } from './StepHead';
import { Trouble } from './Trouble';
import type { Texts } from './texts/en';
import { type Spoken, textsOf, useWords, Words } from './words';

interface Props {
  first: { language: Language; texts: Texts };
}

/** The page on which patients book: one appointment by its link, or a new one. */
export function App({ first }: Props) {
  const [spoken, setSpoken] = useState(first);
  const speak = (language: Language) => textsOf(language).then((texts) => setSpoken({ language, texts }));
  const words = useMemo<Spoken>(
    () => ({ language: spoken.language, say: (key, values) => fill(spoken.texts[key], values) }),
    [spoken],
  );
  return (
    <Words.Provider value={words}>
      <Languages label={words.say('language')} value={spoken.language} onChange={speak} />
      <main>
        <Screen />
      </main>
    </Words.Provider>
  );
}

function Screen() {
  const [link, setLink] = useState(() => linkOf(location.hash));
  useEffect(() => {
    const look = () => setLink(linkOf(location.hash));
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  if (link) {
    const follow = (next: string) => {
      location.hash = `#/a/${next}`;
    };
    return <Own key={link} link={link} onLink={follow} />;
  }
  const id = clinicOf(location.pathname);
  return id ? <NewBooking id={id} /> : <Choose />;
}

/** The clinics that take bookings, for whoever came without one. */
function Choose() {
  const { say } = useWords();
  const [all, setAll] = useState<Clinics>();
  const [error, setError] = useState<unknown>();
  const read = () => {
    setError(undefined);
    api.clinics().then(setAll, setError);
  };
  useEffect(read, []);
  useEffect(() => {
    document.title = say('title');
  }, [say]);
  if (error) return <Trouble error={error} retry={read} />;
  if (!all) return <p role="status">{say('loading')}</p>;
  return (
    <>
      <StepHead>{say('where')}</StepHead>
      <ul class="choices">
        {all.clinics.map(({ id, name }) => (
          <li key={id}>
            <a class="button" href={`/book/${encodeURIComponent(id)}`}>
              <bdi>{name}</bdi>
            </a>
          </li>
        ))}
      </ul>
      {all.clinics.length === 0 && <p>{say('noClinics')}</p>}
    </>
  );
}

function NewBooking({ id }: { id: string }) {
  const { say } = useWords();
  const [clinic, setClinic] = useState<Clinic>();
  const [error, setError] = useState<unknown>();
  const read = () => {
    setError(undefined);
    api.clinic(id).then(setClinic, setError);
  };
  useEffect(read, [id]);
  useEffect(() => {
    document.title = [say('title'), clinic?.name].filter(Boolean).join(' · ');
  }, [say, clinic]);
  if (error) return <Trouble error={error} retry={read} />;
  if (!clinic) return <p role="status">{say('loading')}</p>;
  return (
    <>
      <p class="clinic">
        <bdi>{clinic.name}</bdi>
      </p>
      <Book
        id={id}
        clinic={clinic}
        onBooked={(link) => {
          location.hash = `#/a/${link}`;
        }}
      />
      {clinic.phone && (
        <p>
          <a class="button" href={`tel:${clinic.phone.replace(/[^+\d]/g, '')}`}>
            {say('clinicPhone', { phone: clinic.phone })}
          </a>
        </p>
      )}
    </>
  );
}
