/** Shows a track in an element; says whether it may be heard. A browser that wants a click first refuses. */
export async function attach(element: HTMLMediaElement, track: MediaStreamTrack | undefined): Promise<boolean> {
  const now = (element.srcObject as MediaStream | null)?.getTracks()[0];
  if (now !== track) element.srcObject = track ? new MediaStream([track]) : null;
  if (!track) return true;
  try {
    await element.play();
    return true;
  } catch (error) {
    // An element that was taken away, or given another track, while it began has nothing to say of clicks.
    return !(error instanceof Error && error.name === 'NotAllowedError');
  }
}

type WithSink = HTMLMediaElement & { setSinkId?: (id: string) => Promise<void> };

/** The sounds of all others, one element a slot, outside of what a framework draws: none is cut by a redraw. */
export function holdSounds(slots: number) {
  const elements = Array.from({ length: slots }, () => {
    const element = document.createElement('audio');
    element.autoplay = true;
    return element;
  });
  return {
    /** Takes the slots' tracks as they are now; false if a click is needed. */
    async take(trackOf: (slot: number) => MediaStreamTrack | undefined): Promise<boolean> {
      const all = await Promise.all(elements.map((element, slot) => attach(element, trackOf(slot))));
      return all.every(Boolean);
    },
    speaker(id: string | undefined) {
      for (const element of elements as WithSink[]) element.setSinkId?.(id ?? '').catch(() => undefined);
    },
    close() {
      for (const element of elements) element.srcObject = null;
    },
  };
}
