import { type FileShown, files } from '@holdfast/api';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { begunOf } from './file';
import { type Progress, upload } from './upload';

/** What one has begun to bring of a patient's, and the most that a file may have. */
export function useUnfinished(patient: string) {
  const queryKey = ['unfinished-files', patient];
  const client = useQueryClient();
  const { data } = useQuery({ queryKey, queryFn: ({ signal }) => files.unfinished(patient, signal) });
  const again = () => client.invalidateQueries({ queryKey });
  const giveUp = (id: string) => files.giveUp(id).finally(again);
  return { unfinished: data?.files ?? [], maxBytes: data?.maxBytes, again, giveUp };
}

/** Sends one file at a time. It stops with the form; what was sent is there, and is gone on with. */
export function useUpload(patient: string, unfinished: FileShown[]) {
  const [progress, setProgress] = useState<Progress>();
  const [error, setError] = useState<unknown>();
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);

  /** The file once all of it is there; nothing if it failed or was stopped. */
  async function start(file: File): Promise<FileShown | undefined> {
    const stopper = new AbortController();
    stop.current = stopper;
    const { signal } = stopper;
    setError(undefined);
    setProgress({ sent: 0, size: file.size, waits: false });
    try {
      return await upload({ patient, file, begun: begunOf(file, unfinished), tell: setProgress, signal });
    } catch (failure) {
      if (!signal.aborted) setError(failure);
      return undefined;
    } finally {
      if (stop.current?.signal === signal) {
        stop.current = null;
        setProgress(undefined);
      }
    }
  }

  return { progress, error, start, stop: () => stop.current?.abort() };
}
