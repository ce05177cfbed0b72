/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { Field } from './Field';
import { Trouble } from './Trouble';
import { codeOf } from './who';
import { useWords } from './words';

interface Props {
  contact: string;
  isRequest: boolean;
  onCode: (code: string) => Promise<void>;
  onAgain: () => Promise<void>;
  onBack: () => void;
}

/** A number or an address within a sentence of any direction: from left to right, and on one line. */
const asOne = (text: string) => `\u2066${text.replaceAll(' ', '\u00a0')}\u2069`;

/** The one-time code: it shows that the number or address is the patient's own. */
export function CodeStep({ contact, isRequest, onCode, onAgain, onBack }: Props) {
  const { say } = useWords();
  const [text, setText] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = (work: () => Promise<void>) => {
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    work()
      .catch(setError)
      .finally(() => setBusy(false));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    const code = codeOf(text);
    if (code) run(() => onCode(code));
  };
  return (
    <form onSubmit={submit} noValidate>
      <p>{say('codeSent', { contact: asOne(contact) })}</p>
      <Field
        label={say('code')}
        fault={isTried && !codeOf(text) ? 'faultCode' : undefined}
        value={text}
        onInput={setText}
        options={{ inputMode: 'numeric', autoComplete: 'one-time-code', dir: 'ltr', class: 'code', maxLength: 9 }}
      />
      <Trouble error={error} />
      <button type="submit" class="main" disabled={isBusy}>
        {isBusy ? say('loading') : isRequest ? say('confirmRequest') : say('confirm')}
      </button>
      <button type="button" disabled={isBusy} onClick={() => run(onAgain)}>
        {say('codeAgain')}
      </button>
      <button type="button" onClick={onBack}>
        {say('back')}
      </button>
    </form>
  );
}
