import { ask, sendBytes } from './client';
import type { components } from './generated';
import { http, told } from './typed';

/** A file of a patient's, and which of its chunks are missing at this host. */
export type FileShown = components['schemas']['File'];
export type FileBegun = components['schemas']['FileBegun'];
export type UnfinishedFiles = components['schemas']['UnfinishedFiles'];

/** Files, chunk by chunk. */
export const files = {
  /** What one has begun to bring of a patient's, and the most that a file may have. */
  unfinished: (patient: string, signal?: AbortSignal) =>
    ask<UnfinishedFiles>('GET', `/api/patients/${patient}/files`, { signal }),
  begin: (patient: string, body: FileBegun, signal?: AbortSignal) =>
    ask<FileShown>('POST', `/api/patients/${patient}/files`, { body, signal }),
  shown: (id: string, signal?: AbortSignal) => ask<FileShown>('GET', `/api/files/${id}`, { signal }),
  chunk: (id: string, n: number, bytes: Blob, signal?: AbortSignal) =>
    sendBytes(`/api/files/${id}/chunks/${n}`, bytes, signal),
  complete: (id: string, signal?: AbortSignal) => ask<FileShown>('POST', `/api/files/${id}/complete`, { signal }),
  giveUp: (id: string) => told(http.DELETE('/api/files/{id}', { params: { path: { id } } })),
};
