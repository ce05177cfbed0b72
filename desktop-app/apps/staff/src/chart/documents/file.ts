/** What a record can hold is 16 MiB as text; a file grows by a third on its way into it. */
export const MOST_BYTES = 11 * 1024 * 1024;

/** The bytes of a file as FHIR has them. */
export async function base64Of(file: Blob): Promise<string> {
  const url = await new Promise<string>((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(',') + 1);
}

/** The other way round. */
export function blobOf(data: string, type: string): Blob {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  return new Blob([bytes], { type });
}

/** A size as people say it. */
export function sizeWords(bytes: number | undefined): string {
  if (bytes === undefined) return '';
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** What a browser shows without running anything of it. A page or a drawing with scripts is downloaded, never opened here. */
export function isShown(type: string | undefined): boolean {
  return type === 'application/pdf' || type === 'text/plain' || /^image\/(png|jpeg|gif|webp)$/.test(type ?? '');
}
