// How fast everything plays: fast, or slow enough to talk over. One choice for the whole lab, which the browser remembers.
import { button } from './dom.js';

const KEPT = 'sequence-lab-slow';
const SLOWER = 4; // times as long
/** Buttons that show the choice. @type {Set<HTMLButtonElement>} */
let shown = new Set();
let slow = remembered();

/** What the browser has kept; one that keeps nothing for this page plays fast. */
function remembered() {
  try {
    return localStorage.getItem(KEPT) !== null;
  } catch {
    return false;
  }
}

/** How many times as long as at its fast speed everything that plays takes. */
export const slowness = () => (slow ? SLOWER : 1);

/** A button that switches between slow and fast, for all players of the page at once. */
export function speedButton() {
  const made = button({ class: 'player-speed', title: 'Plays four times as slowly, on every page' }, 'Slow');
  made.setAttribute('aria-pressed', String(slow));
  made.addEventListener('click', () => choose(!slow));
  shown.add(made);
  return made;
}

/** @param {boolean} wanted */
function choose(wanted) {
  slow = wanted;
  shown = new Set([...shown].filter((one) => one.isConnected)); // boards leave the page
  for (const one of shown) one.setAttribute('aria-pressed', String(slow));
  try {
    if (slow) localStorage.setItem(KEPT, '1');
    else localStorage.removeItem(KEPT);
  } catch {
    // a browser that keeps nothing for this page forgets it with the page
  }
}
