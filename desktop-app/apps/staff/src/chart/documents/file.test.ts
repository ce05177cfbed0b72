import { expect, test } from 'vitest';
import { base64Of, blobOf, isShown, sizeWords } from './file';

test('bytes come back as they went', async () => {
  const data = await base64Of(new Blob([new Uint8Array([0, 255, 16])]));
  expect(data).toBe('AP8Q');
  expect(blobOf(data, 'image/png').size).toBe(3);
});

test('what could run scripts is not opened', () => {
  expect(['text/html', 'image/svg+xml', 'application/xhtml+xml', undefined].filter(isShown)).toEqual([]);
  expect(isShown('application/pdf')).toBe(true);
});

test('sizes are said in one unit', () => {
  expect([sizeWords(10), sizeWords(2048), sizeWords(3_500_000), sizeWords(undefined)]).toEqual([
    '1 kB',
    '2 kB',
    '3.3 MB',
    '',
  ]);
});
