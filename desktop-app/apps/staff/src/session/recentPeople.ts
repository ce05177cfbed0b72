/** Somebody who has signed in on this device: what their tile shows, and nothing else of them. */
export interface RecentPerson {
  login: string;
  name: string;
}

const KEY = 'holdfast-people';
const MOST = 8;

/** Those who have signed in here, the last one first. */
export function recentPeople(storage: Storage = localStorage): RecentPerson[] {
  try {
    const all: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(all) ? all.filter(isPerson).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberPerson({ login, name }: RecentPerson, storage: Storage = localStorage): void {
  const others = recentPeople(storage).filter((one) => one.login !== login);
  storage.setItem(KEY, JSON.stringify([{ login, name }, ...others].slice(0, MOST)));
}

export function forgetPerson(login: string, storage: Storage = localStorage): void {
  storage.setItem(KEY, JSON.stringify(recentPeople(storage).filter((one) => one.login !== login)));
}

function isPerson(one: unknown): one is RecentPerson {
  const { login, name } = (one ?? {}) as Partial<RecentPerson>;
  return typeof login === 'string' && typeof name === 'string';
}
