"use strict";
// The state of the clinic node: follows /api/continuity/events, falls back to polling, lets a person settle conflicts.
(() => {
  const TOKEN = "holdfast-token";
  const POLL_MS = 1000, POLL_LONGEST_MS = 15000, SILENCE_MS = 40000;
  const $ = (id) => document.getElementById(id);

  // --- what is known -------------------------------------------------------------------------------------------
  let report = null, clockOffsetMs = 0, reachable = true, lastHeardMs = 0, mode = "";
  let open = { list: [], next: null, refused: "" }, details = new Map(), listedFor = "";

  // --- the token: in the fragment once, then in this tab only ---------------------------------------------------
  const fromFragment = /^#token=(.+)$/.exec(location.hash);
  if (fromFragment) {
    sessionStorage.setItem(TOKEN, decodeURIComponent(fromFragment[1]));
    history.replaceState(null, "", location.pathname);
  }
  const token = () => sessionStorage.getItem(TOKEN);

  class Refused extends Error {
    constructor(status, problem) { super(problem.detail || "refused"); this.status = status; this.code = problem.code; }
  }
  async function ask(path, options = {}) {
    const headers = { authorization: `Bearer ${token()}`, ...options.headers };
    const answer = await fetch(path, { ...options, headers, cache: "no-store" });
    if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
    return answer;
  }
  // Numbers stay as written: a dose of 1.50 is shown as 1.50.
  const exact = (text) => JSON.parse(text, (_, value, at) => typeof value === "number" && at?.source ? at.source : value);

  // --- words ----------------------------------------------------------------------------------------------------
  // A number stays with its noun: the space does not break.
  const plural = (n, one, many) => `${n.toLocaleString("en")}\u00a0${n === 1 ? one : many}`;
  const changes = (n) => plural(n, "change", "changes");
  const now = () => Date.now() + clockOffsetMs;
  function ago(sinceMs) {
    const minutes = Math.floor(Math.max(0, now() - sinceMs) / 60000);
    if (minutes < 1) return "less than a minute";
    if (minutes < 120) return plural(minutes, "minute", "minutes");
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? plural(hours, "hour", "hours") : plural(Math.floor(hours / 24), "day", "days");
  }
  const clock = (ms) => new Date(ms).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const LANES = {
    safety: ["Safety", "allergies, medicines, booking rights"],
    chart: ["Chart", "the rest of the record"],
    operations: ["Operations", "schedules, billing, directories"],
    audit: ["Audit", "who saw and did what"],
  };

  // Head office itself has no clinic, and usually nobody above it.
  const isTop = () => !report.clinic && report.link.state === "off";
  function headline({ link, unsent, unsentSinceMs }) {
    if (isTop()) return ["ok", "This is head office.", "What the clinics write comes together here.", ""];
    const waiting = unsent ? `${changes(unsent)} waiting.` : "No changes waiting.";
    const coming = link.waitingScopes ? `News of ${plural(link.waitingScopes, "record group", "record groups")} is still to come.` : "";
    if (link.state === "off") {
      return ["off", "No link to head office is set up.", unsent ? `${changes(unsent)} held here only.` : "", ""];
    }
    if (link.state === "connected") {
      const to = `Connected to ${link.endpoint ? host(link.endpoint) : "head office"}${link.sinceMs ? ` since ${clock(link.sinceMs)}` : ""}.`;
      if (unsent) return ["busy", `Sending ${changes(unsent)} to head office.`, `The oldest is from ${ago(unsentSinceMs)} ago. ${coming}`, to];
      if (coming) return ["busy", coming, "Everything from here is at head office.", to];
      return ["ok", "Everything from here is at head office.", "", to];
    }
    if (!link.sinceMs) return ["busy", "Connecting to head office.", `${waiting} Nothing is lost.`, ""];
    const head = `Link to head office down for ${ago(link.sinceMs)}. ${waiting} Nothing is lost.`;
    return ["down", head, `The clinic carries on as always. ${nextTry(link)} ${coming}`, link.lastError ? `Why: ${link.lastError.message}` : ""];
  }
  function nextTry(link) {
    if (link.state === "connecting" || !link.nextTryMs) return "It is trying again now.";
    const seconds = Math.ceil((link.nextTryMs - now()) / 1000);
    if (seconds <= 1) return "It is trying again now.";
    return seconds < 120 ? `It tries again in ${seconds} seconds.` : `It tries again in ${Math.round(seconds / 60)} minutes.`;
  }
  function laneStatus(lane, link) {
    if (isTop()) return ["ok", lane.written ? `${lane.written.toLocaleString("en")} written here` : "Nothing written yet"];
    if (!lane.unsent) return ["ok", lane.written ? "All at head office" : "Nothing written yet"];
    const since = lane.unsentSinceMs ? ` for ${ago(lane.unsentSinceMs)}` : "";
    if (link.state === "off") return ["off", `${lane.unsent.toLocaleString("en")} held here only`];
    return [link.state === "connected" ? "busy" : "down", `${lane.unsent.toLocaleString("en")} waiting${since}`];
  }
  const host = (url) => { try { return new URL(url).host; } catch { return url; } };

  // --- drawing --------------------------------------------------------------------------------------------------
  function make(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name === "on") node.addEventListener("click", value);
      else if (name in node && name !== "list") node[name] = value;
      else node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== ""));
    return node;
  }
  function shape(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "shape");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${name}`);
    svg.append(use);
    return svg;
  }
  // Text is only touched when it differs, so that a screen reader is not told the same again.
  function say(node, text) { text = text.trim(); if (node.textContent !== text) node.textContent = text; }
  // A list is only rebuilt when it differs, and then the focus stays on the button it was on.
  function redraw(list, key, build) {
    if (list.dataset.drawn === key) return;
    list.dataset.drawn = key;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    list.replaceChildren(...build());
    if (focused) [...list.querySelectorAll("[data-key]")].find((node) => node.dataset.key === focused)?.focus();
  }

  function draw() {
    say($("live"), !reachable ? "Not connected" : mode);
    const known = report !== null && token() !== null;
    for (const id of ["state", "lanes-card", "conflicts-card"]) $(id).hidden = !known;
    $("sign-out").hidden = !token();
    drawAlert();
    if (!known) return say($("held"), "");
    const name = report.clinic ? `Clinic ${report.clinic}` : "Head office";
    say($("clinic"), name);
    document.title = `${report.conflictsOpen ? `(${report.conflictsOpen}) ` : ""}${name}`;
    drawState();
    drawLanes();
    drawConflicts();
    say($("held"), `${plural(report.recordsHeld, "record", "records")} held here.`);
  }
  function drawAlert() {
    const alert = $("alert");
    const damage = report?.damage ?? "";
    alert.hidden = reachable && !damage;
    if (alert.hidden) return;
    if (reachable) {
      redraw(alert, damage, () => [
        make("h2", { textContent: "Some records on this node are damaged." }),
        make("p", { textContent: `Everything else works as always. Tell whoever looks after the node: ${damage}.` }),
      ]);
      return;
    }
    const last = lastHeardMs ? `Below is what it said ${ago(lastHeardMs + clockOffsetMs)} ago, at ${clock(lastHeardMs)}.` : "";
    redraw(alert, last, () => [
      make("h2", { textContent: "This page cannot reach the clinic node." }),
      make("p", { textContent: "Check that the node has power and that this computer is on the clinic’s network. It tries again by itself." }),
      make("p", { textContent: last }),
    ]);
  }
  function drawState() {
    const [known, head, detail, why] = headline(report);
    // What was good when it was last heard of is not shown as good now.
    const kind = reachable ? known : "off";
    $("state").className = `card state is-${kind}`;
    $("shape").firstElementChild.setAttribute("href", `#${kind}`);
    say($("headline"), reachable ? head : `Last known: ${head}`);
    say($("detail"), detail);
    say($("why"), why);
    const progress = report.link.progress;
    $("progress").hidden = !progress;
    if (!progress) return;
    const label = $("progress").firstElementChild;
    say(label, progress.total ? `${progress.what}: ${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")}` : progress.what);
    if (progress.total) { $("bar").max = progress.total; $("bar").value = progress.done; } else $("bar").removeAttribute("value");
  }
  function drawLanes() {
    const rows = report.lanes.map((lane) => {
      const [kind, status] = laneStatus(lane, report.link);
      const has = (a) => a.through >= lane.written ? "all of it" : `${a.through.toLocaleString("en")} of ${lane.written.toLocaleString("en")}`;
      const acks = lane.acknowledged.map((a) => `${host(a.endpoint)} confirmed ${has(a)} ${ago(a.atMs)} ago`);
      return [reachable ? kind : "off", ...(LANES[lane.lane] || [lane.lane, ""]), status, acks.join("; ")];
    });
    redraw($("lanes"), JSON.stringify(rows), () => rows.map(([kind, name, about, status, acks]) =>
      make("li", { className: `lane is-${kind}` }, shape(kind),
        make("div", {}, make("p", { className: "name", textContent: name }), make("p", { className: "soft", textContent: about })),
        make("div", {}, make("p", { className: "status", textContent: status }), make("p", { className: "soft", textContent: acks })))));
  }

  // --- conflicts ------------------------------------------------------------------------------------------------
  function drawConflicts() {
    const count = report.conflictsOpen;
    if (open.refused) say($("conflicts-note"), open.refused);
    else say($("conflicts-note"), count ? `${plural(count, "record was", "records were")} changed in two places at once. Both values are kept until somebody decides.` : "None. Nothing here needs a decision.");
    const key = JSON.stringify([open, [...details], Math.floor(now() / 60000)]);
    redraw($("conflicts"), key, () => open.list.map(conflictRow));
    $("more").hidden = !open.next;
  }
  const idOf = (c) => `${c.type}/${c.id}`;
  const elementName = (element) => element === "@deleted" ? "deleted in one place, changed in another" : element;
  const PLACES = { here: "made here", above: "made at head office", elsewhere: "made at another place" };
  const placeOf = (v) => v.replica ? `made at ${v.replica}` : PLACES[v.place] ?? "";
  const madeBy = (v) => [v.author || "somebody", placeOf(v), clock(v.atMs)].filter(Boolean).join(", ");
  function conflictRow(c) {
    const detail = details.get(`${idOf(c)} ${c.element}`);
    const since = c.sinceMs ? `for ${ago(c.sinceMs)}` : "";
    const values = c.element === "@deleted" ? "" : plural(c.values, "value", "values");
    return make("li", { className: "conflict" },
      make("div", { className: "head" },
        make("div", {},
          make("h3", { textContent: `${c.type}: ${elementName(c.element)}` }),
          make("p", { className: "soft", textContent: [values, since, idOf(c)].filter(Boolean).join(" · ") })),
        make("button", { type: "button", className: "second", textContent: detail ? "Close" : "Settle…",
          "aria-expanded": String(Boolean(detail)), "data-key": `${idOf(c)} ${c.element}`, "aria-label": `${detail ? "Close" : "Settle"} ${c.type} ${elementName(c.element)} ${c.id}`, on: () => toggle(c) })),
      detail ? detailOf(c, detail) : null);
  }
  function detailOf(c, detail) {
    if (detail.text) return make("p", { className: "soft", role: "status", textContent: detail.text });
    const busy = Boolean(detail.busy);
    if (c.element === "@deleted") {
      const who = detail.values.map((v) => `Deleted by ${madeBy(v)}.`).join(" ");
      return make("div", {}, make("p", { textContent: `${who} Somebody else changed the record without having seen that.` }),
        make("div", { className: "values" },
          make("button", { type: "button", disabled: busy, textContent: "Keep the record", on: () => settle(c, detail, { keep: true }) }),
          make("button", { type: "button", disabled: busy, className: "second", textContent: "Delete it", on: () => settle(c, detail, { keep: false }) })));
    }
    const texts = detail.values.map((v) => v.removed ? ["(removed)"] : plain(v.value).split("\n"));
    const differs = (line) => !texts.every((lines) => lines.includes(line));
    return make("div", { className: "values" }, ...detail.values.map((v, index) =>
      make("div", { className: "value" },
        make("p", { className: "content", dir: "auto" }, ...texts[index].map((line) => make(differs(line) ? "strong" : "span", { dir: "auto", textContent: line }))),
        make("p", { className: "soft", textContent: madeBy(v) }),
        make("button", { type: "button", disabled: busy, "data-key": `${idOf(c)} ${c.element} ${index}`, textContent: v.removed ? "Remove it" : "Keep this value", on: () => settle(c, detail, { choose: index }) }))));
  }
  // A value in lines of "name: value", without brackets.
  function plain(value, depth = 0) {
    if (value === null || typeof value !== "object") return String(value);
    const inset = "\u2003".repeat(depth);
    const parts = Array.isArray(value) ? value.map((v) => plain(v, depth))
      : Object.entries(value).map(([name, v]) => {
          const text = plain(v, depth + 1);
          return `${inset}${name}: ${text.includes("\n") ? `\n${text}` : text.trimStart()}`;
        });
    const simple = Array.isArray(value) && value.every((v) => v === null || typeof v !== "object");
    return parts.join(simple ? ", " : "\n");
  }
  async function toggle(c) {
    const key = `${idOf(c)} ${c.element}`;
    if (details.delete(key)) return draw();
    details.set(key, { text: "Looking…" });
    draw();
    try {
      const shown = exact(await (await ask(`/api/conflicts/${idOf(c)}`)).text());
      const one = shown.conflicts.find((e) => e.element === c.element);
      details.set(key, one ? { version: shown.version, values: one.values.map((v) => ({ ...v, atMs: Number(v.atMs) })) } : { text: "This was settled meanwhile." });
    } catch (error) { details.set(key, { text: sayError(error) }); }
    draw();
    if (details.get(key)?.values) [...document.querySelectorAll("[data-key]")].find((node) => node.dataset.key === `${key} 0`)?.focus();
  }
  async function settle(c, detail, choice) {
    const key = `${idOf(c)} ${c.element}`;
    detail.busy = true;
    draw();
    const headers = { "content-type": "application/json", "if-match": `W/"${detail.version}"` };
    try {
      await ask(`/api/conflicts/${idOf(c)}/resolve`, { method: "POST", headers, body: JSON.stringify({ element: c.element, ...choice }) });
      details.delete(key);
    } catch (error) {
      if (error.status === 401) return signedOut();
      details.set(key, { text: sayError(error) });
    }
    await listConflicts();
    $("conflicts-title").scrollIntoView?.({ block: "nearest" });
  }
  const sayError = (error) => error instanceof Refused ? `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.` : "The clinic node could not be reached. Try again.";
  async function listConflicts(cursor = "") {
    try {
      const page = await (await ask(`/api/conflicts?count=25${cursor && `&cursor=${cursor}`}`)).json();
      open = { list: cursor ? open.list.concat(page.conflicts) : page.conflicts, next: page.next || null, refused: "" };
    } catch (error) {
      if (error.status === 401) return signedOut();
      if (error.status === 403) open = { list: [], next: null, refused: `${plural(report.conflictsOpen, "record needs", "records need")} a decision. This sign-in may not see patients’ records.` };
    }
    draw();
  }

  // --- news -----------------------------------------------------------------------------------------------------
  function take(next, how) {
    report = next;
    clockOffsetMs = next.nowMs - Date.now();
    [reachable, lastHeardMs, mode] = [true, Date.now(), how];
    $("sign-in").hidden = true;
    draw();
    // The list is fetched again when its length or what was written changes.
    const state = `${next.conflictsOpen} ${next.lanes.map((l) => l.written).join()}`;
    if (state !== listedFor) { listedFor = state; listConflicts(); }
  }
  function signedOut(why = "That token is unknown or has expired.") {
    if (token() !== null) say($("sign-in-why"), why);
    sessionStorage.removeItem(TOKEN);
    [report, listedFor, mode] = [null, "", "Not signed in"];
    $("sign-in").hidden = false;
    draw();
  }
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  async function stream() {
    const stop = new AbortController();
    let alarm = setTimeout(() => stop.abort(), SILENCE_MS);
    try {
      const answer = await ask("/api/continuity/events", { signal: stop.signal });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ;) {
        const { value, done } = await reader.read();
        if (done || !token()) return stop.abort();
        clearTimeout(alarm);
        alarm = setTimeout(() => stop.abort(), SILENCE_MS);
        lastHeardMs = Date.now();
        const events = (text + value).split("\n\n");
        text = events.pop();
        const data = events.at(-1)?.split("\n").find((line) => line.startsWith("data: "));
        if (data) take(JSON.parse(data.slice(6)), "Live");
      }
    } finally { clearTimeout(alarm); }
  }
  async function follow() {
    for (let pause = POLL_MS; ;) {
      if (!token()) { signedOut(); await new Promise((go) => addEventListener("signed-in", go, { once: true })); }
      const heard = lastHeardMs;
      try {
        await stream();
      } catch (error) {
        if (error.status === 401) { signedOut(); continue; }
        // No stream to be had: ask once, and see whether the node is there at all.
        try { take(await (await ask("/api/continuity")).json(), "Asks every second"); }
        catch (again) {
          if (again.status === 401) { signedOut(); continue; }
          if (!(again instanceof Refused)) { reachable = false; draw(); }
        }
      }
      pause = lastHeardMs > heard ? POLL_MS : Math.min(pause * 2, POLL_LONGEST_MS);
      await sleep(pause);
    }
  }

  $("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, $("token").value.trim());
    $("token").value = "";
    dispatchEvent(new Event("signed-in"));
  });
  $("sign-out").addEventListener("click", () => signedOut("The token was forgotten."));
  $("more").addEventListener("click", () => listConflicts(open.next));
  setInterval(() => { if (report) draw(); }, 1000);
  follow();
})();
