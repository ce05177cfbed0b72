/** @jsxImportSource preact */
import type { Role, RoomView, TokenPayload } from '@holdfast/visit-room/entry';
import { StepHead } from '../StepHead';
import { LastResort } from './LastResort';
import { type Key, useWords } from './words';

const ROLES: Partial<Record<Role, Key>> = {
  clinician: 'whatClinician',
  interpreter: 'whatInterpreter',
  family: 'whatFamily',
};

interface Props {
  view: RoomView;
  link?: TokenPayload;
  onNext: () => void;
}

/** What will happen, before anything does. */
export function Start({ view, link, onNext }: Props) {
  const { say } = useWords();
  const name = view.state.you?.name ?? link?.name;
  const role = view.state.you?.role ?? link?.role;
  const roleKey = role && ROLES[role];
  return (
    <>
      <StepHead>{name ? say('hello', { name }) : say('whatHead')}</StepHead>
      {roleKey && <p>{say(roleKey)}</p>}
      <h2>{say('whatHead')}</h2>
      <ol class="steps">
        <li>{say('what1')}</li>
        <li>{say('what2')}</li>
        <li>{say('what3')}</li>
      </ol>
      <p class="told">{say('whatRecord')}</p>
      {link?.sealed && <p class="told">{say('whatSealed')}</p>}
      <button type="button" class="main" onClick={onNext}>
        {say('next')}
      </button>
      <details>
        <summary>{say('phoneHead')}</summary>
        <LastResort call={view.call} />
      </details>
    </>
  );
}
