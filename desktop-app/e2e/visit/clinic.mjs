// A clinic for visits: a real node and, in a process of its own, a real relay, both started from NODE (the built holdfast-node), with one
// clinician. What is set up is set up by the API, as staff would.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  folder = mkdtempSync(join(tmpdir(), 'holdfast-visit-'));
  log = [];

  /** `size` is how many visits the relay takes. */
  async start({ size = 50 } = {}) {
    this.size = size;
    this.write('127.0.0.1:0', 0, 0);
    const control = await this.startRelay();
    this.write(new URL(control).host, 0, 0);
    await this.startNode();
    const code = readFileSync(join(this.folder, 'data', 'setup-code'), 'utf8').trim();
    const admin = new Staff(this);
    await admin.must('POST', '/api/setup', { code, ...ADMIN });
    await admin.signIn(ADMIN);
    for (const one of [DOCTOR, COLLEAGUE]) await admin.must('POST', '/api/people', one);
    this.doctor = await new Staff(this).signIn(DOCTOR);
    return this;
  }

  write(control, port, turn) {
    const text = `
[node]
data_dir = "${this.folder}/data"
listen = "127.0.0.1:${this.url ? new URL(this.url).port : 0}"
[clinic]
title = "North clinic"
phone = "+33 1 98 76 54 32"
[relay]
control = "${control}"
key_file = "${this.folder}/relay-key"
port = ${port}
turn_port = ${turn}
visits = ${this.size}
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
    this.write(this.control ?? new URL(await this.controlUrl()).host, 0, 0);
  }

  async controlUrl() {
    return `http://${readFileSync(`${this.folder}/node.toml`, 'utf8').match(/control = "(.+)"/)[1]}`;
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
    });
    return id;
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

  async stop() {
    await this.node?.end();
    await this.relay?.end();
    await sleep(50);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
