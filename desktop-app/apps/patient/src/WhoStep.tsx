/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { Field } from './Field';
import { Trouble } from './Trouble';
import { faultsOf, type WhoForm } from './who';
import { useWords } from './words';

interface Props {
  form: WhoForm;
  onChange: (form: WhoForm) => void;
  /** Sends the code; its failure is shown here. */
  onSend: () => Promise<void>;
  onBack: () => void;
}

/** Who the appointment is for. What is wrong is said after the first try, not while somebody types. */
export function WhoStep({ form, onChange, onSend, onBack }: Props) {
  const { say } = useWords();
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const faults = isTried ? faultsOf(form) : {};
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (isBusy || Object.keys(faultsOf(form)).length > 0) return;
    setBusy(true);
    setError(undefined);
    onSend()
      .catch(setError)
      .finally(() => setBusy(false));
  };
  const set = (name: keyof WhoForm) => (value: string) => onChange({ ...form, [name]: value });
  const digits = { inputMode: 'numeric' as const, dir: 'ltr' as const };
  return (
    <form onSubmit={submit} noValidate>
      <Field
        label={say('name')}
        fault={faults.name}
        value={form.name}
        onInput={set('name')}
        options={{ autoComplete: 'name' }}
      />
      <fieldset>
        <legend>{say('birthDate')}</legend>
        <div class="date">
          <Field
            label={say('day')}
            value={form.day}
            onInput={set('day')}
            options={{ ...digits, maxLength: 2, autoComplete: 'bday-day' }}
          />
          <Field
            label={say('month')}
            value={form.month}
            onInput={set('month')}
            options={{ ...digits, maxLength: 2, autoComplete: 'bday-month' }}
          />
          <Field
            label={say('year')}
            value={form.year}
            onInput={set('year')}
            options={{ ...digits, maxLength: 4, autoComplete: 'bday-year' }}
          />
        </div>
        {faults.birthDate && (
          <p class="fault" role="alert">
            {say(faults.birthDate)}
          </p>
        )}
      </fieldset>
      <Field
        label={say('contact')}
        hint={say('contactHint')}
        fault={faults.contact}
        value={form.contact}
        onInput={set('contact')}
        options={{ dir: 'ltr', autoComplete: 'tel', autoCapitalize: 'none', spellcheck: false }}
      />
      <Field label={say('note')} value={form.note} onInput={set('note')} options={{ maxLength: 500 }} />
      <Trouble error={error} />
      <button type="submit" class="main" disabled={isBusy}>
        {isBusy ? say('loading') : say('sendCode')}
      </button>
      <button type="button" onClick={onBack}>
        {say('back')}
      </button>
    </form>
  );
}
