// The picture whose patches are dragged about, and the cards of the models. An order goes to the server as text, one message at a time, and
// its answer says which order it is for.
import { SHUFFLES, swapped } from './orders.js';
import { newCard, showCard } from './cards.js';

const SIDE = 32; // pixels of the picture
const SCALE = 16; // of the board's canvas
const MOST = 200; // orders that can be taken back
const REST = 250; // ms without another order, after which the rest of the page follows
const PATIENCE = 4000; // ms after which an answer that did not come is asked for again
const NEAR = 4; // pixels that a pointer may move in a click
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = { r: 'random', v: 'reverse', t: 'shift', s: 'swap', b: 'blocks', w: 'rows' };

export default function shuffleBoard({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.shuffle-board');
  root.board ??= new ShuffleBoard(root);
  root.board.send = (order) => setStateValue('order', order);
  root.board.receive(data);
}

class ShuffleBoard {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector('.shuffle-picture');
    this.place = root.querySelector('.shuffle-place');
    this.cards = new Map();
    this.past = [];
    this.hover = null; // the place under the pointer or the cursor
    this.held = null; // the place whose patch has been taken up
    this.pointer = null; // where the pointer drags it, in pixels of the canvas
    this.listen();
  }

  // ---- messages ----

  receive(data) {
    const fresh = data.patch !== this.data?.patch || data.stamp !== this.data?.stamp;
    if (fresh || data.pixels !== this.data?.pixels) this.base = sheet(data.pixels);
    this.data = data;
    this.n = SIDE / data.patch;
    if (fresh) {
      this.order = parsed(data.order, this.n);
      Object.assign(this, { past: [], hover: null, held: null, pointer: null, waiting: null });
    }
    if (this.waiting === data.order) this.waiting = null;
    this.showCards();
    this.draw();
    this.ask();
    this.root.dataset.answered = data.order; // tells a test which order these answers are for
    clearTimeout(this.resting);
    if (!fresh) this.resting = setTimeout(() => window.dispatchEvent(new CustomEvent('picture-settled', { detail: { name: 'shuffle', what: data.order } })), REST);
  }

  // What is on the board: the order, with the patch that is being carried already exchanged.
  get shown() {
    const carried = this.held !== null && this.hover !== null && this.hover !== this.held;
    return carried ? swapped(this.order, this.held, this.hover) : this.order;
  }

  get text() {
    const shown = this.shown;
    return shown.every((patch, place) => patch === place) ? '' : shown.join('.');
  }

  ask() {
    const text = this.text;
    if (text === this.data.order || this.waiting !== null) return;
    this.waiting = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.waiting === null) return;
      this.waiting = null;
      this.ask();
    }, PATIENCE);
    this.send({ patch: this.data.patch, stamp: this.data.stamp, order: text });
  }

  // ---- shuffling ----

  listen() {
    this.root.addEventListener('click', ({ target }) => {
      const { shuffle, act } = target.dataset;
      if (shuffle) this.shuffle(shuffle);
      if (act) this[act]();
    });
    this.canvas.addEventListener('pointerdown', (event) => this.begin(event));
    this.canvas.addEventListener('pointermove', (event) => this.go(event));
    this.canvas.addEventListener('pointerup', () => this.end());
    this.canvas.addEventListener('pointercancel', () => this.drop(null));
    this.canvas.addEventListener('pointerleave', () => !this.pointer && this.point(this.held));
    this.canvas.addEventListener('keydown', (event) => this.press(event));
  }

  shuffle(name) {
    this.change(SHUFFLES[name](this.order, this.n));
  }

  change(order) {
    if (order.every((patch, place) => patch === this.order[place])) return this.drop(null);
    this.past = [...this.past, this.order].slice(-MOST);
    this.order = order;
    return this.drop(null);
  }

  undo() {
    this.order = this.past.pop() ?? this.order;
    this.drop(null);
  }

  reset() {
    this.change(this.order.map((_, place) => place));
  }

  // Put down what is held: in exchange for the patch at `place`, or where it was.
  drop(place) {
    const { held } = this;
    Object.assign(this, { held: null, pointer: null });
    if (held !== null && place !== null && place !== held) return this.change(swapped(this.order, held, place));
    this.point(this.hover);
    return undefined;
  }

  begin(event) {
    if (event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    const place = this.under(event);
    if (this.held !== null) return this.drop(place); // the second click of two
    this.start = [event.clientX, event.clientY];
    Object.assign(this, { held: place, pointer: this.at(event) });
    return this.point(place);
  }

  go(event) {
    if (this.pointer) this.pointer = this.at(event);
    this.point(this.under(event) ?? (this.pointer ? this.held : null), event);
  }

  end() {
    if (!this.pointer) return;
    this.pointer = null;
    if (this.hover !== this.held) this.drop(this.hover);
    else this.point(this.hover); // a click: it stays taken up until the next one
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    const key = event.key.length > 1 ? event.key : event.key.toLowerCase();
    const known = { u: () => this.undo(), x: () => this.reset(), Escape: () => this.cancel() };
    known[' '] = known.Enter = () => this.take();
    const act = step ? () => this.move(step) : KEYS[key] ? () => this.shuffle(KEYS[key]) : known[key];
    if (!act) return;
    event.preventDefault(); // the page would scroll
    event.stopPropagation();
    act();
  }

  take() {
    if (this.held !== null) return this.drop(this.hover);
    this.held = this.hover ?? 0;
    return this.point(this.held);
  }

  cancel() {
    if (this.held !== null) this.hover = this.held;
    this.drop(null);
  }

  move([right, down]) {
    const now = this.hover ?? 0;
    const inside = (value) => Math.min(this.n - 1, Math.max(0, value));
    this.point(this.hover === null ? 0 : inside(Math.floor(now / this.n) + down) * this.n + inside((now % this.n) + right));
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((v) => v * SIDE * SCALE);
  }

  under(event) {
    const at = this.at(event);
    if (at.some((value) => value < 0 || value >= SIDE * SCALE)) return null;
    const [column, row] = at.map((value) => Math.floor(value / (this.data.patch * SCALE)));
    return row * this.n + column;
  }

  point(place) {
    this.hover = place;
    this.draw();
    this.ask();
  }

  // ---- pictures ----

  draw() {
    const pen = this.canvas.getContext('2d');
    const size = this.data.patch * SCALE;
    const corner = (place) => [(place % this.n) * size, Math.floor(place / this.n) * size];
    const paint = (patch, x, y) => {
      const [column, row] = [patch % this.n, Math.floor(patch / this.n)].map((v) => v * this.data.patch);
      pen.drawImage(this.base, column, row, this.data.patch, this.data.patch, x, y, size, size);
    };
    pen.imageSmoothingEnabled = false;
    const { shown } = this;
    shown.forEach((patch, place) => paint(patch, ...corner(place)));
    pen.strokeStyle = 'rgba(255, 255, 255, 0.55)';
    pen.lineWidth = 2;
    for (let i = 1; i < this.n; i += 1) line(pen, i * size);
    const outline = (place, color) => {
      for (const [width, style] of [[7, '#fff'], [4, color]]) {
        pen.lineWidth = width;
        pen.strokeStyle = style;
        pen.strokeRect(...corner(place).map((v) => v + 2), size - 4, size - 4);
      }
    };
    if (this.held !== null) outline(this.held, '#d55e00');
    if (this.hover !== null) outline(this.hover, this.held === null ? '#0072b2' : '#d55e00');
    if (this.pointer && this.held !== null && this.hover !== this.held) {
      pen.globalAlpha = 0.85;
      paint(this.order[this.held], ...this.pointer.map((v) => v - size / 2));
      pen.globalAlpha = 1;
    }
    this.say(shown);
    for (const [act, none] of [['undo', !this.past.length], ['reset', this.order.every((patch, place) => patch === place)]]) {
      this.root.querySelector(`[data-act=${act}]`).disabled = none;
    }
  }

  say(shown) {
    const named = (place) => `row ${Math.floor(place / this.n) + 1}, column ${(place % this.n) + 1}`;
    const moved = shown.filter((patch, place) => patch !== place).length;
    const count = `${moved} of ${shown.length} patches moved`;
    const held = this.held === null ? '' : ` · carrying the patch of ${named(this.held)}: put it on another one`;
    const here = this.held === null && this.hover !== null ? ` · here, in ${named(this.hover)}: the patch of ${named(shown[this.hover])}` : '';
    this.place.textContent = `${count}${held}${here}`;
  }

  showCards() {
    const list = this.root.querySelector('.shuffle-cards');
    const wanted = new Set(this.data.cards.map((model) => model.id));
    for (const [id, card] of this.cards) {
      if (!wanted.has(id)) {
        card.element.remove();
        this.cards.delete(id);
      }
    }
    this.data.cards.forEach((model, place) => {
      const card = this.cards.get(model.id) ?? newCard(model.id);
      this.cards.set(model.id, card);
      if (list.children[place] !== card.element) list.insertBefore(card.element, list.children[place] ?? null);
      showCard(card, model, this.base);
    });
  }
}

function line(pen, at) {
  pen.beginPath();
  pen.moveTo(at, 0);
  pen.lineTo(at, SIDE * SCALE);
  pen.moveTo(0, at);
  pen.lineTo(SIDE * SCALE, at);
  pen.stroke();
}

function parsed(text, n) {
  return text ? text.split('.').map(Number) : Array.from({ length: n * n }, (_, place) => place);
}

// Base64 of 32 * 32 * 3 bytes as a canvas of 32 x 32 pixels.
function sheet(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const pixels = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
  for (let i = 0; i < SIDE * SIDE; i += 1) pixels.set(bytes.subarray(3 * i, 3 * i + 3), 4 * i);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  canvas.getContext('2d').putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
  return canvas;
}
