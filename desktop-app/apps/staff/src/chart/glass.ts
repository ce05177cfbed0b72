import { Problem } from '@holdfast/api';

/**
 * Whether a chart that does not open may be kept from who asks, so that an emergency opens it. Somebody else's patient reads as
 * nobody's (`not-found`), and while head office cannot be asked, as perhaps elsewhere (`not-held`). A role that reads no patients
 * (`forbidden`), an address that is none, or a sign-in that has ended, an emergency does not change.
 */
export function mayBeKeptBack(error: unknown, seesPatients: boolean): boolean {
  return seesPatients && error instanceof Problem && (error.code === 'not-found' || error.code === 'not-held');
}

/** Whether the host has said that opening it in an emergency does not help either: there is no such record, or no right to any. */
export function isOfNoHelp(error: unknown): boolean {
  return error instanceof Problem && (error.status === 403 || error.status === 404);
}
