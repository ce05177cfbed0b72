import { ask } from './client';
import type { Setup } from './types';

/** What a desktop's own host says beside what every host does. */
export interface DesktopSetup extends Setup {
  /** Whether this computer belongs to a clinic. */
  enrolled?: boolean;
}

/** Calls that only a desktop's own host answers. */
export const desktop = {
  /** Joins a clinic by a one-time token of its node. */
  enrol: (node: string, token: string) =>
    ask<{ clinic: string }>('POST', '/api/desktop/enrol', { body: { node, token } }),
};
