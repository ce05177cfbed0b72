import type { DocumentReference, FileShown } from '@holdfast/api';
import { expect, test } from 'vitest';
import { begunOf, blobOf, isShown, partThere, placeOf, sizeWords, typeOf } from './file';

test('bytes come out of a record', () => {
  expect(blobOf('AP8Q', 'image/png').size).toBe(3);
});

test('what could run scripts is not opened', () => {
  expect(['text/html', 'image/svg+xml', 'application/xhtml+xml', undefined].filter(isShown)).toEqual([]);
  expect(isShown('application/pdf')).toBe(true);
});

test('sizes are said in one unit', () => {
  expect([10, 2048, 3_500_000, 100 << 20, undefined].map(sizeWords)).toEqual(['1 kB', '2 kB', '3.3 MB', '100 MB', '']);
});

test('a file is known again by name, size and time, and nothing less', () => {
  const file = new File(['abc'], 'scan.pdf', { type: 'application/pdf;x=y', lastModified: 7 });
  const begun = (rest: Partial<FileShown>) => ({ name: 'scan.pdf', size: 3, modifiedMs: 7, ...rest }) as FileShown;
  expect(begunOf(file, [begun({ size: 4 }), begun({ id: 'f' })])?.id).toBe('f');
  expect(begunOf(file, [begun({ modifiedMs: 8 }), begun({ name: 'scan2.pdf' })])).toBeUndefined();
  expect(typeOf(file)).toBe('application/pdf');
  expect(typeOf(new File([], 'x'))).toBe('application/octet-stream');
  expect(partThere({ chunks: 4, missing: [3] } as unknown as FileShown)).toBe(0.75);
});

test('a document says where its bytes are', () => {
  const at = (attachment: object) => placeOf({ content: [{ attachment }] } as unknown as DocumentReference);
  expect(at({ url: '/api/files/f-1/content' })).toEqual({ file: 'f-1' });
  expect(at({ url: 'https://hub.example/api/files/f-1/content' })).toEqual({ file: 'f-1' });
  expect(at({ url: 'Binary/b' })).toEqual({ binary: 'b' });
  expect(at({ data: 'AP8Q', url: 'Binary/b' })).toEqual({ data: 'AP8Q' });
  expect(at({ url: 'https://elsewhere.example/x' })).toBeUndefined();
});
