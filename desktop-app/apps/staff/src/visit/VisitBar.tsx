import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { leave, type Running, secrets, useRunning } from './running';
import { useRoomView } from './useRoomView';
import { qualityWords } from './words';

/** On every other screen: that a visit goes on, who waits, and the way back to it. With the session the visit is left. */
export function VisitBar() {
  const running = useRunning();
  const [location] = useLocation();
  useEffect(() => leave, []);
  if (!running || location.startsWith(`/visit/${running.visit}`)) return null;
  return <Bar running={running} />;
}

function Bar({ running }: { running: Running }) {
  const { i18n } = useLingui();
  const { state, quality, local } = useRoomView(running.room);
  const { kind, text } = qualityWords(i18n, quality);
  const waiting = state.people.filter((one) => one.state === 'waiting').length;
  const secret = secrets.get(running.visit);
  if (state.ended) return null;
  return (
    <div className="banner visit-bar" role="status">
      <strong>{i18n.t('The visit with {name} goes on.', { name: running.name })}</strong>
      {running.isHere && <Mark kind={kind}>{text}</Mark>}
      {waiting > 0 && (
        <Mark kind="warn">
          {i18n.t('{count, plural, one {# person waits} other {# people wait}}', { count: waiting })}
        </Mark>
      )}
      <span className="end">
        {running.isHere && (
          <Button size="compact-sm" variant="default" onClick={() => running.room.local.mute(local.audio)}>
            {local.audio ? i18n.t('Mute') : i18n.t('Unmute')}
          </Button>
        )}
        <Link href={`/visit/${running.visit}${secret ? `/${secret}` : ''}`}>{i18n.t('Back to the visit')}</Link>
      </span>
    </div>
  );
}
