import { api, Problem, type Session, type Setup } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { Failed } from '../problems/Failed';
import { Entrance } from './Entrance';
import { NewVersion } from './NewVersion';
import { PinField } from './PinField';
import { hasPasskeys, signInByPasskey, wasLeft } from './passkey';
import { type RecentPerson, recentPeople } from './recentPeople';

interface Props {
  setup: Setup;
  /** Whose screen waits behind the lock. */
  locked: Session | null;
  onDone: (session: Session) => void;
}

/** Sign-in by PIN: a tile for those who have been here before, a name for everybody else. */
export function SignIn({ setup, locked, onDone }: Props) {
  const { i18n } = useLingui();
  const [people] = useState(recentPeople);
  const [chosen, setChosen] = useState<RecentPerson | null>(locked ? locked.user : null);
  const [isOther, setOther] = useState(people.length === 0);
  const back = () => {
    setChosen(null);
    setOther(false);
  };
  const title = locked ? i18n.t('Locked') : i18n.t('Sign in');
  return (
    <Entrance title={title} lead={setup.clinic || undefined}>
      {locked && (
        <p className="soft">{i18n.t('What was on the screen is kept for {name}.', { name: locked.user.name })}</p>
      )}
      {setup.locked && (
        <p className="told">{i18n.t('The records on this computer are locked until somebody signs in.')}</p>
      )}
      {chosen || isOther ? (
        <PinForm person={chosen} onDone={onDone} onBack={people.length > 0 || locked ? back : undefined} />
      ) : (
        <Tiles people={people} onChoose={setChosen} onOther={() => setOther(true)} />
      )}
      {setup.host === 'desktop' && <NewVersion keepsScreen={locked !== null} />}
    </Entrance>
  );
}

interface TilesProps {
  people: RecentPerson[];
  onChoose: (person: RecentPerson) => void;
  onOther: () => void;
}

function Tiles({ people, onChoose, onOther }: TilesProps) {
  const { i18n } = useLingui();
  return (
    <Stack gap="sm">
      <ul className="tiles">
        {people.map((person) => (
          <li key={person.login}>
            <button type="button" onClick={() => onChoose(person)}>
              <strong dir="auto">{person.name}</strong>
              <span className="soft small">{person.login}</span>
            </button>
          </li>
        ))}
      </ul>
      <Button variant="default" onClick={onOther}>
        {i18n.t('Somebody else')}
      </Button>
    </Stack>
  );
}

interface PinFormProps {
  person: RecentPerson | null;
  onDone: (session: Session) => void;
  onBack?: () => void;
}

function PinForm({ person, onDone, onBack }: PinFormProps) {
  const { i18n } = useLingui();
  const [login, setLogin] = useState(person?.login ?? '');
  const [pin, setPin] = useState('');
  const signIn = useMutation({
    mutationFn: () => api.signIn(login.trim(), pin),
    onSuccess: onDone,
    onError: () => setPin(''),
  });
  const byPasskey = useMutation({ mutationFn: () => signInByPasskey(login.trim()), onSuccess: onDone });
  const waitS = useCountdown(signIn.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!signIn.isPending && waitS === 0) signIn.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {person ? (
          <p className="chosen" dir="auto">
            {person.name}
          </p>
        ) : (
          <TextInput
            label={i18n.t('Login name')}
            value={login}
            onChange={(event) => setLogin(event.currentTarget.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            data-autofocus
            autoFocus
          />
        )}
        <PinField
          label={i18n.t('PIN')}
          value={pin}
          onChange={(event) => setPin(event.currentTarget.value)}
          autoFocus={person !== null}
        />
        {signIn.isError && <Failed error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending} disabled={waitS > 0}>
          {waitS > 0 ? i18n.t('Wait {seconds} s', { seconds: waitS }) : i18n.t('Sign in')}
        </Button>
        {hasPasskeys() && (
          <Button
            variant="default"
            loading={byPasskey.isPending}
            disabled={login.trim() === ''}
            onClick={() => byPasskey.mutate()}
          >
            {i18n.t('Sign in by passkey')}
          </Button>
        )}
        {byPasskey.isError && !wasLeft(byPasskey.error) && <Failed error={byPasskey.error} />}
        {onBack && (
          <Button variant="subtle" onClick={onBack}>
            {i18n.t('Somebody else')}
          </Button>
        )}
      </Stack>
    </form>
  );
}

/** Seconds left of a slowed sign-in. */
function useCountdown(error: unknown): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const seconds = error instanceof Problem ? (error.number('retryAfterS') ?? 0) : 0;
    const until = Date.now() + seconds * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    tick();
    const timer = seconds > 0 ? setInterval(tick, 500) : undefined;
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
