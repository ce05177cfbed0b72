/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { api, type Clinic, Refused, type Slot, type VisitType } from './api';
import { Chosen } from './Chosen';
import { CodeStep } from './CodeStep';
import { newId } from './newId';
import { StepHead } from './StepHead';
import { Times } from './Times';
import { Trouble } from './Trouble';
import { WhoStep } from './WhoStep';
import { NOBODY, whoOf } from './who';
import { useWords } from './words';

type Step = 'what' | 'when' | 'who' | 'code';

interface Props {
  /** The clinic's name in addresses. */
  id: string;
  clinic: Clinic;
  onBooked: (link: string) => void;
}

/** Books in four steps: what for, when, who, and the code. */
export function Book({ id: clinicId, clinic, onBooked }: Props) {
  const { say, language } = useWords();
  const [step, setStep] = useState<Step>('what');
  const [id, setId] = useState(newId);
  const [type, setType] = useState<VisitType>();
  const [slot, setSlot] = useState<Slot>();
  const [isRequest, setRequest] = useState(false);
  const [form, setForm] = useState(NOBODY);
  const [taken, setTaken] = useState<unknown>();
  const send = () => api.sendCode(clinicId, id, whoOf(form), language);
  const book = async (code: string) => {
    if (!type || !slot) return;
    const asked = {
      id,
      code,
      who: whoOf(form),
      type: type.id,
      slot: slot.slot,
      language,
      note: form.note.trim() || undefined,
    };
    try {
      onBooked((await api.book(clinicId, asked)).link);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'slot-taken') throw error;
      // Another time is another booking; who it is for stays in the form.
      setId(newId());
      setTaken(error);
      setStep('when');
    }
  };
  return (
    <>
      {step === 'what' && (
        <>
          <StepHead>{say('what')}</StepHead>
          <ul class="choices">
            {clinic.types.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  onClick={() => {
                    setType(one);
                    setStep('when');
                  }}
                >
                  <strong>
                    <bdi>{one.name}</bdi>
                  </strong>
                  <span>
                    {say('minutes', { minutes: one.minutes })}
                    {one.remote && ` · ${say('remote')}`}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {clinic.types.length === 0 && <p>{say('noTimes')}</p>}
        </>
      )}
      {step === 'when' && type && (
        <>
          <StepHead>{say('when')}</StepHead>
          <Trouble error={taken} />
          <Times
            clinic={clinicId}
            type={type.id}
            timeZone={clinic.timeZone}
            onChoose={(chosen, asks) => {
              setSlot(chosen);
              setRequest(asks);
              setTaken(undefined);
              setStep('who');
            }}
          />
          <button type="button" onClick={() => setStep('what')}>
            {say('back')}
          </button>
        </>
      )}
      {(step === 'who' || step === 'code') && type && slot && (
        <>
          <StepHead>{step === 'who' ? say('who') : say('code')}</StepHead>
          <Chosen type={type} start={slot.start} timeZone={clinic.timeZone} who={slot.with} />
          {step === 'who' ? (
            <WhoStep
              form={form}
              onChange={setForm}
              onSend={() => send().then(() => setStep('code'))}
              onBack={() => setStep('when')}
            />
          ) : (
            <CodeStep
              contact={whoOf(form).contact}
              isRequest={isRequest}
              onCode={book}
              onAgain={send}
              onBack={() => setStep('who')}
            />
          )}
        </>
      )}
    </>
  );
}
