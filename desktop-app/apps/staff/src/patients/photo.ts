import type { Patient } from '@holdfast/api';

/** Wide enough to know somebody by, small enough to travel with the record over a thin link: some 15 kB. */
const SIDE = 240;
const QUALITY = 0.82;
/** The kinds that every browser shows and that run nothing. */
const SHOWN = /^image\/(png|jpeg|webp|gif)$/;

export interface Photo {
  contentType: string;
  /** Base64. */
  data: string;
}

/** The patient's photo as the address of an image; none if the record holds none. */
export function photoOf({ photo }: Patient): string | undefined {
  const found = photo?.find(({ contentType, data }) => data && SHOWN.test(contentType ?? ''));
  return found && `data:${found.contentType};base64,${found.data}`;
}

/** The patient with another photo, or with none. */
export function withPhoto(patient: Patient, photo: Photo | undefined): Patient {
  const { photo: _, ...rest } = patient;
  return photo ? { ...rest, photo: [photo] } : rest;
}

/** The largest square in the middle of a picture: where it begins and how wide it is. */
export function middleOf(width: number, height: number): { x: number; y: number; side: number } {
  const side = Math.min(width, height);
  // A face is above the middle of a portrait.
  return { x: (width - side) / 2, y: (height - side) / 3, side };
}

/** A picture from a camera as a small square. */
export async function smallPhoto(file: Blob): Promise<Photo> {
  const picture = await createImageBitmap(file);
  const { x, y, side } = middleOf(picture.width, picture.height);
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  canvas.getContext('2d')?.drawImage(picture, x, y, side, side, 0, 0, SIDE, SIDE);
  picture.close();
  const contentType = 'image/jpeg';
  return { contentType, data: canvas.toDataURL(contentType, QUALITY).replace(/^.*,/, '') };
}
