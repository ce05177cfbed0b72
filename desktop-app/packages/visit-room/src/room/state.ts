// What a page knows of a visit: made of the node's messages alone, and of what the shell tells of its socket and path.
import type {
  Asked,
  CallFacts,
  CaptionMessage,
  ChatLine,
  ClinicStatus,
  Ended,
  FromNode,
  IceServers,
  Level,
  LevelWhy,
  Person,
  Quality,
  Refused,
  RelayState,
  Slots,
  TroubleMessage,
  Welcome,
} from '../messages';
import { LIMITS } from '../messages';

export interface RoomState {
  /** The last welcome; nothing before the first. */
  welcome?: Pick<Welcome, 'visit' | 'clinic' | 'recording'>;
  you?: Welcome['you'] & { why?: string; reason?: string };
  /** How far the node's clock is ahead of ours. */
  clockAheadMs: number;
  status?: ClinicStatus;
  relay: RelayState;
  ice?: IceServers;
  people: Person[];
  slots?: Slots;
  chat: ChatLine[];
  captions: CaptionMessage[];
  /** Clinicians: who knocked, and what was raised. */
  asked: Asked[];
  troubles: TroubleMessage[];
  refused?: Refused;
  ended?: Ended;
  told?: { level: Level; why: LevelWhy };
  /** What went wrong with no command to blame. */
  problem?: string;
}

export const NOTHING: RoomState = {
  clockAheadMs: 0,
  relay: { state: 'ok', sinceMs: 0 },
  people: [],
  chat: [],
  captions: [],
  asked: [],
  troubles: [],
};

const CAPTION_LINES = 3;
const TROUBLE_LINES = 5;

/** The state after a message. */
export function after(state: RoomState, message: FromNode, nowMs: number): RoomState {
  switch (message.type) {
    case 'welcome': {
      const { visit, clinic, recording, you, status, relay, ice, people, slots, chat } = message;
      return {
        ...state,
        welcome: { visit, clinic, recording },
        you,
        clockAheadMs: message.nowMs - nowMs,
        status,
        relay,
        ice,
        people,
        slots: newerOf(undefined, slots),
        chat,
        asked: state.asked.filter(({ member }) => isWaiting(people, member)),
        refused: undefined,
        problem: undefined,
      };
    }
    case 'refused':
      return { ...state, refused: message };
    case 'ended':
      return { ...state, ended: message };
    case 'you':
      return state.you
        ? {
            ...state,
            you: {
              ...state.you,
              state: message.state,
              sinceMs: message.sinceMs,
              why: message.why,
              reason: message.reason,
            },
          }
        : state;
    case 'people':
      return {
        ...state,
        people: message.people,
        asked: state.asked.filter(({ member }) => isWaiting(message.people, member)),
      };
    case 'slots':
      return { ...state, slots: newerOf(state.slots, message) };
    case 'status':
      return { ...state, status: message };
    case 'relay':
      return { ...state, relay: message };
    case 'ice':
      return { ...state, ice: message };
    case 'asked':
      return { ...state, asked: [...state.asked.filter(({ member }) => member !== message.member), message] };
    case 'chat':
      return state.chat.some(({ seq }) => seq === message.seq)
        ? state
        : { ...state, chat: [...state.chat, message].slice(-LIMITS.chatLines) };
    case 'caption':
      return { ...state, captions: [...state.captions, message].slice(-CAPTION_LINES) };
    case 'trouble':
      return { ...state, troubles: [...state.troubles, message].slice(-TROUBLE_LINES) };
    case 'degrade':
      return { ...state, told: { level: message.level, why: message.why } };
    case 'problem':
      return { ...state, problem: message.code };
    default:
      return state;
  }
}

const isWaiting = (people: readonly Person[], member: string) =>
  people.some((one) => one.member === member && one.state === 'waiting');

function newerOf(old: Slots | undefined, next: Slots): Slots {
  return old && old.rev >= next.rev ? old : { rev: next.rev, audio: next.audio, video: next.video };
}

/** Whom to call, by all that the page has heard: the node, then the link itself. */
export function callOf(state: RoomState, link?: CallFacts): CallFacts {
  const clinic = state.welcome?.clinic ?? state.refused?.clinic;
  return {
    clinic: clinic?.clinic ?? link?.clinic,
    phone: clinic?.phone ?? link?.phone,
    bridge: clinic?.bridge ?? link?.bridge,
  };
}

/** The node's code for what is shown of somebody's connection; while they reconnect it is `lost`. */
export function qualityShown({ connected, quality }: Person): Quality {
  return connected ? (quality ?? 'good') : 'lost';
}
