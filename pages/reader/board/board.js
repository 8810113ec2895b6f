// One network that reads one picture. A message (pages/reader/view.py) holds every order of reading; the scrub bar, the buttons, the
// pointer and the keys ask the server for nothing. Where they came to rest is sent for the page's link.
import { bar, look, plotBeliefs, ranked } from '../../../dashboard/kit/beliefs.js';
import { Board, mount } from '../../../dashboard/kit/board.js';
import { button, download, drag, make, svg } from '../../../dashboard/kit/dom.js';
import { answer, cellAt, clamp, wrap } from '../../../dashboard/kit/keys.js';
import { bytes, floats, uint16s } from '../../../dashboard/kit/packed.js';
import { Player } from '../../../dashboard/kit/player.js';
import { SIDE } from '../../../dashboard/kit/picture.js';
import { percent } from '../../../dashboard/kit/text.js';
import { palette } from '../../../dashboard/kit/theme.js';
import { figure } from './figure.js';
import { StatePath } from './path.js';
import { paint } from './picture.js';
import { Strip } from './strip.js';

const BARS = 5; // most probable classes
const REST = 500; // ms without a move, then the view is sent
const PACE = 6000; // ms that reading the whole picture takes
const ROOM = 330; // pixels of all strips, so that they are in sight on a projector
const PARTS = ['scrub', 'picture', 'path', 'plot', 'bars', 'orders', 'strips', 'words', 'notes', 'told', 'knew', 't', 'axes', 'ticks'];

class ReaderBoard extends Board {
  constructor(root) {
    super(root);
    for (const name of PARTS) this[`${name}Part`] = root.querySelector(`.reader-${name}`);
    this.strips = [];
    this.path = new StatePath(this.pathPart);
    this.lines = svg('svg', { class: 'curves', viewBox: '0 0 1 1', preserveAspectRatio: 'none' });
    [this.known, this.line] = [make('span', 'reader-known'), make('i', 'reader-now')];
    this.plotPart.append(this.lines, this.known, this.line);
    this.player = new Player(root.querySelector('[data-act=play]'), this.scrubPart, {
      start: () => (this.t >= this.data.tokens ? 0 : this.t),
      end: () => this.data.tokens,
      pace: () => PACE / this.data.tokens,
      show: (t) => Math.floor(t) !== this.t && this.go(Math.floor(t)),
    });
    this.listen();
  }

  listen() {
    this.root.addEventListener('click', ({ target }) => this.now && this.act(target));
    // Arrow keys go from one order to the next, as in any group of radio buttons.
    answer(this.ordersPart, {}, ([right, down]) => this.walk(right + down));
    this.follow(this.plotPart, ([x]) => Math.round(x * this.data.tokens));
    this.follow(this.picturePart, (at) => this.placeOf(at));
    this.follow(this.pathPart, ([x, y]) => this.path.nearest(x, y));
    for (const [on, state] of [['pointerover', true], ['pointerout', false], ['focusin', true], ['focusout', false]]) {
      this.wordsPart.addEventListener(on, ({ target }) => this.light(target.dataset.light, state));
    }
  }

  // ---- messages ----

  receive(data, before) {
    if (before && before.what !== data.what) this.player.stop();
    this.pixels = bytes(data.pixels);
    const ready = Object.keys(data.orders).length > 0;
    this.root.classList.toggle('waiting', !ready);
    if (ready) {
      if (this.t === undefined) Object.assign(this, { t: data.t, kind: data.order });
      const cutAnew = before?.tokens && before.tokens !== data.tokens;
      if (cutAnew) this.t = Math.round((this.t / before.tokens) * data.tokens);
      this.scrubPart.max = data.tokens;
      this.takeOthers();
      this.showStrips(JSON.stringify(before?.strips) === JSON.stringify(data.strips));
      this.showWords();
      this.readOrder();
      if (cutAnew) this.rest();
    } else this.now = null;
    this.notesPart.replaceChildren(...data.notes.map((text) => make('p', '', text)));
    this.root.dataset.what = data.what; // tells a test what is on the board
  }

  // The other orders of what is on the board, if they have come.
  takeOthers() {
    const more = document.querySelector('.reader-others')?.others;
    if (more?.what === this.data.what) this.data.orders = { ...more.orders, ...this.data.orders };
    this.showOrders();
    this.root.dataset.orders = Object.keys(this.data.orders).join(' ');
  }

  complete() {
    if (!this.now) return;
    this.takeOthers();
    if (this.shown === this.kind) return;
    this.readOrder();
    this.draw();
  }

  // The view goes to the server by the part that brings the other orders: it reruns no more of the page than needed.
  rest() {
    clearTimeout(this.timer);
    const view = () => ({ order: this.kind, t: this.t, of: this.data.tokens });
    this.timer = setTimeout(() => document.querySelector('.reader-others')?.send(view()), REST);
  }

  // The numbers of the order that is looked at; until it has come, those of the one that is there.
  readOrder() {
    const { orders, own, ownPath, classes, tokens } = this.data;
    this.shown = orders[this.kind] ? this.kind : this.data.order;
    const raw = orders[this.shown];
    this.now = { ...raw, order: uint16s(raw.order), beliefs: floats(raw.beliefs), path: floats(raw.path) };
    this.truth = classes.indexOf(this.data.label);
    this.firsts = Array.from({ length: tokens + 1 }, (_, t) => this.ranked(t, 1)[0]);
    this.path.read(this.shown === own ? this.now.path : floats(ownPath), this.now.path);
    this.strips.forEach((strip, place) => strip.read(raw.strips[place], tokens));
    this.curves();
    this.toldPart.textContent = raw.told;
    this.knewPart.textContent = raw.knew;
    const share = this.shown === own ? '' : `; of this order's own: ${Math.round(100 * raw.share)} %`;
    this.axesPart.textContent = `→ ${this.data.axes[0]}, ↑ ${this.data.axes[1]} of the variance${share}`;
    for (const order of this.ordersPart.children) {
      const chosen = order.dataset.order === this.shown;
      order.ariaChecked = String(chosen);
      order.tabIndex = chosen ? 0 : -1;
    }
  }

  // ---- moves ----

  take(t) {
    this.player.stop();
    this.go(t);
  }

  go(t) {
    this.t = clamp(t, 0, this.data.tokens);
    this.draw();
    this.rest();
  }

  act(target) {
    const { act, order } = target.dataset;
    if (act === 'back') this.take(this.t - 1);
    if (act === 'on') this.take(this.t + 1);
    if (act === 'svg') download(figure(this), `reader-${this.shown}-t${this.t}.svg`);
    if (order && !target.disabled) this.choose(order);
  }

  choose(kind) {
    this.kind = kind;
    this.readOrder();
    this.draw();
    this.rest();
  }

  walk(step) {
    const open = [...this.ordersPart.children].filter((order) => !order.disabled);
    if (!open.length) return;
    const next = open[wrap(open.findIndex((order) => order.dataset.order === this.shown) + step, open.length)];
    this.choose(next.dataset.order);
    next.focus();
  }

  // Pressing and dragging on a part goes to the t that `place` makes of where the pointer is.
  follow(part, place) {
    const scrub = (at) => this.take(place(at));
    drag(part, { press: (at) => this.now !== null && scrub(at), move: (at, _, held) => held && scrub(at) });
  }

  // After which t the patch under a point of the picture has been read.
  placeOf(at) {
    const inside = at.map((share) => clamp(share, 0, 1 - 1e-9));
    return this.now.order.indexOf(cellAt(inside, SIDE / this.data.patch)) + 1;
  }

  // ---- what does not move ----

  showOrders() {
    const { titles, orders, whyOne } = this.data;
    if (!this.ordersPart.children.length) {
      const made = Object.entries(titles).map(([kind, title]) => button({ role: 'radio', 'data-order': kind }, title));
      this.ordersPart.append(...made);
    }
    for (const order of this.ordersPart.children) {
      const there = Boolean(orders[order.dataset.order]);
      Object.assign(order, { disabled: !there, title: there ? '' : whyOne || 'Being read' });
    }
  }

  showStrips(same) {
    if (same) return;
    const room = ROOM / this.data.strips.length;
    this.strips = this.data.strips.map((told) => new Strip(told, room, (t) => this.take(t)));
    this.stripsPart.replaceChildren(...this.strips.map((strip) => strip.element));
  }

  showWords() {
    const said = JSON.stringify(this.data.words);
    if (said === this.said) return; // a word may have the focus
    this.said = said;
    this.wordsPart.replaceChildren(...this.data.words.map(([text, part]) => (part ? button({ 'data-light': part }, text) : text)));
  }

  // A word that names parts lights them up.
  light(parts, on) {
    for (const part of (parts ?? '').split(' ').filter(Boolean)) {
      for (const element of this.root.querySelectorAll(`[data-part="${part}"]`)) element.classList.toggle('lit', on);
    }
  }

  // ---- beliefs ----

  p(t, k) {
    return this.now.beliefs[t * this.data.classes.length + k];
  }

  look(k) {
    return look(k, this.truth, this.now.answer);
  }

  // The most probable classes after t patches.
  ranked(t, count, truth = -1) {
    const { length } = this.data.classes;
    return ranked(this.now.beliefs.subarray(t * length, (t + 1) * length), count, truth);
  }

  curves() {
    const { tokens, classes } = this.data;
    const places = { lines: this.lines, known: this.known, axis: this.ticksPart };
    plotBeliefs(places, { ...this.now, tokens, classes }, (t, k) => this.p(t, k), (k) => this.look(k));
    this.plotPart.ariaLabel = `Probability of each class after 0 to ${tokens} patches. ${this.now.knew}`;
  }

  // ---- what follows t ----

  draw() {
    const { tokens, patch, way, titles } = this.data;
    const colors = palette(this.root);
    const read = this.now ? [...this.now.order.subarray(0, this.t)] : [];
    paint(this.picturePart, this.pixels, read, this.now ? patch : SIDE, { both: way === 'bidirectional', ...colors });
    if (!this.now) return;
    this.scrubPart.value = this.t;
    this.tPart.textContent = `t = ${this.t} of ${tokens}`;
    this.line.style.left = `${(100 * this.t) / tokens}%`;
    const top = this.showBars();
    this.showPath(colors);
    for (const strip of this.strips) strip.draw(this.t);
    this.scrubPart.ariaValueText = `${this.t} of ${tokens} patches read: ${top}`;
    const shown = `The picture: ${this.t} of ${tokens} patches read, ${titles[this.shown]}.`;
    this.picturePart.ariaLabel = `${shown} Press a patch to go to it.`;
    Object.assign(this.root.dataset, { t: this.t, order: this.shown });
  }

  showBars() {
    const bars = this.ranked(this.t, BARS, this.truth).map((k) => {
      const p = this.p(this.t, k);
      return { name: this.data.classes[k], p, text: percent(p), look: this.look(k) };
    });
    this.barsPart.replaceChildren(...bars.map((belief) => bar(belief, 'reader-class')));
    this.barsPart.ariaLabel = `After ${this.t} patches: ${bars.map(({ name, text }) => `${name} ${text}`).join(', ')}`;
    return `${bars[0].name} ${bars[0].text}`;
  }

  showPath(colors) {
    const { axes, classes } = this.data;
    const looks = { true: colors.right, told: colors.run, false: colors.wrong };
    const first = classes[this.firsts[this.t]];
    this.path.draw(this.t, { ...colors, dots: this.firsts.map((k) => looks[this.look(k)] ?? ''), answer: first });
    const plane = `Path of the state in two principal components, ${axes.join(', ')}`;
    this.pathPart.ariaLabel = `${plane}: at t = ${this.t} the answer is ${first}.`;
  }

  close() {
    super.close();
    clearTimeout(this.timer);
    this.player.stop();
  }
}

export default mount('.reader', ReaderBoard);
