// The picture with its patches, and the answers of the models. Edits are painted at once; they go to the server as text, one message at a
// time, and its answer says which edits it is for.
import { paintEdits } from './edits.js';

const SIDE = 32; // pixels of the picture
const SCALE = 16; // of the board's canvas
const CARD_SCALE = 6; // of a card's canvas
const MOST = 512; // edits; the server takes no more
const PATIENCE = 4000; // ms after which an answer that did not come is asked for again
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function patchBoard({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.patch-board');
  root.board ??= new PatchBoard(root);
  root.board.send = (edits) => setStateValue('edits', edits);
  root.board.receive(data);
}

class PatchBoard {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector('.patch-picture');
    this.place = root.querySelector('.patch-place');
    this.cards = new Map();
    this.edits = [];
    this.hover = null; // the patch under the pointer or the cursor
    this.picked = null; // the patch that waits for another one to be swapped with
    this.choose('erase');
    this.listen();
  }

  // ---- messages ----

  receive(data) {
    const fresh = data.picture !== this.data?.picture || data.patch !== this.data?.patch;
    this.data = data;
    this.grid = SIDE / data.patch;
    this.base = bytes(data.pixels);
    if (fresh) {
      this.edits = data.edits ? data.edits.split('.') : [];
      Object.assign(this, { hover: null, picked: null, waiting: null });
    }
    if (this.waiting === data.edits) this.waiting = null;
    this.root.querySelector('.patch-caption').textContent = data.caption;
    this.showCards();
    this.draw();
    this.ask();
    this.root.dataset.answered = data.edits; // tells a test which edits these answers are for
  }

  get text() {
    return this.edits.join('.');
  }

  ask() {
    if (this.text === this.data.edits || this.waiting !== null) return;
    this.waiting = this.text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.waiting === null) return;
      this.waiting = null;
      this.ask();
    }, PATIENCE);
    this.send({ picture: this.data.picture, patch: this.data.patch, edits: this.text });
  }

  // ---- edits ----

  listen() {
    this.root.addEventListener('click', ({ target }) => {
      const { mode, act } = target.dataset;
      if (mode) this.choose(mode);
      if (act) this[act]();
    });
    this.canvas.addEventListener('pointerdown', (event) => this.begin(event));
    this.canvas.addEventListener('pointermove', (event) => this.go(event));
    this.canvas.addEventListener('pointerup', () => this.end());
    this.canvas.addEventListener('pointercancel', () => this.end());
    this.canvas.addEventListener('pointerleave', () => this.point(null));
    this.canvas.addEventListener('keydown', (event) => this.press(event));
  }

  choose(mode) {
    this.mode = mode;
    this.picked = null;
    for (const button of this.root.querySelectorAll('[data-mode]')) button.ariaPressed = String(button.dataset.mode === mode);
    if (this.data) this.draw();
  }

  begin(event) {
    if (event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pressed = true;
    this.touch(this.under(event));
  }

  go(event) {
    const patch = this.under(event);
    if (patch !== this.hover) this.point(patch);
    if (this.pressed && this.mode === 'erase' && patch !== null) this.erase(patch);
  }

  end() {
    const dragged = this.pressed && this.mode === 'swap' && this.picked !== null && this.hover !== null && this.hover !== this.picked;
    this.pressed = false;
    if (dragged) this.touch(this.hover);
  }

  // What a click or the space bar does to a patch.
  touch(patch) {
    if (patch === null) return;
    this.hover = patch;
    if (this.mode === 'erase') return this.erase(patch);
    if (this.picked === null || this.picked === patch) this.picked = this.picked === patch ? null : patch;
    else {
      this.add(`${this.picked}-${patch}`);
      this.picked = null;
    }
    this.point(patch);
    return undefined;
  }

  erase(patch) {
    // What is erased already stays so, unless something has come into its place since.
    for (let i = this.edits.length - 1; i >= 0; i -= 1) {
      if (this.edits[i] === String(patch)) return;
      if (this.edits[i].split('-').includes(String(patch))) break;
    }
    this.add(String(patch));
    this.point(patch);
  }

  add(edit) {
    if (this.edits.length >= MOST) return;
    this.edits.push(edit);
    this.draw();
    this.ask();
  }

  undo() {
    this.edits.pop();
    this.picked = null;
    this.draw();
    this.ask();
  }

  reset() {
    this.edits = [];
    this.undo();
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    const known = { e: () => this.choose('erase'), s: () => this.choose('swap'), u: () => this.undo(), r: () => this.reset() };
    known[' '] = known.Enter = () => this.touch(this.hover ?? 0);
    known.Escape = () => this.choose(this.mode);
    const act = step ? () => this.move(step) : known[event.key.length > 1 ? event.key : event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault(); // the page would scroll
    event.stopPropagation();
    act();
  }

  move([right, down]) {
    const now = this.hover ?? 0;
    const inside = (value) => Math.min(this.grid - 1, Math.max(0, value));
    const column = inside((now % this.grid) + right);
    const row = inside(Math.floor(now / this.grid) + down);
    this.point(this.hover === null ? 0 : row * this.grid + column);
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (at.some((value) => value < 0 || value >= 1)) return null;
    const [column, row] = at.map((value) => Math.floor(value * this.grid));
    return row * this.grid + column;
  }

  point(patch) {
    this.hover = patch;
    if (patch === null) this.place.textContent = this.picked === null ? '' : 'Choose the patch to swap with.';
    else {
      const row = Math.floor(patch / this.grid) + 1;
      const column = (patch % this.grid) + 1;
      const swap = this.picked !== null && this.picked !== patch ? `, to swap with patch ${this.picked}` : '';
      this.place.textContent = `Patch ${patch}: row ${row}, column ${column} of ${this.grid}${swap}`;
    }
    this.draw();
  }

  // ---- pictures ----

  draw() {
    picture(this.canvas, this.edited(this.data.color), SCALE, this.data.patch, false);
    const pen = this.canvas.getContext('2d');
    const size = this.data.patch * SCALE;
    const outline = (patch, color) => {
      if (patch === null) return;
      const [x, y] = [(patch % this.grid) * size, Math.floor(patch / this.grid) * size];
      pen.lineWidth = 6;
      pen.strokeStyle = '#fff';
      pen.strokeRect(x + 1, y + 1, size - 2, size - 2);
      pen.lineWidth = 3;
      pen.strokeStyle = color;
      pen.strokeRect(x + 1, y + 1, size - 2, size - 2);
    };
    outline(this.picked, '#d55e00');
    outline(this.hover, this.mode === 'swap' ? '#d55e00' : '#0072b2');
    for (const card of this.cards.values()) this.drawCard(card);
    const none = this.edits.length === 0;
    for (const act of ['undo', 'reset']) this.root.querySelector(`[data-act=${act}]`).disabled = none;
  }

  // The picture (32 * 32 * 4 bytes) with the edits made; what is erased has `color`.
  edited(color) {
    return paintEdits(this.base, this.edits, this.data.patch, color, SIDE);
  }

  drawCard({ canvas, run }) {
    picture(canvas, this.edited(run.color), CARD_SCALE, run.patch || SIDE, true);
    if (this.hover === null) return;
    const size = this.data.patch;
    const patch = run.patch || 1;
    const from = [(this.hover % this.grid) * size, Math.floor(this.hover / this.grid) * size].map((v) => Math.floor(v / patch) * patch);
    const length = Math.max(size, patch);
    const pen = canvas.getContext('2d');
    pen.lineWidth = 3;
    pen.strokeStyle = '#d55e00';
    pen.strokeRect(from[0] * CARD_SCALE, from[1] * CARD_SCALE, length * CARD_SCALE, length * CARD_SCALE);
  }

  // ---- cards ----

  showCards() {
    const list = this.root.querySelector('.patch-cards');
    const wanted = new Set(this.data.cards.map((run) => run.id));
    for (const [id, card] of this.cards) {
      if (!wanted.has(id)) {
        card.element.remove();
        this.cards.delete(id);
      }
    }
    this.data.cards.forEach((run, place) => {
      const card = this.cards.get(run.id) ?? newCard(run.id);
      this.cards.set(run.id, card);
      if (list.children[place] !== card.element) list.insertBefore(card.element, list.children[place] ?? null);
      showCard(card, run);
    });
    this.root.querySelector('.patch-notes').replaceChildren(
      ...this.data.notes.map((text) => {
        const line = make('p');
        line.textContent = text;
        return line;
      }),
    );
  }
}

function newCard(id) {
  const element = make('div', 'patch-card');
  element.role = 'listitem';
  element.dataset.run = id;
  const head = make('div', 'patch-head');
  const canvas = make('canvas');
  canvas.width = canvas.height = SIDE * CARD_SCALE;
  canvas.role = 'img';
  const words = make('div');
  const parts = Object.fromEntries(['name', 'verdict', 'title', 'tokens'].map((part) => [part, make(part === 'name' ? 'b' : 'span', `patch-${part}`)]));
  words.append(...Object.values(parts));
  head.append(canvas, words);
  const bars = make('div', 'patch-bars');
  bars.role = 'img';
  element.append(head, bars);
  return { element, canvas, bars, rows: new Map(), ...parts };
}

function showCard(card, run) {
  card.run = run;
  card.name.textContent = run.name;
  card.title.textContent = run.title;
  card.tokens.textContent = run.tokens;
  card.verdict.textContent = run.verdict;
  card.verdict.className = `patch-verdict ${run.look}`;
  card.element.classList.toggle('right', run.look === 'right');
  card.element.classList.toggle('wrong', run.look === 'wrong');
  card.canvas.ariaLabel = `The picture as ${run.name} gets it: ${run.tokens}`;
  card.bars.ariaLabel = run.bars.map((bar) => `${bar.name} ${bar.text}`).join(', ');
  card.bars.style.setProperty('--rows', run.bars.length);
  const wanted = new Set(run.bars.map((bar) => bar.name));
  for (const [name, row] of card.rows) {
    if (!wanted.has(name)) {
      row.remove();
      card.rows.delete(name);
    }
  }
  run.bars.forEach((bar, rank) => showBar(card, bar, rank));
}

function showBar(card, bar, rank) {
  let row = card.rows.get(bar.name);
  if (!row) {
    row = make('div', 'patch-bar');
    row.append(make('i', 'now'), make('i', 'was'), make('span'), make('b'));
    card.rows.set(bar.name, row);
    card.bars.append(row);
  }
  row.className = `patch-bar ${bar.look}`;
  row.style.setProperty('--rank', rank);
  row.style.setProperty('--p', bar.p);
  row.style.setProperty('--was', bar.was);
  row.querySelector('.was').hidden = Math.abs(bar.p - bar.was) < 0.005;
  row.querySelector('span').textContent = bar.name;
  row.querySelector('b').textContent = bar.text;
}

function make(tag, className = '') {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

// Pixels (SIDE * SIDE * 4 bytes) on a canvas, `scale` times as large, cut into patches.
const sheet = document.createElement('canvas');
sheet.width = sheet.height = SIDE;

function picture(canvas, pixels, scale, patch, gaps) {
  sheet.getContext('2d').putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
  const pen = canvas.getContext('2d');
  pen.imageSmoothingEnabled = false;
  pen.drawImage(sheet, 0, 0, SIDE * scale, SIDE * scale);
  pen.beginPath();
  for (let at = patch; at < SIDE; at += patch) {
    pen.moveTo(at * scale, 0);
    pen.lineTo(at * scale, SIDE * scale);
    pen.moveTo(0, at * scale);
    pen.lineTo(SIDE * scale, at * scale);
  }
  pen.lineWidth = gaps ? 2 : 1;
  pen.strokeStyle = gaps ? getComputedStyle(canvas).getPropertyValue('--st-background-color') || '#fff' : '#8888';
  pen.stroke();
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
