import type { DocumentReference, FileShown } from '@holdfast/api';

/** The bytes of a file that stands in a record, as FHIR has them. */
export function blobOf(data: string, type: string): Blob {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  return new Blob([bytes], { type });
}

/** A size as people say it. */
export function sizeWords(bytes: number | undefined): string {
  if (bytes === undefined) return '';
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} kB`;
  const tenths = (bytes / 1024 / 1024).toFixed(1);
  return `${tenths.replace(/\.0$/, '')} MB`;
}

/** What a browser shows without running anything of it. A page or a drawing with scripts is downloaded, never opened here. */
export function isShown(type: string | undefined): boolean {
  return type === 'application/pdf' || type === 'text/plain' || /^image\/(png|jpeg|gif|webp)$/.test(type ?? '');
}

/** The media type of a file that was chosen. */
export function typeOf(file: File): string {
  return file.type.split(';')[0]?.trim() || 'application/octet-stream';
}

/** What was begun of this very file, if anything: its halves must not come of two different ones. */
export function begunOf(file: File, unfinished: FileShown[]): FileShown | undefined {
  return unfinished.find(
    ({ name, size, modifiedMs }) => name === file.name && size === file.size && modifiedMs === file.lastModified,
  );
}

/** How much of a file is there, from 0 to 1. */
export function partThere({ chunks, missing }: FileShown): number {
  return chunks > 0 ? 1 - missing.length / chunks : 0;
}

/** Where the bytes of a document are. */
export type Place = { file: string } | { binary: string } | { data: string } | undefined;

export function placeOf({ content }: DocumentReference): Place {
  const attachment = content?.[0]?.attachment;
  if (attachment?.data) return { data: attachment.data };
  const file = attachment?.url?.match(/(?:^|\/)api\/files\/([A-Za-z0-9.-]+)\/content$/)?.[1];
  if (file) return { file };
  const binary = attachment?.url?.match(/(?:^|\/)Binary\/([A-Za-z0-9.-]+)$/)?.[1];
  return binary ? { binary } : undefined;
}
