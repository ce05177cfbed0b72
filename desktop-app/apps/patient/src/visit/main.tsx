/** @jsxImportSource preact */
import '../style.css';
import './visit.css';
import { addressOf, Room, sealingOf } from '@holdfast/visit-room/entry';
import { render } from 'preact';
import { firstLanguage } from '../language';
import { VisitApp } from './VisitApp';
import { textsOf } from './words';

const root = document.getElementById('root');
const language = firstLanguage();
const address = addressOf(location.pathname, location.hash);
const room = address && newRoom(address);

/** The visit of this page's address; its sound and pictures are fetched when somebody is let in. */
function newRoom(address: NonNullable<ReturnType<typeof addressOf>>) {
  const made = new Room({
    address,
    origin: location.origin,
    part: 'room',
    language: () => document.documentElement.lang,
    canSeal: sealingOf() !== undefined,
    engine: () => import('@holdfast/visit-room/engine'),
    seal: () => import('@holdfast/visit-room/seal'),
  });
  made.start().catch(() => undefined);
  return made;
}

if (root) textsOf(language).then((texts) => render(<VisitApp first={{ language, texts }} room={room} />, root));
