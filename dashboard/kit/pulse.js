// What the class does now, asked of the server about once a second: one question at a time, for all who want to know (dashboard/classroom).

const EACH = 1000, HIDDEN = 5000, FAILED = 2500; // ms between two questions

/** @type {Set<(now: any) => void>} */
const listeners = new Set();
let session = '', lag = NaN, timer = 0, asking = false;
/** @type {any} */
let last = null;

/**
 * Hear of everything that the server says, the last of it at once, until the function that is returned is called.
 * @param {string} own the session of this page, as the server calls it
 * @param {(now: any) => void} heard
 */
export function onPulse(own, heard) {
  session = own;
  listeners.add(heard);
  if (last) heard(last);
  if (!timer && !asking) ask();
  return () => listeners.delete(heard);
}

/** Ask at once, for something has just been done here. */
export function hurry() {
  clearTimeout(timer);
  if (listeners.size && !asking) ask();
}

async function ask() {
  asking = true;
  timer = 0;
  let wait = document.hidden ? HIDDEN : EACH * (0.9 + 0.2 * Math.random()); // so that thirty do not ask at one moment
  try {
    const root = /** @type {any} */ (window).sequenceLab.root;
    const page = location.href.startsWith(root) ? location.href.slice(root.length).split(/[?#]/)[0] : '';
    const since = performance.now();
    const query = new URLSearchParams({ session, page, ...(Number.isFinite(lag) ? { lag: lag.toFixed(3) } : {}) });
    const answer = await fetch(`${root}pulse?${query}`, { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    const now = await answer.json();
    lag = (performance.now() - since) / 1000;
    last = now;
    for (const heard of listeners) heard(now);
  } catch {
    wait = FAILED; // the page itself says that there is no connection
  }
  asking = false;
  if (listeners.size) timer = setTimeout(ask, wait);
}
