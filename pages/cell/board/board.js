// A recurrent cell that reads a sequence. A message (pages/cell/board) holds everything; playing, stepping, scrubbing, pointing
// and keys ask the server for nothing. A number that is replaced goes there, and the run before stays as a ghost.

import { KINDS, TEXTS, number, sub } from './formulas.js';
import { diagram } from './diagram.js';
import { element, pieces } from './elements.js';
import { sameEdit, unpack } from './message.js';
import { Playing } from './playing.js';
import { Picture } from './picture.js';
import { Replacing } from './replacing.js';
import { Strips } from './strips.js';
import { drawLines } from './lines.js';

import { Walk } from './walk.js';

const REST = 500; // ms without a move, then the view is sent
const INKS = { r: '--cellb-r', z: '--cellb-z', n: '--cellb-n', h: '--lab-run', i: '--cellb-r', f: '--cellb-z', g: '--cellb-n', o: '--cellb-o', c: '--lab-wrong', a: '--cellb-n' };

export default function cellBoard({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.cellb');
  root.board ??= new CellBoard(root);
  root.board.send = setStateValue;
  root.board.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a board that left the page is closed.
  return () => root.isConnected || root.board.close();
}

class CellBoard {
  constructor(root) {
    this.root = root;
    const part = (name) => root.querySelector(`.cellb-${name}`);
    this.part = Object.fromEntries(['diagram', 'equations', 'numbers', 'strips', 'side', 'lines', 'picture', 'words', 'walk', 'step', 'scrub', 't', 'edit'].map((name) => [name, part(name)]));
    this.canvas = this.part.strips.querySelector('canvas');
    this.strips = new Strips(this, this.canvas);
    this.walk = new Walk(this.part.walk, this);
    this.replacing = new Replacing(this, this.part.edit);
    this.playing = new Playing(this, root.querySelector('[data-act=play]'));
    this.picture = new Picture(this, this.part.picture);
    Object.assign(this, { t: 0, j: 0, lit: 0, tab: 'step', rows: 1 });
    this.listen();
    this.observer = new ResizeObserver(() => this.data && root.clientWidth !== this.drawnWidth && this.redraw());
    this.observer.observe(root);
    this.theme = matchMedia('(prefers-color-scheme: dark)');
    this.repaint = () => this.data && this.redraw();
    this.theme.addEventListener('change', this.repaint);
  }

  close() {
    this.playing.stop();
    this.observer.disconnect();
    this.theme.removeEventListener('change', this.repaint);
  }

  // -- data -----------------------------------------------------------------------------------------------------------

  receive(data) {
    const first = !this.data;
    const [own, arrays] = [this.data, this.arrays];
    const same = own && own.numbers === data.numbers && own.kind === data.kind;
    const alike = own && KINDS[own.kind].gates.join() === KINDS[data.kind].gates.join() && ['T', 'C', 'H'].every((name) => own[name] === data[name]);
    this.arrays = unpack(data, data.kind);
    this.second = data.second && unpack(data.second, data.kind);
    Object.assign(this, { data, T: data.T, C: data.C, H: data.H, kind: KINDS[data.kind] });
    if (!alike) this.ghost = null;
    else if (!same && !sameEdit(own, data)) this.ghost = arrays;
    if (first) {
      const { t, unit, tab, rows } = data.view;
      Object.assign(this, { t: (t || 1) - 1, j: (unit || 1) - 1, tab: tab === 'hand' ? 'hand' : 'step', rows: rows || 1, lit: this.kind.parts.length - 1 });
      this.replacing.target.row = this.t;
    }
    if (own && own.kind !== data.kind && !alike) this.lit = this.kind.parts.length - 1;
    this.t = Math.min(this.t, this.T - 1);
    this.j = Math.min(this.j, this.H - 1);
    this.lit = Math.min(this.lit, this.kind.parts.length - 1);
    this.part.scrub.max = this.T;
    if (!own || own.kind !== data.kind) this.build();
    this.picture.load(data.picture);
    this.replacing.receive(data.edits);
    this.redraw();
    this.root.dataset.setup = data.setup; // tells a test what is on the board
    this.root.dataset.numbers = data.numbers.length + data.numbers.slice(-24);
  }

  // A number of array `name`, (rows, columns).
  at(name, row, column, arrays = this.arrays) {
    return arrays[name][row * this.columns(name) + column];
  }

  columns(name) {
    const { C, H, kind } = this;
    return { x: C, wi: C, wh: H, bi: 1, bh: 1, h0: 1, c0: 1, from_input: kind.gates.length * H, from_state: kind.gates.length * H }[name] ?? H;
  }

  rowsOf(name) {
    return { x: this.T, h0: this.H, c0: this.H }[name] ?? this.kind.gates.length * this.H;
  }

  // How many rows of a batch are here.
  get batch() {
    return this.second ? 2 : 1;
  }

  // What `formulas.js` and `walk.js` read: unit `j` at step t, in row 0 or 1 of the batch.
  view(j = this.j, t = this.t, inBatch = 0) {
    const { T, C, H } = this;
    const gates = this.kind.gates.length;
    const row = (g) => g * H + j;
    const read = (name, at, column) => (inBatch ? this.second : this.arrays)[name][at * this.columns(name) + column];
    return {
      T, C, H, t, j, gates, B: this.batch,
      x: (c) => read('x', t, c),
      before: (k) => (t ? read('hidden', t - 1, k) : this.arrays.h0[k]),
      memory: () => (t ? read('cell', t - 1, j) : this.arrays.c0[j]),
      wi: (g, c) => this.at('wi', row(g), c), wh: (g, k) => this.at('wh', row(g), k), bi: (g) => this.arrays.bi[row(g)], bh: (g) => this.arrays.bh[row(g)],
      of: (field, k = j) => read(field, t, k),
      fromInput: (g, k = j) => read('from_input', t, g * H + k), fromState: (g, k = j) => read('from_state', t, g * H + k),
    };
  }

  // Whether two decimals are all that weights and inputs have.
  exact() {
    return ['x', 'wi', 'wh', 'bi', 'bh', 'h0'].every((name) => this.arrays[name].every((value) => Math.abs(100 * value - Math.round(100 * value)) < 1e-3));
  }

  // Name of a row of the weights: gate and unit.
  rowName(row) {
    return `${this.kind.gates[Math.floor(row / this.H)]}${sub((row % this.H) + 1)}`;
  }

  // -- what a person does ---------------------------------------------------------------------------------------------

  listen() {
    const { root, strips, canvas } = this;
    this.part.scrub.addEventListener('input', () => this.playing.stop() ?? this.go(Number(this.part.scrub.value) - 1));
    root.addEventListener('click', ({ target }) => {
      const { act, tab, part } = target.dataset;
      if (tab) this.show(tab);
      if (act === 'play') this.playing.toggle();
      if (act === 'part') this.next();
      if (act === 'undo') this.replacing.undo();
      if (act === 'clear') this.replacing.clear();
      if (act === 'save') this.save();
      if (part && target.closest('.cellb-words, .cellb-equations')) this.choose(part);
    });
    for (const kind of ['pointerover', 'focusin']) this.part.words.addEventListener(kind, ({ target }) => target.dataset.part && this.choose(target.dataset.part));
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      this.playing.stop();
      this.pick(strips.under(event));
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.data) return;
      if (canvas.hasPointerCapture(event.pointerId)) this.pick(strips.under(event));
      else this.hover(strips.under(event));
    });
    canvas.addEventListener('pointerleave', () => this.data && this.hover(null));
    canvas.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-1e9, 0], End: [1e9, 0] }[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault(); // the page would scroll
      this.playing.stop();
      this.j = Math.max(0, Math.min(this.H - 1, this.j + step[1]));
      this.go(this.t + step[0]);
    });
  }

  pick({ strip, t, row }) {
    if (strip.name === 'x') this.replacing.choose({ array: 'x', row: t, column: row });
    else {
      this.j = row;
      this.lit = strip.part;
    }
    this.go(t);
  }

  hover(at) {
    this.strips.pointed = at;
    this.strips.draw();
    this.root.dataset.pointed = this.strips.said();
  }

  choose(letter) {
    this.lit = Math.max(0, this.kind.parts.findIndex((part) => part.letter === letter));
    this.draw();
  }

  chooseUnit(j) {
    this.j = j;
    this.draw();
    this.rest();
  }

  show(tab) {
    this.tab = tab;
    this.redraw();
    this.rest();
  }

  go(t) {
    this.t = Math.max(0, Math.min(this.T - 1, t));
    const { target } = this.replacing;
    if (target.array === 'x') this.replacing.choose({ ...target, row: this.t });
    this.draw();
    this.rest();
  }

  next() {
    this.playing.stop();
    if (this.lit < this.kind.parts.length - 1) this.lit += 1;
    else if (this.t < this.T - 1) [this.t, this.lit] = [this.t + 1, 0];
    this.go(this.t);
  }

  // The view goes to the server once it has come to rest: one message, not one a frame.
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sendView(), REST);
  }

  sendView() {
    clearTimeout(this.timer);
    this.send('view', { t: this.t + 1, unit: this.j + 1, tab: this.tab, rows: this.rows });
  }

  // One or two rows in the batch of the walk: the second one is the server's to compute.
  chooseRows(rows) {
    this.rows = rows;
    this.sendView();
  }

  // -- drawing --------------------------------------------------------------------------------------------------------

  build() {
    const { parts } = this.kind;
    this.part.diagram.replaceChildren(diagram(this.data.kind, (letter) => this.choose(letter)));
    this.part.equations.replaceChildren(
      ...parts.map(({ letter, name, equation, words }) => {
        const line = element('button', '', { type: 'button', title: `${name}: ${words}` });
        line.dataset.part = letter;
        line.append(...pieces(equation));
        return line;
      }),
    );
    this.part.words.replaceChildren(
      ...TEXTS[this.data.kind].split(/(\[[^\]]+\])/).map((text) => {
        const [words, letter] = text.replace(/[[\]]/g, '').split('|');
        if (!letter) return document.createTextNode(words);
        const word = element('button', words, { type: 'button' });
        word.dataset.part = letter;
        return word;
      }),
    );
    this.replacing.listed = null;
  }

  redraw() {
    this.drawnWidth = this.root.clientWidth;
    if (!this.drawnWidth) return;
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colors = { ink: read('--st-text-color'), paper: read('--st-background-color'), positive: read('--lab-run'), negative: read('--lab-wrong'), x: read('--cellb-x') };
    for (const [letter, name] of Object.entries(INKS)) this.colors[letter] = read(name);
    this.font = style.fontFamily;
    this.part.step.hidden = this.tab !== 'step';
    this.part.walk.hidden = this.tab !== 'hand';
    this.root.querySelector('[data-act=part]').hidden = this.tab === 'hand';
    for (const button of this.root.querySelectorAll('[data-tab]')) button.setAttribute('aria-pressed', button.dataset.tab === this.tab);
    if (this.tab === 'step') this.strips.paint();
    this.draw();
  }

  draw() {
    if (!this.colors) return;
    const { parts } = this.kind;
    const part = parts[this.lit];
    this.part.scrub.value = this.t + 1;
    this.part.scrub.setAttribute('aria-valuetext', `step ${this.t + 1} of ${this.T}`);
    this.part.t.textContent = `t = ${this.t + 1} of ${this.T}`;
    Object.assign(this.root.dataset, { t: this.t + 1, unit: this.j + 1, part: part.letter, tab: this.tab });
    if (this.tab === 'hand') return this.walk.draw();
    for (const one of this.root.querySelectorAll('.cellb-diagram [data-part], .cellb-equations [data-part], .cellb-words [data-part]')) {
      one.classList.toggle('lit', one.dataset.part === part.letter);
      if (one.tagName === 'BUTTON') one.setAttribute('aria-pressed', one.dataset.part === part.letter);
    }
    this.part.diagram.firstChild.setAttribute('aria-label', `Diagram of the cell; at work: ${part.name}`);
    const head = element('div', '', { className: 'cellb-head' });
    head.append(element('b', `${part.name[0].toUpperCase()}${part.name.slice(1)}`), ` · unit ${this.j + 1} of ${this.H}, step ${this.t + 1}: ${part.words}`);
    const sum = element('div', '', { className: 'cellb-sum' });
    sum.append(...pieces(part.numbers(this.view())));
    this.part.numbers.replaceChildren(head, sum);
    this.strips.draw();
    drawLines(this, this.part.lines, this.part.side.clientWidth);
    this.picture.draw();
    this.speak();
    return undefined;
  }

  // For a screen reader: what stands at the chosen step.
  speak() {
    const values = this.kind.parts.map(({ letter, field }) => `${letter} ${number(this.at(field, this.t, this.j))}`).join(', ');
    const aria = { valuemin: 1, valuemax: this.T, valuenow: this.t + 1, valuetext: `step ${this.t + 1} of ${this.T}, unit ${this.j + 1} of ${this.H}: ${values}` };
    Object.entries(aria).forEach(([name, value]) => this.canvas.setAttribute(`aria-${name}`, value));
  }

  save() {
    this.show('step');
    const words = `${this.data.kind}: C = ${this.C}, H = ${this.H}; columns: steps 1 to ${this.T}; framed: t = ${this.t + 1}, unit ${this.j + 1}`;
    element('a', '', { href: this.strips.picture(words), download: `cell-${this.data.kind}.png` }).click();
  }
}
