// The console: looks at the sandbox through its control plane, once a second, and asks it to change.

import { fromChina, inChina, isRunning, noteClock, notePace, sandboxNow } from "./clock.js";
import { h, reconcile, setText } from "./dom.js";
import * as rows from "./rows.js";
import { currentLanguage, say, sayAll, toggleLanguage } from "./words.js";

const FAULTS = ["drop-before", "drop-after", "status", "status-after", "delay", "truncate", "html", "out-of-freq"];
const LOOKED_AT = ["state", "outbox", "requests", "faults"];
// How many rows a list shows at most; the request log has its own.
const SHOWN = 200;
const SHOWN_REQUESTS = 100;
const EVERY = 1000;
const NOTICE_LASTS = 6000;

const at = (selector) => document.querySelector(selector);
// What was last seen: the texts of the answers, to notice a change, and their values.
const texts = {};
const world = { state: null, outbox: [], requests: [], faults: [] };
// The reasons that were given on this page, since the state need not tell them.
const reasons = new Map();
let calls = [];
let version = null;
let looks = 0;
let timer = 0;
let looking = null;

// --- The control plane

class Unreachable extends Error {}

async function request(path, options = {}) {
  try {
    return await fetch(`/_sandbox/${path}`, { cache: "no-store", ...options });
  } catch (error) {
    throw new Unreachable(error.message);
  }
}

async function read(name) {
  const answer = await request(name);
  if (!answer.ok) throw new Unreachable(`${name}: ${answer.status}`);
  return answer.text();
}

// Asks for a change. The answer, or null when it was refused, which the page then tells.
async function ask(method, path, body, done) {
  setText(at("#complaint"), "");
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await request(path, { method, headers, body: body && JSON.stringify(body) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(say("failedCall", { error: said.error }));
    if (done) notice(done);
    await look(true);
    return said;
  } catch (error) {
    setText(at("#complaint"), error instanceof Unreachable ? say("unreachable") : error.message);
    return null;
  }
}

let noticeTimer = 0;
function notice(text) {
  setText(at("#notice"), text);
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => setText(at("#notice"), ""), NOTICE_LASTS);
}

// The path of a call is listed by every answer to an unknown one.
async function learnCalls() {
  const answer = await request("");
  calls = (await answer.json()).calls ?? [];
}

function isOffered(pattern) {
  return calls.some((call) => pattern.test(call));
}

// --- Looking

// One look after the other; what changed since the last one is shown.
function look(atOnce = false) {
  looking = (looking ?? Promise.resolve()).then(() => lookNow(atOnce));
  return looking;
}

async function lookNow(atOnce) {
  clearTimeout(timer);
  const begun = performance.now();
  try {
    if (!calls.length) await learnCalls();
    const seen = isOffered(/^GET \/_sandbox\/version$/) ? await read("version") : null;
    // The second look shows whether the clock runs.
    if (atOnce || seen === null || seen !== version || looks < 2) await lookAtAll();
    version = seen;
    looks += 1;
    link(true);
  } catch (error) {
    if (!(error instanceof Unreachable)) console.error(error);
    version = null;
    link(false);
  }
  const took = performance.now() - begun;
  clearTimeout(timer);
  // A sandbox with a great deal in it is looked at less often, so that it has time for its own work.
  if (!document.hidden) timer = setTimeout(look, Math.max(EVERY, took * 5));
}

async function lookAtAll() {
  const found = await Promise.all(LOOKED_AT.map(read));
  const changed = LOOKED_AT.filter((name, index) => texts[name] !== found[index]);
  const before = looks && world.outbox.length;
  LOOKED_AT.forEach((name, index) => {
    if (!changed.includes(name)) return;
    texts[name] = found[index];
    world[name] = JSON.parse(found[index]);
  });
  noteClock(world.state.now);
  const real = world.state.real ?? world.state.clock?.real;
  if (typeof real === "boolean") notePace(real);
  if (changed.length) showAll();
  if (looks && world.outbox.length > before) announce(world.outbox.slice(before));
  tick();
}

function announce(arrived) {
  const [{ mobile }] = arrived;
  notice(arrived.length === 1 ? say("arrived", { mobile }) : say("arrivedMore", { n: arrived.length }));
}

function link(live) {
  setText(at("#link"), live ? `● ${say("live")}` : `○ ${say("lost")}`);
  at("#link").className = live ? "live" : "lost";
}

// --- Showing

function showAll() {
  if (!world.state) return;
  const { state, outbox, requests, faults } = world;
  const marketing = new Set(state.templates.filter((each) => each.type === 3).map((each) => each.temp_id));
  showList("#templates", sorted(state.templates, waitingFirst("temp_id")).map(withReason("templates", "temp_id")), {
    key: (each) => each.temp_id,
    create: (id) => rows.templateRow(id, audits("templates", id)),
    words: (each) => [each.temp_id, each.template, each.remark],
  });
  showList("#signs", state.signs.map(withReason("signs", "sign_id")), {
    key: (each) => each.sign_id,
    create: (id) => rows.signRow(id, isOffered(/^POST \/_sandbox\/signs\/\{\w+\}\/audit$/) && audits("signs", id)),
    words: (each) => [each.sign_id, each.sign],
  });
  showList("#schedules", sorted(state.schedules, pendingFirst), {
    key: (each) => each.schedule_id,
    create: (id) => rows.scheduleRow(id, (time) => setClock({ now: new Date(time).toISOString() })),
    words: (each) => [each.schedule_id, each.send_time, each.tag, each.temp_id, ...each.recipients.map((r) => r.mobile)],
  });
  showList("#outbox", newest(outbox).map((each) => ({ ...each, marketing: marketing.has(each.temp_id) })), {
    key: (each) => each.at_,
    create: rows.bubbleRow,
    words: (each) => [each.mobile, each.content, each.msg_id, each.temp_id],
  });
  showList("#faults", faults.map((each, index) => ({ ...each, at_: index })), {
    key: (each) => each.at_,
    create: rows.faultRow,
  });
  const latest = { key: (each) => each.at_, create: rows.requestRow, words: (each) => [each.method, each.path, each.status] };
  showList("#requests", newest(requests), latest, SHOWN_REQUESTS);
  showBalance(state.balance);
  showSettings(state);
}

function sorted(items, compare) {
  return [...items].sort(compare);
}

function waitingFirst(id) {
  return (a, b) => (a.status === 0 ? 0 : 1) - (b.status === 0 ? 0 : 1) || b[id] - a[id];
}

// What waits, the next first; then what was sent, the latest first.
function pendingFirst(a, b) {
  const [waits, other] = [a.status === "pending", b.status === "pending"];
  if (waits !== other) return waits ? -1 : 1;
  return (waits ? 1 : -1) * (a.send_time < b.send_time ? -1 : a.send_time > b.send_time ? 1 : 0);
}

// The newest first, each with its place from the beginning, which never changes.
function newest(items) {
  return items.map((each, index) => ({ ...each, at_: index })).reverse();
}

function withReason(kind, id) {
  return (each) => ({ ...each, reason: each.reason ?? reasons.get(`${kind}/${each[id]}`) });
}

// Fills the list of a section with what the search leaves of the items.
function showList(section, items, { key, create, words }, most = SHOWN) {
  const sought = at("#find").value.trim().toLowerCase();
  const found = words && sought ? items.filter((each) => words(each).join("\n").toLowerCase().includes(sought)) : items;
  const shown = found.slice(0, most);
  const stamp = currentLanguage();
  reconcile(at(`${section} :is(ul, ol)`), shown, { key, create, stamp });
  at(`${section} .empty`).hidden = items.length > 0;
  const hidden = items.length - shown.length;
  at(`${section} .more`).hidden = hidden === 0;
  setText(at(`${section} .more`), say("more", { n: hidden }));
  setText(at(`${section} .count`), items.length ? String(items.length) : "");
}

// A field that is being typed into, or holds what was not saved yet, is left alone.
function fill(input, value) {
  const text = value === null || value === undefined ? "" : String(value);
  const isOwn = document.activeElement !== input && input.value === (input.dataset.known ?? input.value);
  if (isOwn) input.value = text;
  input.dataset.known = text;
}

function showBalance(balance) {
  const fields = at("#balance .fields");
  for (const [name, amount] of Object.entries(balance)) {
    let input = fields.querySelector(`[name=${CSS.escape(name)}]`);
    if (!input) {
      input = h("input", { name, type: "number", min: "0", step: "1" });
      fields.append(h("label", {}, h("span", {}), input));
    }
    setText(input.previousSibling, say(name));
    fill(input, amount);
  }
}

// The auditor and the latency, where the state tells them.
function showSettings({ audit, latency_ms: latency }) {
  if (audit?.mode) fill(at("#audit [name=mode]"), audit.mode);
  if (audit?.delay !== undefined) fill(at("#audit [name=delay]"), audit.delay);
  if (latency !== undefined) fill(at("#latency [name=ms]"), latency);
}

// What changes with time alone.
function tick() {
  const now = sandboxNow();
  if (now === null) return;
  setText(at("#now"), inChina(now));
  setText(at("#pace"), say(isRunning() ? "running" : "standing"));
  setText(at("#pause"), isRunning() ? say("pause") : say("run"));
  const next = nextEvent();
  at("#next").setAttribute("aria-disabled", String(next === null));
  setText(at("#next"), next === null ? say("next") : say("nextAt", { time: inChina(next).slice(5) }));
  for (const element of at("#schedules ul").children) rows.countDown(element);
}

// The instant of the next event, as the state tells it or else the next schedule's; null when there is none.
function nextEvent() {
  if (!world.state) return null;
  if (world.state.next !== undefined) return world.state.next === null ? null : Date.parse(world.state.next);
  const times = world.state.schedules.filter((each) => each.status === "pending").map((each) => each.send_time);
  return times.length ? fromChina(times.reduce((a, b) => (a < b ? a : b))) : null;
}

function sayEverything() {
  document.documentElement.lang = currentLanguage() === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  const other = at("#language");
  other.lang = currentLanguage() === "zh" ? "en" : "zh-CN";
  other.textContent = currentLanguage() === "zh" ? "English" : "中文";
  sayAll(document);
  for (const option of at("#add-fault [name=fault]").options) option.textContent = option.value;
  explainFault();
  showAll();
  tick();
}

// --- Asking

function audits(kind, id) {
  return async (status, reason = null) => {
    const done = say(status === 1 ? "didApprove" : "didReject", { id });
    reasons.set(`${kind}/${id}`, reason);
    return (await ask("POST", `${kind}/${id}/audit`, { status, reason }, done)) !== null;
  };
}

async function setClock(body) {
  const said = await ask("PUT", "clock", body);
  if (said) notePace(said.real);
  tick();
  return said;
}

function onSubmit(selector, send) {
  at(selector).addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target);
  });
}

function onClick(selector, act) {
  at(selector).addEventListener("click", act);
}

async function saveBalance(form) {
  const inputs = [...form.querySelectorAll("input")].filter((each) => each.value !== each.dataset.known);
  if (!inputs.length) return notice(say("unchanged"));
  const body = Object.fromEntries(inputs.map((each) => [each.name, each.value === "" ? null : Number(each.value)]));
  const said = await ask("PUT", "balance", body, say("saved"));
  if (said) for (const each of inputs) each.dataset.known = each.value;
}

async function addFault(form) {
  const body = {};
  for (const [name, value] of new FormData(form)) {
    if (value !== "") body[name] = form.elements[name].type === "number" ? Number(value) : value;
  }
  if (await ask("POST", "faults", body, say("saved"))) {
    form.reset();
    explainFault();
  }
}

// Says what the chosen fault does, and demands what it needs.
function explainFault() {
  const form = at("#add-fault");
  const fault = form.elements.fault.value;
  setText(at("#fault-help"), say(rows.faultWord(fault)));
  form.elements.status.required = fault === "status" || fault === "status-after";
  form.elements.delay_ms.required = fault === "delay";
}

function wire() {
  // Nothing is chosen before it is known.
  at("#audit [name=mode]").selectedIndex = -1;
  at("#add-fault [name=fault]").append(...FAULTS.map((value) => h("option", { value })));
  at("#add-fault [name=fault]").addEventListener("change", explainFault);
  onClick("#language", () => (toggleLanguage(), sayEverything(), link(at("#link").className === "live")));
  onClick("#pause", () => setClock(isRunning() ? { advance: 0 } : { real: true }));
  onClick("#next", () => nextEvent() !== null && setClock({ now: new Date(nextEvent()).toISOString() }));
  for (const button of document.querySelectorAll("[data-advance]"))
    button.addEventListener("click", () => setClock({ advance: Number(button.dataset.advance) }));
  at("#set-clock input").addEventListener("focus", ({ target }) => {
    if (!target.value && sandboxNow() !== null) target.value = inChina(sandboxNow()).replace(" ", "T");
  });
  onSubmit("#set-clock", (form) => setClock({ now: new Date(fromChina(form.elements.now.value)).toISOString() }));
  onSubmit("#balance", saveBalance);
  onSubmit("#audit", ({ elements: { mode, delay } }) =>
    ask("PUT", "audit", { mode: mode.value, delay: Number(delay.value) }, say("saved")));
  onSubmit("#latency", ({ elements: { ms } }) => ask("PUT", "latency", { ms: Number(ms.value) }, say("saved")));
  onSubmit("#add-fault", addFault);
  onClick("#clear-faults", () => ask("DELETE", "faults"));
  onClick("#clear-requests", () => ask("DELETE", "requests"));
  onClick("#reset", () => confirm(say("resetSure")) && ask("POST", "reset", undefined, say("wasReset")));
  at("#find").addEventListener("input", showAll);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  setInterval(tick, 250);
}

wire();
sayEverything();
look();
