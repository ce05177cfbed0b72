// A clinic for visits: a real node and, in a process of its own, a real relay, both started from NODE (the built holdfast-node), with one
// clinician. What is set up is set up by the API, as staff would.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const ADMIN = { login: 'visit-admin', name: 'Administrator', pin: '913605' };
export const DOCTOR = { login: 'ada', name: 'Ada Byron', pin: '482915', roles: ['clinician', 'nurse', 'manager'] };
export const COLLEAGUE = { login: 'leo', name: 'Leo Marsh', pin: '570284', roles: ['clinician'] };

/** A program that says `ready URL` once it serves. */
class Program {
  constructor(words, log) {
    const binary = process.env.NODE;
    if (!binary) throw new Error('NODE has to name the built holdfast-node');
    this.child = spawn(binary, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = log;
    this.child.stderr.on('data', (data) => log.push(String(data)));
    this.ended = new Promise((done) => this.child.once('exit', done));
  }

  async ready() {
    for await (const line of createInterface({ input: this.child.stdout })) {
      const ready = /^ready (http:\S+)/.exec(line);
      if (ready) return ready[1];
    }
    throw new Error(`it ended before it was ready: ${this.log.slice(-5).join('')}`);
  }

  async end(signal = 'SIGTERM') {
    this.child.kill(signal);
    await this.ended;
  }
}

/** Somebody who has signed in. */
export class Staff {
  cookie = '';

  constructor(clinic) {
    this.clinic = clinic;
  }

  async call(method, path, body) {
    const headers = { 'content-type': 'application/json', 'x-holdfast': '1', cookie: this.cookie };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(`${this.clinic.url}${path}`, { method, headers, body: text });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0];
    if (cookie) this.cookie = cookie;
    const said = answer.headers.get('content-type')?.includes('json') ? await answer.json() : await answer.text();
    return { status: answer.status, said };
  }

  async must(method, path, body) {
    const { status, said } = await this.call(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(said)}`);
    return said;
  }

  async signIn({ login, pin }) {
    await this.must('POST', '/api/session', { login, pin });
    return this;
  }
}

export class Clinic {
  doctorIs = DOCTOR;
  folder = mkdtempSync(join(tmpdir(), 'holdfast-visit-'));
  log = [];

  /** `size` is how many visits the relay takes; `port` the one that it takes media in, if it has to stay the same. */
  async start({ size = 50, port = 0 } = {}) {
    this.size = size;
    this.port = port;
    this.certify();
    this.control = '127.0.0.1:0';
    this.write();
    this.control = new URL(await this.startRelay()).host;
    this.write();
    await this.startNode();
    const code = readFileSync(join(this.folder, 'data', 'setup-code'), 'utf8').trim();
    const admin = new Staff(this);
    await admin.must('POST', '/api/setup', { code, ...ADMIN });
    await admin.signIn(ADMIN);
    for (const one of [DOCTOR, COLLEAGUE]) await admin.must('POST', '/api/people', one);
    this.admin = admin;
    this.doctor = await new Staff(this).signIn(DOCTOR);
    return this;
  }

  /** A certificate for TURN over TLS, that nobody but this run trusts. */
  certify() {
    const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1';
    const files = ['-keyout', `${this.folder}/turns.key`, '-out', `${this.folder}/turns.pem`];
    const name = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...words.split(' '), ...files, ...name], { stdio: 'ignore' });
  }

  write() {
    const text = `
[node]
data_dir = "${this.folder}/data"
listen = "127.0.0.1:${this.url ? new URL(this.url).port : 0}"
[clinic]
title = "North clinic"
phone = "+33 1 98 76 54 32"
time_zone = "${zoneOfMidday()}"
[relay]
control = "${this.control}"
key_file = "${this.folder}/relay-key"
port = ${this.port}
shards = 1
turns_port = 0
turns_certificate = "${this.folder}/turns.pem"
turns_key = "${this.folder}/turns.key"
visits = ${this.size}
members = ${this.size * 6}
`;
    writeFileSync(`${this.folder}/node.toml`, text);
  }

  async startRelay() {
    const config = ['--config', `${this.folder}/node.toml`];
    this.relay = new Program(['serve', ...config, '--data-dir', `${this.folder}/relay`, '--roles', 'relay'], this.log);
    return this.relay.ready();
  }

  async startNode() {
    this.node = new Program(['serve', '--config', `${this.folder}/node.toml`, '--roles', 'clinic'], this.log);
    this.url = await this.node.ready();
    // From now on it is where it was.
    this.write();
  }

  /** Ends the relay as a crash would, and starts it again. */
  async killRelay() {
    await this.relay.end('SIGKILL');
    await this.startRelay();
  }

  /** The same of the node: nothing that was told to anybody is lost. */
  async killNode() {
    await this.node.end('SIGKILL');
    await this.startNode();
    await this.doctor.signIn(DOCTOR);
  }

  async patient(given, family) {
    const { id } = await this.doctor.must('POST', '/fhir/Patient', {
      resourceType: 'Patient',
      name: [{ given: [given], family }],
      gender: 'female',
      birthDate: '1980-04-01',
      telecom: [{ system: 'phone', value: '+33 6 12 34 56 78' }],
    });
    return id;
  }

  /** Ada is at work all day, every day, and can be booked. */
  async opens() {
    const name = [{ given: ['Ada'], family: 'Byron' }];
    const { id } = await this.doctor.must('POST', '/fhir/Practitioner', {
      resourceType: 'Practitioner',
      active: true,
      name,
    });
    this.ada = `Practitioner/${id}`;
    const { people } = await this.admin.must('GET', '/api/people');
    const { id: person } = people.find(({ login }) => login === DOCTOR.login);
    await this.admin.must('PUT', `/api/people/${person}`, { practitioner: this.ada });
    const weekly = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
    await this.doctor.must('PUT', `/api/schedule/resources/${this.ada}/hours`, { weekly });
    const needs = [{ kind: 'practitioner' }];
    await this.doctor.must('PUT', '/api/schedule/types/visit', {
      name: 'Video consultation',
      active: true,
      remote: true,
      minutes: 15,
      bufferBefore: 0,
      bufferAfter: 0,
      capacity: 1,
      webShare: 0,
      needs,
    });
  }

  /** An appointment of today, in `inMinutes` or soon after; the clinic's clock is near midday whenever this runs. */
  async appointment(patient, inMinutes = 15) {
    const start = new Date(Math.ceil(Date.now() / 900_000) * 900_000 + (inMinutes - 15) * 60_000);
    const booking = {
      id: crypto.randomUUID(),
      type: 'visit',
      patient,
      start: start.toISOString(),
      resources: [this.ada],
    };
    return this.doctor.must('POST', '/api/schedule/appointments', { ...booking, remote: true });
  }

  /** A visit of a patient, with a link to it. */
  async visit(patient, { sealed, name = 'Sam Jones', singleDevice = true } = {}) {
    const id = crypto.randomUUID();
    const visit = await this.doctor.must('POST', '/api/visits', { id, patient, sealed });
    const link = await this.link(id, { name, singleDevice });
    return { ...visit, url: link.url };
  }

  link(id, { role = 'patient', name = 'Sam Jones', singleDevice = true } = {}) {
    return this.doctor.must('POST', `/api/visits/${id}/links`, { id: crypto.randomUUID(), role, name, singleDevice });
  }

  /** The clinician's own link: the page of patients opens for every role. */
  async clinicianUrl(id, staff = this.doctor) {
    const { token } = await staff.must('POST', `/api/visits/${id}/join`, {});
    return `${this.url}/v/${token}`;
  }

  /** What node and relay warned of, for whoever looks at a run that failed. */
  said() {
    const lines = this.log.join('').split('\n');
    return lines
      .filter((line) => /"level":"(WARN|ERROR)"|panicked/.test(line))
      .slice(-20)
      .join('\n');
  }

  /** At once, for a run that ends otherwise than it should. */
  killAll() {
    for (const one of [this.node, this.relay]) one?.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async stop() {
    await this.node?.end();
    await this.relay?.end();
    await sleep(50);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A zone in which it is about midday now, so that what is soon is today. The signs of these names are the other way round. */
function zoneOfMidday() {
  const off = 12 - new Date().getUTCHours();
  return off === 0 ? 'UTC' : `Etc/GMT${off > 0 ? '-' : '+'}${Math.abs(off)}`;
}

/** A port that nobody has now. */
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
