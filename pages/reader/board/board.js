// One network that reads one picture. A message (pages/reader/view.py) holds every order of reading; the scrub bar, the buttons, the pointer
// and the keys ask the server for nothing. Where they came to rest is sent for the page's link.
import { figure } from './figure.js';
import { bytes, floats, make, save, shorts, svg } from './parts.js';
import { StatePath } from './path.js';
import { paint, SIDE } from './picture.js';

import { Strip } from './strip.js';

const BARS = 5; // most probable classes
const REST = 500; // ms without a move, then the view is sent
const PACE = 6000; // ms that reading the whole picture takes
const ROOM = 330; // pixels of all strips, so that they are in sight on a projector

export default function readerBoard({ data: [data], parentElement }) {
  const root = parentElement.querySelector('.reader');
  root.board ??= new ReaderBoard(root);
  root.board.receive(data);
  return () => {
    if (root.isConnected) return; // the next message has overtaken this one: who plays, plays on
    clearTimeout(root.board.timer);
    root.board.stop();
  };
}

class ReaderBoard {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(`.reader-${name}`);
    for (const name of ['scrub', 'picture', 'path', 'plot', 'bars', 'orders', 'strips', 'words', 'notes', 'told', 'knew', 't', 'axes', 'ticks']) this[`${name}Part`] = find(name);
    this.strips = [];
    this.palette = {};
    this.path = new StatePath(this.pathPart);
    this.makePlot();
    this.scrubPart.addEventListener('input', () => this.take(Number(this.scrubPart.value)));
    this.scrubPart.addEventListener('keydown', (event) => this.press(event));
    root.addEventListener('click', ({ target }) => this.act(target));
    this.ordersPart.addEventListener('keydown', (event) => this.walk(event));
    this.follow(this.plotPart, (x) => Math.round(x * this.data.tokens));
    this.follow(this.picturePart, (x, y) => this.placeOf(x, y));
    this.follow(this.pathPart, (x, y) => this.path.nearest(x, y));
    for (const [on, state] of [['pointerover', true], ['pointerout', false], ['focusin', true], ['focusout', false]]) {
      this.wordsPart.addEventListener(on, ({ target }) => this.light(target.dataset.light, state));
    }
    new ResizeObserver(() => this.data?.tokens && this.draw()).observe(this.pathPart);
  }

  // ---- messages ----

  receive(data) {
    const before = this.data;
    if (before && before.what !== data.what) this.stop();
    this.data = data;
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
    }
    this.showNotes();
    if (ready) this.draw();
    else paint(this.picturePart, this.pixels, [], SIDE, {});
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

  // The view goes to the server once it has come to rest: one message, not one a frame.
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => document.querySelector('.reader-others')?.send({ order: this.kind, t: this.t, of: this.data.tokens }), REST);
  }

  // The numbers of the order that is looked at; until it has come, those of the one that is there.
  readOrder() {
    const { orders, own, ownPath, classes, tokens } = this.data;
    this.shown = orders[this.kind] ? this.kind : this.data.order;
    const raw = orders[this.shown];
    this.now = { ...raw, order: shorts(raw.order), beliefs: floats(raw.beliefs), path: floats(raw.path) };
    this.truth = classes.indexOf(this.data.label);
    this.firsts = Array.from({ length: tokens + 1 }, (_, t) => this.first(t));
    this.path.read(this.shown === own ? this.now.path : floats(ownPath), this.now.path);
    this.strips.forEach((strip, place) => strip.read(raw.strips[place], tokens));
    this.curves();
    this.toldPart.textContent = raw.told;
    this.knewPart.textContent = raw.knew;
    const share = this.shown === own ? '' : `; of this order's own: ${Math.round(100 * raw.share)} %`;
    this.axesPart.textContent = `→ ${this.data.axes[0]}, ↑ ${this.data.axes[1]} of the variance${share}`;
    for (const button of this.ordersPart.children) {
      const chosen = button.dataset.order === this.shown;
      button.ariaChecked = String(chosen);
      button.tabIndex = chosen ? 0 : -1;
    }
  }

  // ---- the scrub bar ----

  take(t) {
    this.stop();
    this.go(t);
  }

  go(t) {
    this.t = Math.min(this.data.tokens, Math.max(0, t));
    this.draw();
    this.rest();
  }

  act(target) {
    const { act, order } = target.dataset;
    if (!this.now) return;
    if (act === 'play') this.play();
    if (act === 'back') this.take(this.t - 1);
    if (act === 'on') this.take(this.t + 1);
    if (act === 'svg') save(new Blob([figure(this)], { type: 'image/svg+xml' }), `reader-${this.shown}-t${this.t}.svg`);
    if (order && !target.disabled) this.choose(order);
  }

  choose(kind) {
    this.kind = kind;
    this.readOrder();
    this.draw();
    this.rest();
  }

  press(event) {
    if (event.key !== ' ' || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // the page would scroll
    this.play();
  }

  // Arrow keys go from one order to the next, as in any group of radio buttons.
  walk(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const open = [...this.ordersPart.children].filter((button) => !button.disabled);
    if (!step || !open.length) return;
    const here = open.findIndex((button) => button.dataset.order === this.shown);
    const next = open[(here + step + open.length) % open.length];
    this.choose(next.dataset.order);
    next.focus();
    event.preventDefault();
  }

  play() {
    if (this.playing) return this.stop();
    if (!this.now) return undefined;
    if (this.t >= this.data.tokens) this.t = 0;
    const from = this.t;
    const start = performance.now();
    const step = (now) => {
      if (!this.playing || !this.root.isConnected) return;
      const t = from + Math.floor((Math.max(0, now - start) / PACE) * this.data.tokens);
      if (t !== this.t) this.go(t);
      if (this.t >= this.data.tokens) this.stop();
      else this.playing = requestAnimationFrame(step);
    };
    this.playing = requestAnimationFrame(step);
    this.playButton();
    return undefined;
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.playButton();
  }

  playButton() {
    this.root.querySelector('[data-act=play]').textContent = this.playing ? 'Stop' : 'Play';
  }

  // Pressing and dragging on a part goes to the t that `place` makes of where the pointer is (0 to 1 across and down).
  follow(part, place) {
    const scrub = (event) => {
      const box = part.getBoundingClientRect();
      this.take(place((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
    };
    part.addEventListener('pointerdown', (event) => {
      if (event.button || !this.now) return;
      part.setPointerCapture(event.pointerId);
      scrub(event);
    });
    part.addEventListener('pointermove', (event) => part.hasPointerCapture(event.pointerId) && scrub(event));
  }

  // After which t the patch under a point of the picture has been read.
  placeOf(x, y) {
    const side = SIDE / this.data.patch;
    const at = (value) => Math.min(side - 1, Math.max(0, Math.floor(value * side)));
    return this.now.order.indexOf(at(y) * side + at(x)) + 1;
  }

  // ---- what does not move ----

  showOrders() {
    const { titles, orders, whyOne } = this.data;
    if (!this.ordersPart.children.length) {
      this.ordersPart.append(
        ...Object.entries(titles).map(([kind, title]) => {
          const button = make('button', '', title);
          Object.assign(button, { type: 'button', role: 'radio' });
          button.dataset.order = kind;
          return button;
        }),
      );
    }
    for (const button of this.ordersPart.children) {
      const there = Boolean(orders[button.dataset.order]);
      Object.assign(button, { disabled: !there, title: there ? '' : whyOne || 'Being read' });
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
    this.wordsPart.replaceChildren(
      ...this.data.words.map(([text, part]) => {
        if (!part) return text;
        const word = make('button', '', text);
        word.type = 'button';
        word.dataset.light = part;
        return word;
      }),
    );
  }

  // A word that names parts lights them up.
  light(parts, on) {
    for (const part of (parts ?? '').split(' ').filter(Boolean)) {
      for (const element of this.root.querySelectorAll(`[data-part="${part}"]`)) element.classList.toggle('lit', on);
    }
  }

  showNotes() {
    this.notesPart.replaceChildren(...this.data.notes.map((text) => make('p', '', text)));
  }

  // ---- the curves ----

  makePlot() {
    this.lines = svg('svg', { viewBox: '0 0 1 1', preserveAspectRatio: 'none' });
    this.line = make('i', 'reader-now');
    this.known = make('span', 'reader-known');
    this.plotPart.append(this.lines, this.known, this.line);
  }

  p(t, k) {
    return this.now.beliefs[t * this.data.classes.length + k];
  }

  look(k) {
    if (k === this.truth) return 'true';
    return k === this.now.answer ? (this.truth < 0 ? 'told' : 'false') : '';
  }

  curves() {
    const { tokens, classes } = this.data;
    const order = [...classes.keys()].sort((a, b) => (this.look(a) ? 1 : 0) - (this.look(b) ? 1 : 0)); // those that count on top
    const line = (k) => {
      const points = Array.from({ length: tokens + 1 }, (_, t) => `${(t / tokens).toFixed(4)},${(1 - this.p(t, k)).toFixed(4)}`).join(' ');
      return svg('polyline', { points, class: this.look(k), 'vector-effect': 'non-scaling-stroke' });
    };
    const grid = [0, 0.5, 1].map((y) => svg('line', { x1: 0, x2: 1, y1: y, y2: y, class: 'grid', 'vector-effect': 'non-scaling-stroke' }));
    this.lines.replaceChildren(...grid, ...order.map(line));
    this.known.style.left = `${(100 * this.now.known) / tokens}%`;
    this.known.classList.toggle('left', this.now.known > tokens / 2);
    const ticks = [0, 0.25, 0.5, 0.75, 1].filter((share) => Number.isInteger(share * tokens));
    this.ticksPart.replaceChildren(
      ...ticks.map((share) => {
        const tick = make('span', '', String(share * tokens));
        tick.style.left = `${100 * share}%`;
        return tick;
      }),
    );
    this.known.replaceChildren(make('b', '', `${classes[this.now.answer]} from ${this.now.known} on`));
    this.plotPart.ariaLabel = `Probability of each class after 0 to ${tokens} patches. ${this.now.knew}`;
  }

  // ---- what follows t ----

  draw() {
    const { tokens } = this.data;
    this.palette = {};
    this.scrubPart.value = this.t;
    this.tPart.textContent = `t = ${this.t} of ${tokens}`;
    this.line.style.left = `${(100 * this.t) / tokens}%`;
    this.showPicture();
    const top = this.showBars();
    this.showPath();
    for (const strip of this.strips) strip.draw(this.t);
    this.scrubPart.ariaValueText = `${this.t} of ${tokens} patches read: ${top}`;
    this.picturePart.ariaLabel = `The picture: ${this.t} of ${tokens} patches read, ${this.data.titles[this.shown]}. Press a patch to go to it.`;
    Object.assign(this.root.dataset, { t: this.t, order: this.shown });
  }

  showBars() {
    const { classes } = this.data;
    const all = [...classes.keys()].sort((a, b) => this.p(this.t, b) - this.p(this.t, a) || a - b);
    const order = all.slice(0, BARS);
    if (this.truth >= 0 && !order.includes(this.truth)) order[BARS - 1] = this.truth; // the true class is always in sight
    const percent = (k) => `${(100 * this.p(this.t, k)).toFixed(0)} %`;
    this.barsPart.replaceChildren(
      ...order.map((k) => {
        const bar = make('div', `reader-class ${this.look(k)}`);
        bar.style.setProperty('--p', this.p(this.t, k));
        bar.append(make('span', '', classes[k]), make('b', '', percent(k)));
        return bar;
      }),
    );
    this.barsPart.ariaLabel = `After ${this.t} patches: ${order.map((k) => `${classes[k]} ${percent(k)}`).join(', ')}`;
    return `${classes[order[0]]} ${percent(order[0])}`;
  }

  showPicture() {
    const [run, back] = [this.color('--lab-run'), this.color('--lab-wrong')];
    const read = [...this.now.order.subarray(0, this.t)];
    paint(this.picturePart, this.pixels, read, this.data.patch, { both: this.data.way === 'bidirectional', run, back });
  }

  showPath() {
    const { axes, classes } = this.data;
    this.path.draw(this.t, {
      colors: this.firsts.map((k) => this.lookColor(k)),
      answer: classes[this.firsts[this.t]],
      ink: getComputedStyle(this.root).color,
      line: this.color('--lab-run'),
      ground: this.color('--st-background-color'),
    });
    this.pathPart.ariaLabel = `Path of the state in two principal components, ${axes.join(', ')}: at t = ${this.t} the answer is ${classes[this.firsts[this.t]]}.`;
  }

  // An accent of the page. Looked up once a drawing: the theme may change in between, but each look costs.
  color(name) {
    return (this.palette[name] ??= getComputedStyle(this.root).getPropertyValue(name));
  }

  // The most probable class after t patches.
  first(t) {
    const { classes } = this.data;
    let best = 0;
    for (let k = 1; k < classes.length; k += 1) if (this.p(t, k) > this.p(t, best)) best = k;
    return best;
  }

  lookColor(k) {
    const name = { true: '--lab-right', told: '--lab-run', false: '--lab-wrong' }[this.look(k)];
    return name ? this.color(name) : '';
  }
}
