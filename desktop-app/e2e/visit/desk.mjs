// What the staff app asks its host, answered from a few made-up records: enough to look at the clinician's room. The real host takes its
// place in `make e2e-visit`.
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { tokenOf } from './token.mjs';

const DIST = new URL('../../apps/staff/dist/', import.meta.url).pathname;
const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const PATIENT = '6b1f0d3a-9d8e-4a51-8b7e-2f0f6a3f1c11';
const TODAY = new Date().toISOString().slice(0, 10);
const at = (hour) => `${TODAY}T${String(hour).padStart(2, '0')}:00:00Z`;

const record = (resource) => ({ resource, version: '1', savedAt: 'hub', conflicts: [] });
const CHART = {
  patient: record({
    resourceType: 'Patient',
    id: PATIENT,
    name: [{ family: 'Jones', given: ['Sam'] }],
    birthDate: '1958-03-14',
    gender: 'male',
    identifier: [{ value: '00-1234-5' }],
  }),
  allergies: [record({ resourceType: 'AllergyIntolerance', id: 'a1', code: { text: 'Penicillin' } })],
  medicines: [],
  problems: [record({ resourceType: 'Condition', id: 'c1', code: { text: 'Type 2 diabetes' } })],
  vitals: { latest: [] },
  notes: { total: 0, latest: [] },
  encounters: [],
  immunizations: [],
  results: [],
  documents: [],
  familyHistory: [],
  counts: {},
  tookMs: 1,
};
const APPOINTMENT = {
  id: 'appointment-1',
  version: '1',
  bufferAfter: 0,
  bufferBefore: 0,
  conflict: false,
  start: at(10),
  end: at(11),
  fromMinute: 600,
  toMinute: 630,
  overbook: false,
  overlapsWith: [],
  patient: { id: PATIENT, name: 'Sam Jones', birthDate: '1958-03-14', phone: '+33 6 12 34 56 78' },
  remote: true,
  resources: ['Practitioner/p1'],
  saved: 'here',
  since: at(9),
  status: 'booked',
  type: { id: 't1', name: 'Follow-up' },
  walkIn: false,
};
const DAY = {
  appointments: [APPOINTMENT],
  canBook: 'here',
  opens: 480,
  closes: 1080,
  date: TODAY,
  dayStart: `${TODAY}T00:00:00Z`,
  hourMarks: [8, 9, 10, 11, 12, 13, 14, 15, 16, 17].map((hour) => ({ label: `${hour}:00`, minute: hour * 60 })),
  minutesInDay: 1440,
  requests: 0,
  resources: [
    {
      ref: 'Practitioner/p1',
      name: 'Dr Ada Byron',
      kind: 'practitioner',
      elsewhere: [],
      hours: [{ fromMinute: 480, toMinute: 1080 }],
      languages: [],
      off: [],
    },
  ],
  timeZone: 'UTC',
  waitlist: 0,
};

export class Desk {
  visit = {
    id: 'v1',
    version: '1',
    status: 'planned',
    sealed: false,
    appointment: APPOINTMENT.id,
    patient: { id: PATIENT, name: 'Sam Jones', birthDate: '1958-03-14', phone: '+33 6 12 34 56 78' },
    links: [],
    call: {
      clinic: 'North clinic',
      phone: '+33 1 98 76 54 32',
      bridge: { phone: '+33 1 23 45 67 89', pin: '4711#' },
      canCall: true,
    },
  };
  exists = false;

  constructor(node) {
    this.node = node;
  }

  /** Whether it was for the staff app. */
  async serve(request, response) {
    const { pathname } = new URL(request.url, 'http://host');
    const json = (body, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (pathname === '/' || pathname.startsWith('/assets/')) {
      const file = pathname === '/' ? 'index.html' : pathname.slice(1);
      response.writeHead(200, { 'content-type': KINDS[extname(file)] ?? 'text/plain' });
      response.end(await readFile(join(DIST, file)).catch(() => ''));
      return true;
    }
    if (pathname === '/api/continuity/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const tell = () => response.write(`data: ${JSON.stringify(continuity())}\n\n`);
      tell();
      const timer = setInterval(tell, 4_000);
      request.on('close', () => clearInterval(timer));
      return true;
    }
    const body = await read(request);
    const answer = this.answer(request.method, pathname, body);
    if (answer === undefined) return false;
    json(answer, answer.status === 404 && answer.code ? 404 : 200);
    return true;
  }

  answer(method, pathname, body) {
    const base = `/api/visits/${this.visit.id}`;
    if (pathname === '/api/setup')
      return { clinic: 'North clinic', host: 'node', locked: false, needsFirstAdmin: false, version: '0' };
    if (pathname === '/api/session') return session();
    if (pathname === '/api/continuity') return continuity();
    if (pathname === '/api/schedule/day') return DAY;
    if (pathname === '/api/drafts') return { drafts: [] };
    if (pathname === `/api/patients/${PATIENT}/chart`) return CHART;
    if (pathname === '/api/visits' && method === 'GET') return { visits: this.exists ? [this.visit] : [] };
    if (pathname === '/api/visits') {
      this.exists = true;
      this.visit.sealed = body.sealed === true;
      this.node.sealed = this.visit.sealed;
      return this.visit;
    }
    if (pathname === base && this.exists) return this.visit;
    if (pathname === `${base}/join`)
      return {
        token: tokenOf({
          visit: 'v1',
          member: 'doc',
          name: 'Dr Ada Byron',
          role: 'clinician',
          one: false,
          sealed: this.visit.sealed,
        }),
        expires: at(23),
        member: 'doc',
      };
    if (pathname === `${base}/clinicians`)
      return {
        clinicians: [
          { ref: 'Practitioner/p2', name: 'Dr Grace Hopper', here: true },
          { ref: 'Practitioner/p3', name: 'Dr Jean Dausset', here: false },
        ],
      };
    if (pathname === `${base}/links`) {
      const member = body.role === 'patient' ? 'sam' : `guest${this.visit.links.length}`;
      const url = `${this.node.url}/v/${tokenOf({ visit: 'v1', member, name: body.name, role: body.role, sealed: this.visit.sealed })}`;
      const link = { id: body.id, member, role: body.role, name: body.name, singleDevice: true, expires: at(23), url };
      this.visit.links.push(link);
      return link;
    }
    if (pathname.startsWith(`${base}/links/`)) {
      this.visit.links = this.visit.links.filter(({ id }) => !pathname.endsWith(id));
      return {};
    }
    if (pathname === `${base}/window`) return { opened: false, url: `${this.node.url}/v/x` };
    if (pathname === `${base}/end`) {
      this.visit = {
        ...this.visit,
        status: 'ended',
        ended: new Date().toISOString(),
        summary: { text: body.summary, next: body.next, at: new Date().toISOString() },
      };
      this.node.end(body);
      return this.visit;
    }
    if (pathname.startsWith('/api/')) return { status: 404, code: 'not-found' };
    return undefined;
  }
}

function session() {
  const soon = Date.now() + 12 * 3_600_000;
  return {
    confirmedUntilMs: soon,
    expiresMs: soon,
    keeps: ['Appointment', 'Composition', 'Observation', 'Condition'],
    mode: 'full',
    user: { id: 'u1', login: 'ada', name: 'Dr Ada Byron', practitioner: 'p1', roles: ['clinician'] },
  };
}

const continuity = () => ({
  changes: 0,
  clinic: 'North clinic',
  conflictsOpen: 0,
  lanes: [],
  link: { state: 'connected', sinceMs: Date.now() - 60_000, waitingScopes: 0 },
  nowMs: Date.now(),
  recordsHeld: 1,
  scopesHeld: 1,
  unsent: 0,
});

async function read(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
