// Keys that work on a whole page, in one list: whoever has one offers it here, and the list of keys ("?") says what is offered. A key of a
// single letter, digit or sign can be switched off, as WCAG 2.1.4 wants it: who dictates would press it with every word.
import { button, make } from './dom.js';
import { typing } from './keys.js';

/**
 * @typedef {{ key: string, words: string, act?: (event: KeyboardEvent) => unknown, shown?: string, control?: boolean }} Shortcut
 *   `key` as in KeyboardEvent.key, letters in lower case; `words` say what it does; `act` does it, and returns false if it has not used
 *   the key; without `act` somebody else listens. `shown` is what the list calls the key. `control`: only with Ctrl or the command key
 */

const OFF = 'sequence-lab-keys-off';
const OPEN = 'dialog[open], [role=dialog], [data-testid=stTopNavPopover]'; // keys belong to what lies over the page
/** @type {Map<string, Shortcut[]>} */
const offered = new Map();

/**
 * Offer keys under a name; what was offered under it before is taken back. Returns what takes them back.
 * @param {string} name
 * @param {Shortcut[]} shortcuts
 */
export function offer(name, shortcuts) {
  offered.set(name, shortcuts);
  document.addEventListener('keydown', heard); // adding it again changes nothing
  return () => {
    if (offered.get(name) === shortcuts) offered.delete(name);
  };
}

/** All that is offered. @returns {Shortcut[]} */
export const listed = () => [...offered.values()].flat();

/** Whether keys of one sign are on. A browser that keeps nothing for this page has them on. */
export function single() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

/** @param {boolean} on */
export function switchSingle(on) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, '1');
}

/**
 * The shortcut that a key presses, if any.
 * @param {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>} event
 * @param {Shortcut[]} shortcuts
 * @param {boolean} singles whether keys of one sign are on
 */
export function pressed({ key, ctrlKey, metaKey, altKey }, shortcuts, singles = true) {
  const control = ctrlKey || metaKey;
  if (altKey || (!control && key.length === 1 && !singles)) return undefined;
  const name = key.length > 1 ? key : key.toLowerCase();
  return shortcuts.find((one) => one.act && one.key === name && Boolean(one.control) === control);
}

/** @param {KeyboardEvent} event */
function heard(event) {
  const found = pressed(event, listed(), single());
  if (!found?.act || event.defaultPrevented || event.repeat || typing(event.target) || document.querySelector(OPEN)) return;
  if (found.act(event) !== false) event.preventDefault();
}

/**
 * A dialog in `place` with all keys that are offered now, and the switch for those of one sign; it is gone when it is closed.
 * @param {HTMLElement} place
 */
export function showKeys(place) {
  const rows = listed().map(({ key, shown, words, control }) =>
    make('tr', '', make('th', { scope: 'row' }, ...keycaps(shown ?? (control ? `Ctrl ${key.toUpperCase()}` : key))), make('td', '', words))
  );
  const box = make('input', { type: 'checkbox', checked: single() ? '' : null });
  box.addEventListener('change', () => switchSingle(box.checked));
  const close = button('keys-close', 'Close');
  const dialog = make(
    'dialog',
    { class: 'keys-dialog', 'aria-label': 'Keys' },
    make('h2', '', 'Keys'),
    make('table', '', make('tbody', '', ...rows)),
    make('label', '', box, ' Letters, digits and signs work as keys'),
    close,
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  place.append(dialog);
  dialog.showModal(); // closing it gives the focus back to where it was
}

/** @param {string} shown */
const keycaps = (shown) => shown.split(' ').flatMap((word, at) => [...(at ? [' '] : []), make('kbd', '', word)]);
