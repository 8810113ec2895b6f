// "Find a claim": a field that finds all that the lab has by words, and goes there. All entries come at the first opening.
import { make, set, svg } from '../../kit/dom.js';
import { typing, wrap } from '../../kit/keys.js';
import { offer, single } from '../../kit/shortcuts.js';
import { Index } from './ranking.js';

/** @typedef {import('./ranking.js').Findable & { place: number }} Entry `place` is what the server knows it by */

const FAILED = 'The list of what can be found did not come. Close this and open it again.';
const HINT =
  'Type some words, such as “equivariant”, “vanishing gradient”, “learning rate” or “task 1.2”. Until then, these are all pages.';
const LOGO = '[data-testid=stLogoLink]'; // the lab's name leads Home
const NOTHING = 'Nothing was found. Try another word, or fewer words.';

class Finder {
  /** @type {Entry[]} */
  entries = [];
  /** @type {Entry[]} */
  shown = [];
  /** @type {Record<string, string>} */
  titles = {};
  /** @type {Index | null} */
  index = null;
  chosen = 0;
  first = 0; // the place of Home among all entries
  /** @type {string[]} */
  hidden = [];
  /** @type {(place: number) => void} */
  go = () => {};

  /** @param {HTMLElement} root */
  constructor(root) {
    root.classList.add('lab-board');
    this.opener = set(make('button', 'find-open', glass(), make('span', 'find-open-words', 'Find'), make('kbd', '', 'Ctrl K')), {
      type: 'button',
      'aria-label': 'Find a claim',
      'aria-haspopup': 'dialog',
      'aria-keyshortcuts': 'Control+K /',
      title: 'Find pages, claims, experiments, hyperparameters, terms, tasks and lessons (Ctrl K, or /)',
    });
    this.field = make('input', {
      type: 'text',
      id: 'find-field',
      class: 'find-field',
      role: 'combobox',
      maxlength: 300,
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-autocomplete': 'list',
      'aria-controls': 'find-list',
      'aria-expanded': 'false',
    });
    this.said = make('p', { class: 'find-said', role: 'status' });
    this.list = make('ul', { id: 'find-list', class: 'find-list', role: 'listbox', 'aria-label': 'What was found' });
    this.close = set(make('button', 'find-close', 'Close'), { type: 'button' });
    const head = make('div', 'find-head', make('label', { for: 'find-field', class: 'find-label' }, 'Find a claim'), this.close);
    this.dialog = make('dialog', { class: 'find-dialog', 'aria-label': 'Find a claim' }, head, this.field, this.said, this.list);
    root.append(this.opener, this.dialog);
    this.listen();
  }

  listen() {
    this.opener.addEventListener('click', () => this.open());
    this.close.addEventListener('click', () => this.dialog.close());
    this.field.addEventListener('input', () => this.search());
    this.dialog.addEventListener('keydown', (event) => this.pressed(event));
    this.dialog.addEventListener('click', (event) => {
      const row = /** @type {Element} */ (event.target).closest('.find-row');
      if (row) this.choose([...this.list.children].indexOf(row));
      else if (event.target === this.dialog) this.dialog.close(); // beside it
    });
    this.heard = (/** @type {KeyboardEvent} */ event) => {
      const { key, ctrlKey, metaKey, altKey, target } = event;
      const asked = (key === '/' && single() && !ctrlKey && !metaKey && !altKey) ||
        (key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey);
      if (!asked || typing(target) || document.querySelector('dialog[open], [role=dialog]')) return;
      event.preventDefault();
      event.stopPropagation();
      this.open();
    };
    this.home = (/** @type {MouseEvent} */ event) => {
      if (!(/** @type {Element} */ (event.target).closest(LOGO))) return;
      event.preventDefault();
      event.stopPropagation(); // Streamlit would open the page of the lab's bare address
      this.go(this.first);
    };
    document.addEventListener('keydown', this.heard, true);
    document.addEventListener('click', this.home, true);
    this.take = offer('find', [
      { key: 'k', control: true, words: 'Find a claim' },
      { key: '/', words: 'Find a claim' },
    ]);
  }

  async open() {
    this.field.value = '';
    this.dialog.showModal(); // closing it gives the focus back to where it was
    this.field.focus();
    this.search();
    if (this.index) return;
    try {
      await this.load();
      this.search();
    } catch {
      this.said.textContent = FAILED;
    }
  }

  async load() {
    const answer = await fetch(new URL('find.json', /** @type {any} */ (window).sequenceLab.root));
    if (!answer.ok) throw new Error(String(answer.status));
    const { pages, entries } = await answer.json();
    const rows = entries.map(([kind, title, page, text, names, words], place) => ({ kind, title, page, text, names, words, place }));
    this.titles = pages;
    this.entries = rows.filter((/** @type {Entry} */ row) => !this.hidden.includes(row.page));
    this.index = new Index(this.entries);
  }

  search() {
    const text = this.field.value;
    if (!this.index) return;
    const found = text.trim()
      ? this.index.find(text).map((hit) => this.entries[hit.place])
      : this.entries.filter(({ kind }) => kind === 'page');
    this.shown = found;
    this.said.textContent = text.trim() ? (found.length ? counted(found.length) : NOTHING) : HINT;
    this.list.replaceChildren(...found.map((entry, place) => this.row(entry, place)));
    this.field.setAttribute('aria-expanded', String(found.length > 0));
    this.mark(0);
  }

  /**
   * @param {Entry} entry
   * @param {number} place
   */
  row({ kind, title, page, text }, place) {
    const where = kind === 'page' ? 'page' : `${kind} · ${this.titles[page]}`;
    return make(
      'li',
      { class: 'find-row', id: `find-row-${place}`, role: 'option', 'aria-selected': 'false' },
      make('span', 'find-title', title),
      make('span', 'find-where', where),
      ...(text ? [make('span', 'find-text', text)] : []),
    );
  }

  /** @param {number} place */
  mark(place) {
    this.list.children[this.chosen]?.setAttribute('aria-selected', 'false');
    this.chosen = place;
    const row = this.list.children[place];
    if (!row) return this.field.removeAttribute('aria-activedescendant');
    row.setAttribute('aria-selected', 'true');
    this.field.setAttribute('aria-activedescendant', row.id);
    row.scrollIntoView({ block: 'nearest' });
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.shown.length) this.mark(wrap(this.chosen + step, this.shown.length));
    else if (event.key === 'Enter' && event.target === this.field) this.choose(this.chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} place */
  choose(place) {
    const entry = this.shown[place];
    if (!entry) return;
    this.dialog.close();
    this.go(entry.place);
  }

  leave() {
    this.take?.();
    document.removeEventListener('keydown', this.heard, true);
    document.removeEventListener('click', this.home, true);
  }
}

const counted = (/** @type {number} */ count) => `${count} ${count === 1 ? 'result' : 'results'}`;

const glass = () =>
  svg(
    'svg',
    { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', fill: 'none', stroke: 'currentColor', 'stroke-width': 2 },
    svg('circle', { cx: 6.5, cy: 6.5, r: 4.5 }),
    svg('line', { x1: 10, y1: 10, x2: 15, y2: 15 }),
  );

export default function find({ data: [{ hidden, home }], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.find');
  root.finder ??= new Finder(root);
  Object.assign(root.finder, { hidden, first: home, go: (/** @type {number} */ place) => setTriggerValue('go', place) });
  return () => root.isConnected || root.finder.leave();
}
