/** @jsxImportSource preact */
import type { Room } from '@holdfast/visit-room/entry';
import { useMemo, useState } from 'preact/hooks';
import { Languages } from '../Languages';
import { fill, type Language } from '../language';
import { LinkTrouble } from './LinkTrouble';
import type { Texts } from './texts/en';
import { VisitPage } from './VisitPage';
import { type Spoken, textsOf, Words } from './words';

interface Props {
  first: { language: Language; texts: Texts };
  /** Nothing, if the page's address is no link. */
  room?: Room;
}

/** The page by which a patient, their family or an interpreter comes to a visit. */
export function VisitApp({ first, room }: Props) {
  const [spoken, setSpoken] = useState(first);
  const words = useMemo<Spoken>(
    () => ({ language: spoken.language, say: (key, values) => fill(spoken.texts[key], values) }),
    [spoken],
  );
  const speak = (language: Language) => {
    textsOf(language)
      .then((texts) => setSpoken({ language, texts }))
      // A catalogue that cannot be fetched now leaves the language as it is.
      .catch(() => undefined);
  };
  const languages = <Languages label={words.say('language')} value={spoken.language} onChange={speak} />;
  return (
    <Words.Provider value={words}>
      {room ? (
        <VisitPage room={room} languages={languages} />
      ) : (
        <>
          {languages}
          <main>
            <LinkTrouble refused={{ type: 'refused', code: 'link-bad' }} call={{}} onAgain={() => undefined} />
          </main>
        </>
      )}
    </Words.Provider>
  );
}
