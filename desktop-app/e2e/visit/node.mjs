// A node for looking at the pages of visits, and for nothing else: signalling as docs/visit-messages.md has it, in memory. The real
// one takes its place in `make e2e-visit`.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';
import { echo, Relay } from './relay.mjs';
import { payloadOf } from './token.mjs';

const DIST = new URL('../../apps/patient/dist/', import.meta.url).pathname;
const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const CSP =
  "default-src 'self'; connect-src 'self' ws: wss: https:; media-src 'self' blob:; worker-src 'self' blob:; img-src 'self' data:";
const CLOSED_FOR_GOOD = 4000;
const CALL = {
  clinic: 'North clinic',
  phone: '+33 1 98 76 54 32',
  bridge: { phone: '+33 1 23 45 67 89', pin: '4711#' },
};

export class Node {
  relay = new Relay();
  people = new Map();
  chat = [];
  sealed = false;
  status = { state: 'away', sinceMs: Date.now() };
  links = new Map();
  answers = new Map();
  summary;
  rev = 0;
  /** What a test wants to say instead of what is so. */
  refuse;
  isAway = false;
  /** What was offered and what came of it. */
  log = [];

  async start(port = 0) {
    this.http = createServer((request, response) => this.serve(request, response));
    this.sockets = new WebSocketServer({ server: this.http, path: '/api/visit/socket' });
    this.sockets.on('connection', (socket) => this.connected(socket));
    this.relay.onChange = (member, state) => {
      this.log.push([Date.now(), member, state]);
      this.tellPeople();
    };
    await new Promise((done) => this.http.listen(port, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.http.address().port}`;
    return this.url;
  }

  async serve(request, response) {
    const { url } = request;
    if (this.desk && !url.startsWith('/v/') && (await this.desk.serve(request, response))) return;
    const name = /^\/v\/assets\/([\w.-]+)$/.exec(url)?.[1];
    const file = name ? join(DIST, 'assets', name) : url.startsWith('/v/') ? join(DIST, 'visit.html') : undefined;
    const bytes = file && (await readFile(file).catch(() => undefined));
    response.writeHead(bytes ? 200 : 404, {
      'content-type': KINDS[extname(file ?? '')] ?? 'text/plain',
      'content-security-policy': CSP,
    });
    response.end(bytes);
  }

  async stop() {
    for (const socket of this.sockets.clients) socket.terminate();
    await this.relay.kill();
    await new Promise((done) => this.http.close(done));
  }

  /** The clinic role is away, or back; media goes on. */
  away(isAway) {
    this.isAway = isAway;
    if (isAway) for (const socket of this.sockets.clients) socket.terminate();
  }

  connected(socket) {
    if (this.isAway) return socket.terminate();
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'hello') this.hello(socket, message);
      else if (socket.member) this.take(socket, message).catch((error) => this.failed(socket, message, error));
    });
    socket.on('close', () => {
      const person = this.people.get(socket.member);
      if (person?.socket === socket) person.socket = undefined;
      this.tellPeople();
    });
  }

  failed(socket, { id }, { code, retryAfterMs, message }) {
    say(socket, { type: 'problem', id, code: code ?? 'bad-message', text: message, retryAfterMs });
  }

  hello(socket, { token, device, takeOver, language, seal }) {
    const payload = payloadOf(token);
    const end = (refused) => {
      say(socket, { type: 'refused', clinic: CALL, ...refused });
      socket.close(CLOSED_FOR_GOOD);
    };
    if (this.refuse) return end(this.refuse);
    if (!payload) return end({ code: 'link-bad' });
    if (this.links.get(payload.member) === 'revoked') return end({ code: 'link-revoked' });
    if (payload.exp * 1000 < Date.now()) return end({ code: 'link-expired' });
    if (this.summary) return end({ code: 'ended', summary: this.summary });
    const { member, name, role } = payload;
    const old = this.people.get(member);
    if (old?.socket && old.device !== device && payload.one && !takeOver) return end({ code: 'elsewhere' });
    if (old?.socket) {
      say(old.socket, { type: 'ended', why: 'moved', atMs: Date.now() });
      old.socket.close(CLOSED_FOR_GOOD);
    }
    const state = old?.state === 'in' || old?.state === 'waiting' ? old.state : 'here';
    const sinceMs = old && state === old.state ? old.sinceMs : Date.now();
    const one = {
      audio: false,
      camera: false,
      screen: false,
      ...old,
      member,
      name,
      role,
      state,
      sinceMs,
      language,
      seal,
      device,
      socket,
    };
    this.people.set(member, one);
    socket.member = member;
    say(socket, {
      type: 'welcome',
      v: 1,
      nowMs: Date.now(),
      visit: { id: payload.visit, sealed: this.sealed, scheduledMs: Date.now() },
      clinic: { id: 'north', timeZone: 'Europe/Paris', ...CALL },
      you: { member, role, name: one.name, state: one.state, sinceMs: one.sinceMs },
      media: this.relay.has(member),
      status: this.status,
      relay: { state: this.relay.isUp ? 'ok' : 'away', sinceMs: 0 },
      ice: { servers: [], untilMs: Date.now() + 300_000 },
      people: this.seenBy(one),
      slots: this.slotsOf(member),
      chat: this.chat,
      recording: false,
    });
    this.tellPeople();
  }

  async take(socket, message) {
    const me = this.people.get(socket.member);
    const done = () => say(socket, { type: 'done', id: message.id });
    switch (message.type) {
      case 'ping':
        return say(socket, { type: 'pong', t: message.t });
      case 'ask-ice':
        return say(socket, { type: 'ice', servers: [], untilMs: Date.now() + 300_000 });
      case 'knock':
        done();
        this.move(me, me.role === 'clinician' ? 'in' : 'waiting', me.role === 'clinician' ? 'admitted' : undefined);
        if (me.role === 'clinician') this.setStatus('ready', me.name);
        else this.toClinicians({ type: 'asked', member: me.member, name: me.name, role: me.role, sinceMs: Date.now() });
        return;
      case 'admit':
        this.move(this.people.get(message.member), 'in', 'admitted');
        return done();
      case 'decline':
        this.move(this.people.get(message.member), 'left', 'declined', message.reason);
        return done();
      case 'remove':
        this.move(
          this.people.get(message.member),
          message.back ? 'waiting' : 'left',
          message.back ? 'back' : 'removed',
        );
        return done();
      case 'status':
        this.setStatus(message.state, me.name, message.minutes);
        return done();
      case 'check':
        if (!this.relay.isUp) throw Object.assign(new Error(), { code: 'relay-away' });
        return say(socket, { type: 'answer', id: message.id, sdp: await echo(message.sdp) });
      case 'offer': {
        if (me.state !== 'in') throw Object.assign(new Error(), { code: 'not-admitted' });
        this.offers = (this.offers ?? 0) + (message.restart ? 0 : 1);
        this.restarts = (this.restarts ?? 0) + (message.restart ? 1 : 0);
        const note = (...what) =>
          this.log.push([Date.now(), me.member, message.restart ? 'restart' : 'offer', ...what]);
        note('asked');
        const sdp = await this.relay.offer(me.member, message.sdp, message.restart).catch((error) => {
          note(error.code ?? error.stack);
          throw error;
        });
        note('answered');
        say(socket, { type: 'answer', id: message.id, sdp });
        return this.tellPeople();
      }
      case 'media': {
        const { audio, camera, screen, level, levelWhy } = message;
        Object.assign(me, { audio, camera, screen, level, levelWhy });
        const media = this.relay.members.get(me.member);
        if (media) media.screen = screen;
        this.relay.route();
        done();
        return this.tellPeople();
      }
      case 'chat': {
        if (this.answers.has(message.id)) return done();
        this.answers.set(message.id, true);
        const line = {
          seq: this.chat.length + 1,
          member: me.member,
          name: me.name,
          atMs: Date.now(),
          text: message.text,
        };
        this.chat.push(line);
        this.toAll({ type: 'chat', ...line });
        return done();
      }
      case 'caption':
        return this.toAll({ type: 'caption', member: me.member, name: me.name, text: message.text });
      case 'trouble':
        this.toClinicians({ type: 'trouble', member: me.member, name: me.name, kind: message.kind, atMs: Date.now() });
        return done();
      case 'stats':
        me.quality = message.stats.quality;
        me.stats = message.stats;
        return this.tellPeople();
      case 'bridge':
        if (message.member) this.people.get(message.member).phone = message.do === 'call' ? 'ringing' : undefined;
        done();
        return this.tellPeople();
      case 'leave':
        done();
        return this.endFor(me, 'left');
      case 'end':
        done();
        return this.end(message);
      default:
        return message.id ? done() : undefined;
    }
  }

  end({ summary, next }) {
    this.summary = { text: summary ?? '', next, atMs: Date.now() };
    for (const person of [...this.people.values()]) this.endFor(person, 'ended', this.summary);
  }

  endFor(person, why, summary) {
    person.state = 'left';
    this.relay.remove(person.member);
    say(person.socket, { type: 'ended', why, atMs: Date.now(), summary });
    person.socket?.close(CLOSED_FOR_GOOD);
    this.tellPeople();
  }

  move(person, state, why, reason) {
    if (!person) throw Object.assign(new Error(), { code: 'no-such-member' });
    person.state = state;
    person.sinceMs = Date.now();
    if (state !== 'in') this.relay.remove(person.member);
    say(person.socket, { type: 'you', state, sinceMs: person.sinceMs, why, reason });
    this.tellPeople();
  }

  setStatus(state, name, minutes) {
    this.status = { state, name, minutes, sinceMs: Date.now() };
    this.toAll({ type: 'status', ...this.status }, () => true);
  }

  seenBy(me) {
    const all = [...this.people.values()].map((one) => {
      const { socket, device, stats, ...person } = one;
      const media = this.relay.members.get(one.member);
      // Some only stand there, for the layout.
      return { ...person, connected: one.stands ?? (Boolean(socket) && Boolean(media?.connected)) };
    });
    return me.state === 'in' || me.role === 'clinician' ? all : all.filter(({ member }) => member === me.member);
  }

  slotsOf(member) {
    return { rev: ++this.rev, ...this.relay.slotsOf(member) };
  }

  tellPeople() {
    for (const person of this.people.values()) {
      say(person.socket, { type: 'people', people: this.seenBy(person) });
      if (person.state === 'in') say(person.socket, { type: 'slots', ...this.slotsOf(person.member) });
    }
  }

  toClinicians(message) {
    this.toAll(message, ({ role }) => role === 'clinician');
  }

  toAll(message, of = ({ state }) => state === 'in') {
    for (const person of this.people.values()) if (of(person)) say(person.socket, message);
  }
}

function say(socket, message) {
  if (socket?.readyState === 1) socket.send(JSON.stringify(message));
}
