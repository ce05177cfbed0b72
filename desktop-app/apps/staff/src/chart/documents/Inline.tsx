import { api, type DocumentReference, type FhirResource } from '@holdfast/api';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { Failed } from '../../problems/Failed';
import { blobOf, type Place } from './file';
import { Shown } from './Viewer';

type Binary = FhirResource & { data?: string; contentType?: string };

/** A file that stands in a record itself, as others' systems send them. */
export function Inline({ document, place, title }: { document: DocumentReference; place: Place; title: string }) {
  const contentType = document.content?.[0]?.attachment.contentType;
  const file = useQuery({
    queryKey: ['file', document.id],
    queryFn: ({ signal }) => load(place, contentType, signal),
    gcTime: 0,
  });
  const url = useMemo(() => file.data && URL.createObjectURL(file.data), [file.data]);
  useEffect(
    () => () => {
      if (url) URL.revokeObjectURL(url);
    },
    [url],
  );
  if (file.isError) return <Failed error={file.error} retry={file.refetch} />;
  return url ? <Shown url={url} type={file.data?.type} title={title} /> : <Skeleton height={400} />;
}

async function load(place: Place, contentType = '', signal?: AbortSignal): Promise<Blob> {
  if (place && 'data' in place) return blobOf(place.data, contentType);
  if (!place || !('binary' in place)) throw new Error('the document holds no file');
  const binary = await api.read<Binary>('Binary', place.binary, signal);
  return blobOf(binary.data ?? '', binary.contentType ?? contentType);
}
