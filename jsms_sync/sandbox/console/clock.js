// The sandbox's clock between two looks at it. Everything is shown in China time, as on the wire.

const CHINA = 8 * 3600_000;
// A running clock may differ from this machine's by so much, in ms: the way here takes time.
const SLACK = 1500;

let seen = null;
let running = null;

// Takes note of the clock's time. That it runs shows in how far it went since it was last seen.
export function noteClock(now) {
  const next = { now: Date.parse(now), at: performance.now() };
  if (seen === null) running = Math.abs(next.now - Date.now()) < SLACK;
  else if (next.now === seen.now) running = running && next.at - seen.at < 100;
  else running = Math.abs(next.now - seen.now - (next.at - seen.at)) < SLACK;
  seen = next;
}

// Takes note of what the sandbox itself says of its clock.
export function notePace(real) {
  running = real;
}

export function isRunning() {
  return running;
}

// Milliseconds since 1970 on the sandbox's clock; null before it was first seen.
export function sandboxNow() {
  if (seen === null) return null;
  return running ? seen.now + performance.now() - seen.at : seen.now;
}

// "2027-03-01 10:00:00" in China time.
export function inChina(ms) {
  return new Date(ms + CHINA).toISOString().slice(0, 19).replace("T", " ");
}

// The instant of a time as on the wire, or as the page's own field holds it.
export function fromChina(text) {
  const time = text.replace(" ", "T");
  return Date.parse(`${time.length === 16 ? `${time}:00` : time}+08:00`);
}

// "1:02:03", with whole days before it.
export function spanOf(ms, days) {
  const total = Math.ceil(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const clock = `${Math.floor((total % 86400) / 3600)}:${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
  const count = Math.floor(total / 86400);
  return count ? `${days(count)} ${clock}` : clock;
}
