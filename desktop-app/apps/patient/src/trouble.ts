import { Refused } from './api';
import type { Key } from './words';

/** What to say of an error. */
export function troubleOf(error: unknown): Key {
  const keys: Record<string, Key> = {
    unreachable: 'errUnreachable',
    'slot-taken': 'errTaken',
    'code-wrong': 'errCode',
    'code-over': 'errCodeOver',
    'too-many': 'errTooMany',
    'too-many-requests': 'errTooMany',
    'booking-off': 'noClinics',
    'clinic-unknown': 'noClinics',
    'slot-unknown': 'errTaken',
    'too-late': 'errTooLate',
    'appointment-unsettled': 'unsettledHint',
    'enough-booked': 'errEnough',
    'not-found': 'errUnknown',
    'http-404': 'errUnknown',
    'http-429': 'errTooMany',
  };
  return (error instanceof Refused && keys[error.code]) || 'errOther';
}
