import type { DocumentReference } from '@holdfast/api';
import { textOf } from '../../fhir/words';

/** What a document is called. */
export function titleOf(document: DocumentReference): string {
  return document.description ?? document.content?.[0]?.attachment.title ?? textOf(document.type);
}
