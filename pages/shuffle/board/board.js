// The picture whose patches are dragged about, and the cards of the models. An order goes to the server as text, one message at a time, and
// its answer says which order it is for.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { penOf, sheet } from '../../../dashboard/kit/canvas.js';
import { drag, keyed } from '../../../dashboard/kit/dom.js';
import { Exchange } from '../../../dashboard/kit/exchange.js';
import { answer, beside, cellAt } from '../../../dashboard/kit/keys.js';
import { bytes } from '../../../dashboard/kit/packed.js';
import { corner, framePatch, grid, named } from '../../../dashboard/kit/patches.js';
import { pixels, SIDE } from '../../../dashboard/kit/picture.js';
import { settle } from '../../../dashboard/kit/settled.js';
import { palette } from '../../../dashboard/kit/theme.js';
import { newCard, showCard } from './cards.js';
import { parsed, SHUFFLES, swapped } from './orders.js';

const WIDE = 16 * SIDE; // pixels of the board's canvas
const MOST = 200; // orders that can be taken back
const REST = 250; // ms without another order, after which the rest of the page follows
const KEYS = { r: 'random', v: 'reverse', t: 'shift', s: 'swap', b: 'blocks', w: 'rows' };
const LINES = 'rgba(255, 255, 255, 0.55)'; // between patches

class ShuffleBoard extends Board {
  constructor(root) {
    super(root);
    this.canvas = root.querySelector('.shuffle-picture');
    this.place = root.querySelector('.shuffle-place');
    this.cards = new Map();
    this.past = [];
    this.hover = null; // the place under the pointer or the cursor
    this.held = null; // the place whose patch has been taken up
    this.pointer = null; // where the pointer drags it, in pixels of the canvas
    this.exchange = new Exchange({
      shown: () => this.text,
      answered: () => this.data.order,
      send: (order) => this.send('order', { patch: this.data.patch, stamp: this.data.stamp, order }),
    });
    this.listen();
  }

  // ---- messages ----

  receive(data, before) {
    const fresh = data.patch !== before?.patch || data.stamp !== before?.stamp;
    if (fresh || data.pixels !== before?.pixels) this.base = sheet(pixels(bytes(data.pixels)), SIDE);
    this.n = SIDE / data.patch;
    if (fresh) Object.assign(this, { order: parsed(data.order, this.n), past: [], hover: null, held: null, pointer: null });
    this.exchange.receive(fresh);
    this.exchange.ask();
    this.root.dataset.answered = data.order; // tells a test which order these answers are for
    clearTimeout(this.resting);
    if (!fresh) this.resting = setTimeout(() => settle('shuffle', data.order), REST);
  }

  // What is on the board: the order, with the patch that is being carried already exchanged.
  get shown() {
    const carried = this.held !== null && this.hover !== null && this.hover !== this.held;
    return carried ? swapped(this.order, this.held, this.hover) : this.order;
  }

  get text() {
    const { shown } = this;
    return shown.every((patch, place) => patch === place) ? '' : shown.join('.');
  }

  // ---- shuffling ----

  listen() {
    this.root.addEventListener('click', ({ target }) => {
      const { shuffle, act } = target.dataset;
      if (shuffle) this.shuffle(shuffle);
      if (act) this[act]();
    });
    drag(this.canvas, {
      press: (at, event) => this.begin(at, event),
      move: (at) => this.go(at),
      release: () => this.end(),
      cancel: () => this.drop(null),
      leave: () => !this.pointer && this.point(this.held),
    });
    const shuffles = Object.entries(KEYS).map(([key, name]) => [key, () => this.shuffle(name)]);
    const take = () => this.take();
    const keys = { u: () => this.undo(), x: () => this.reset(), Escape: () => this.cancel(), ' ': take, Enter: take };
    answer(this.canvas, { ...keys, ...Object.fromEntries(shuffles) }, (step) => {
      this.point(this.hover === null ? 0 : beside(this.hover, step, this.n));
    });
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

  begin(at) {
    const place = cellAt(at, this.n);
    if (this.held !== null) return this.drop(place); // the second click of two
    Object.assign(this, { held: place, pointer: at });
    return this.point(place);
  }

  go(at) {
    if (this.pointer) this.pointer = at;
    this.point(cellAt(at, this.n) ?? (this.pointer ? this.held : null));
  }

  end() {
    if (!this.pointer) return;
    this.pointer = null;
    if (this.hover !== this.held) this.drop(this.hover);
    else this.point(this.hover); // a click: it stays taken up until the next one
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

  point(place) {
    this.hover = place;
    this.drawPicture();
    this.exchange.ask();
  }

  // ---- pictures ----

  draw() {
    keyed(this.root.querySelector('.shuffle-cards'), this.cards, this.data.cards, {
      key: ({ id }) => id,
      create: ({ id }) => newCard(id),
      update: (card, model) => showCard(card, model, this.base),
    });
    this.drawPicture();
  }

  drawPicture() {
    const pen = penOf(this.canvas);
    const { n, shown, held, hover } = this;
    const size = WIDE / n;
    const paint = (patch, x, y) => pen.drawImage(this.base, ...corner(patch, n, SIDE / n), SIDE / n, SIDE / n, x, y, size, size);
    const outline = (place, color) => framePatch(pen, place, n, size, color);
    pen.imageSmoothingEnabled = false;
    shown.forEach((patch, place) => paint(patch, ...corner(place, n, size)));
    grid(pen, WIDE, n, { color: LINES, line: 2 });
    const { run, wrong } = palette(this.root);
    if (held !== null) outline(held, wrong);
    if (hover !== null) outline(hover, held === null ? run : wrong);
    if (this.pointer && held !== null && hover !== held) {
      pen.globalAlpha = 0.85;
      paint(this.order[held], ...this.pointer.map((share) => share * WIDE - size / 2));
      pen.globalAlpha = 1;
    }
    this.say(shown);
    this.root.querySelector('[data-act=undo]').disabled = !this.past.length;
    this.root.querySelector('[data-act=reset]').disabled = this.order.every((patch, place) => patch === place);
  }

  say(shown) {
    const { n, held, hover } = this;
    const moved = shown.filter((patch, place) => patch !== place).length;
    const carried = held === null ? '' : ` · carrying the patch of ${named(held, n)}: put it on another one`;
    const here = held === null && hover !== null ? ` · here, in ${named(hover, n)}: the patch of ${named(shown[hover], n)}` : '';
    this.place.textContent = `${moved} of ${shown.length} patches moved${carried}${here}`;
  }

  close() {
    super.close();
    this.exchange.close();
    clearTimeout(this.resting);
  }
}

export default mount('.shuffle-board', ShuffleBoard);
