/** @jsxImportSource preact */
import { useEffect, useRef } from 'preact/hooks';

/** One's own camera, mirrored as one knows oneself. */
export function SelfView({ track, label }: { track?: MediaStreamTrack; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (!video.current) return;
    video.current.srcObject = track ? new MediaStream([track]) : null;
    video.current.play().catch(() => undefined);
  }, [track]);
  return <video ref={video} class="self" muted playsInline aria-label={label} hidden={!track} />;
}
