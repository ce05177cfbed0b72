import { ask } from './client';
import type { Setup } from './types';

/** What a desktop's own host says beside what every host does. */
export interface DesktopSetup extends Setup {
  /** Whether this computer belongs to a clinic. */
  enrolled?: boolean;
}

/** How a desktop's own program is brought up to date. */
export interface Update {
  /** The version that runs. */
  ownVersion: string;
  /** How far the next one is; `off` without a release key, `ready` when it waits for the computer's installer. */
  stage: 'off' | 'unknown' | 'current' | 'downloading' | 'ready' | 'installed';
  /** The next one, if one is known. */
  version?: string;
  /** Bytes of it that are here, and that it has, while it is fetched. */
  doneBytes?: number;
  sizeBytes?: number;
  /** What went wrong last, until it goes well: what failed, why, what to do. */
  problem?: string;
}

/** Calls that only a desktop's own host answers. */
export const desktop = {
  /** Joins a clinic by a one-time token of its node. */
  enrol: (node: string, token: string) =>
    ask<{ clinic: string }>('POST', '/api/desktop/enrol', { body: { node, token } }),

  /** How this program is brought up to date. */
  update: () => ask<Update>('GET', '/api/desktop/update'),

  /** Starts the program again in the version that is installed; refused if there is none. What a page holds must be saved first. */
  restart: () => ask<void>('POST', '/api/desktop/restart'),
};
