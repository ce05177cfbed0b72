/** @jsxImportSource preact */
import type { CallFacts } from '@holdfast/visit-room/entry';
import { useWords } from './words';

const telOf = (phone: string, pin?: string) =>
  `tel:${phone.replace(/[^+\d]/g, '')}${pin ? `,,${pin.replace(/[^\d*#]/g, '')}` : ''}`;

/** A number that is not broken between two lines. */
const whole = (phone: string) => phone.replaceAll(' ', '\u00a0');

/** The visit by telephone, and the clinic's own number. */
export function LastResort({ call }: { call: CallFacts }) {
  const { say } = useWords();
  const { phone, bridge } = call;
  return (
    <div class="phones">
      {bridge && (
        <a class="button" href={telOf(bridge.phone, bridge.pin)}>
          <span>{say('phoneBridge', { phone: whole(bridge.phone) })}</span>
          {bridge.pin && <span class="soft">{say('phonePin', { pin: bridge.pin })}</span>}
        </a>
      )}
      {phone && (
        <a class="button" href={telOf(phone)}>
          {say('phoneClinic', { phone: whole(phone) })}
        </a>
      )}
      {!phone && !bridge && <p>{say('phoneNone')}</p>}
    </div>
  );
}
