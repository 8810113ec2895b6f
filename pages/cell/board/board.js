// A recurrent cell that reads a sequence. A message (pages/cell/board) holds everything; playing, stepping, scrubbing, pointing
// and keys ask the server for nothing. A number that is replaced goes there, and the run before stays as a ghost.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { button, download, drag, make, partsOf, spoken } from '../../../dashboard/kit/dom.js';
import { answer, clamp } from '../../../dashboard/kit/keys.js';
import { Player } from '../../../dashboard/kit/player.js';
import { capital, number } from '../../../dashboard/kit/text.js';
import { palette, signColors, variable } from '../../../dashboard/kit/theme.js';
import { diagram } from './diagram.js';
import { pieces, TEXTS } from './formulas.js';
import { drawLines } from './lines.js';
import { Picture } from './picture.js';
import { Reading, sameEdit } from './reading.js';
import { Replacing } from './replacing.js';
import { Strips } from './strips.js';
import { Walk } from './walk.js';

const REST = 500; // ms without a move, then the view is sent
const PLAY = { whole: 12000, shortest: 45, longest: 1800, part: 150 }; // ms: a sequence, a step, and the shortest time a part is lit
const PARTS = ['diagram', 'equations', 'numbers', 'strips', 'side', 'lines', 'picture', 'words', 'walk', 'step', 'scrub', 't', 'edit'];
const GATES = { r: 'r', z: 'z', n: 'n', i: 'r', f: 'z', g: 'n', o: 'o', a: 'n', x: 'x' }; // a letter's variable of the style sheet

class CellBoard extends Board {
  constructor(root) {
    super(root);
    this.part = partsOf(root, 'cellb-', PARTS);
    this.canvas = this.part.strips.querySelector('canvas');
    this.strips = new Strips(this, this.canvas);
    this.walk = new Walk(this.part.walk, this);
    this.replacing = new Replacing(this, this.part.edit);
    this.picture = new Picture(this, this.part.picture);
    this.player = new Player(root.querySelector('[data-act=play]'), this.part.scrub, {
      start: () => (this.t >= this.reading.T - 1 ? 0 : this.t),
      end: () => this.reading.T,
      pace: () => this.pace,
      show: (place) => this.play(place),
      take: (t) => this.go(t - 1),
      words: ['Play', 'Pause'],
    });
    Object.assign(this, { t: 0, j: 0, lit: 0, tab: 'step', rows: 1 });
    this.listen();
  }

  // ---- messages ----

  receive(data, before) {
    const reading = new Reading(data);
    const last = reading.kind.parts.length - 1;
    const same = before && before.numbers === data.numbers && before.kind === data.kind;
    const alike = this.reading?.alike(reading);
    if (!alike) this.ghost = null;
    else if (!same && !sameEdit(before, data)) this.ghost = this.reading.arrays;
    this.reading = reading;
    if (!before) this.open(data.view, last);
    if (before && before.kind !== data.kind && !alike) this.lit = last;
    this.t = Math.min(this.t, reading.T - 1);
    this.j = Math.min(this.j, reading.H - 1);
    this.lit = Math.min(this.lit, last);
    this.part.scrub.max = reading.T;
    if (before?.kind !== data.kind) this.build();
    this.picture.load(data.picture);
    this.replacing.receive(data.edits);
    this.root.dataset.setup = data.setup; // tells a test what is on the board
    this.root.dataset.numbers = data.numbers.length + data.numbers.slice(-24);
  }

  // Where a link opens the board.
  open({ t, unit, tab, rows }, last) {
    Object.assign(this, { t: (t || 1) - 1, j: (unit || 1) - 1, tab: tab === 'hand' ? 'hand' : 'step', rows: rows || 1, lit: last });
    this.replacing.target.row = this.t;
  }

  /** The numbers of this run by name. */
  get arrays() {
    return this.reading.arrays;
  }

  get parts() {
    return this.reading.kind.parts;
  }

  /** What formulas and stages read at the chosen unit and step. */
  view() {
    return this.reading.view(this.j, this.t);
  }

  // ---- what a person does ----

  listen() {
    const { root, strips, canvas, part } = this;
    const acts = {
      part: () => this.next(),
      undo: () => this.replacing.undo(),
      clear: () => this.replacing.clear(),
      save: () => this.save(),
    };
    root.addEventListener('click', ({ target }) => {
      const { act, tab, part: letter } = target.dataset;
      if (tab) this.show(tab);
      acts[act]?.();
      if (letter && target.closest('.cellb-words, .cellb-equations')) this.choose(letter);
    });
    for (const kind of ['pointerover', 'focusin']) {
      part.words.addEventListener(kind, ({ target }) => target.dataset.part && this.choose(target.dataset.part));
    }
    drag(canvas, { // before the strips have been painted there is nothing under the pointer
      press: (_, event) => {
        this.player.stop();
        if (strips.size) this.pick(strips.under(event));
      },
      move: (_, event, held) => {
        if (!strips.size) return;
        if (held) this.pick(strips.under(event));
        else this.hover(strips.under(event));
      },
      leave: () => strips.size && this.hover(null),
    });
    const walk = (right, down) => {
      this.player.stop();
      this.j = clamp(this.j + down, 0, this.reading.H - 1);
      this.go(this.t + right);
    };
    answer(canvas, { Home: () => walk(-Infinity, 0), End: () => walk(Infinity, 0) }, (step) => walk(...step));
  }

  pick({ strip, t, row }) {
    if (strip.name === 'x') this.replacing.choose({ array: 'x', row: t, column: row });
    else Object.assign(this, { j: row, lit: strip.part });
    this.go(t);
  }

  hover(at) {
    this.strips.pointed = at;
    this.strips.draw();
    this.root.dataset.pointed = this.strips.words();
  }

  choose(letter) {
    this.lit = Math.max(0, this.parts.findIndex((part) => part.letter === letter));
    this.place();
  }

  chooseUnit(j) {
    this.j = j;
    this.place();
    this.rest();
  }

  show(tab) {
    this.tab = tab;
    this.redraw();
    this.rest();
  }

  go(t) {
    this.t = clamp(t, 0, this.reading.T - 1);
    const { target } = this.replacing;
    if (target.array === 'x') this.replacing.choose({ ...target, row: this.t });
    this.place();
    this.rest();
  }

  next() {
    this.player.stop();
    if (this.lit < this.parts.length - 1) this.lit += 1;
    else if (this.t < this.reading.T - 1) [this.t, this.lit] = [this.t + 1, 0];
    this.go(this.t);
  }

  get pace() {
    return clamp(PLAY.whole / this.reading.T, PLAY.shortest, PLAY.longest);
  }

  // Part by part where there is time for it, else step by step: parts would only flicker.
  play(place) {
    const [count, over] = [this.parts.length, place >= this.reading.T];
    const t = over ? this.reading.T - 1 : Math.floor(place);
    const lit = over || this.pace / count < PLAY.part ? count - 1 : Math.floor((place % 1) * count);
    if (t === this.t && lit === this.lit) return;
    this.lit = lit;
    this.go(t);
  }

  rest(wait = REST) {
    this.sendAtRest('view', () => ({ t: this.t + 1, unit: this.j + 1, tab: this.tab, rows: this.rows }), wait);
  }

  // One or two rows in the batch of the walk: the second one is the server's to compute.
  chooseRows(rows) {
    this.rows = rows;
    this.rest(0);
  }

  // ---- drawing ----

  // What only another kind of cell changes.
  build() {
    const { part, data } = this;
    part.diagram.replaceChildren(diagram(data.kind, (letter) => this.choose(letter)));
    part.equations.replaceChildren(
      ...this.parts.map(({ letter, name, equation, words }) => {
        return button({ title: `${name}: ${words}`, 'data-part': letter }, ...inked(equation));
      }),
    );
    part.words.replaceChildren(
      ...pieces(TEXTS[data.kind]).map(([words, letter]) => (letter ? button({ 'data-part': letter }, words) : words)),
    );
    this.replacing.listed = null;
  }

  draw() {
    const { root, part } = this;
    const { ink, paper, run, wrong, font } = palette(root);
    const gates = Object.entries(GATES).map(([letter, name]) => [letter, variable(root, `--cellb-${name}`)]);
    this.colors = { ink, paper, h: run, c: wrong, ...signColors(root), ...Object.fromEntries(gates) };
    this.font = font;
    part.step.hidden = this.tab !== 'step';
    part.walk.hidden = this.tab !== 'hand';
    root.querySelector('[data-act=part]').hidden = this.tab === 'hand';
    for (const tab of root.querySelectorAll('[data-tab]')) tab.setAttribute('aria-pressed', tab.dataset.tab === this.tab);
    if (this.tab === 'step') this.strips.paint();
    this.place();
  }

  // What follows step, unit and part.
  place() {
    if (!this.colors) return;
    const { part, t, j, reading: { T } } = this;
    part.scrub.value = t + 1;
    part.scrub.setAttribute('aria-valuetext', `step ${t + 1} of ${T}`);
    part.t.textContent = `t = ${t + 1} of ${T}`;
    Object.assign(this.root.dataset, { t: t + 1, unit: j + 1, part: this.parts[this.lit].letter, tab: this.tab });
    if (this.tab === 'hand') this.walk.draw();
    else this.drawStep();
  }

  drawStep() {
    const { part, t, j, reading } = this;
    const { letter, name, words, numbers } = this.parts[this.lit];
    const lettered = [part.diagram, part.equations, part.words].flatMap((place) => [...place.querySelectorAll('[data-part]')]);
    for (const one of lettered) {
      one.classList.toggle('lit', one.dataset.part === letter);
      if (one.tagName === 'BUTTON') one.setAttribute('aria-pressed', one.dataset.part === letter);
    }
    part.diagram.firstChild.setAttribute('aria-label', `Diagram of the cell; at work: ${name}`);
    part.numbers.replaceChildren(
      make('div', 'cellb-head', make('b', '', capital(name)), ` · unit ${j + 1} of ${reading.H}, step ${t + 1}: ${words}`),
      make('div', 'cellb-sum', ...inked(numbers(this.view()))),
    );
    this.strips.draw();
    drawLines(this, part.lines, part.side.clientWidth);
    this.picture.draw();
    const values = this.parts.map((one) => `${one.letter} ${number(reading.at(one.field, t, j))}`).join(', ');
    const valuetext = `step ${t + 1} of ${reading.T}, unit ${j + 1} of ${reading.H}: ${values}`;
    spoken(this.canvas, { valuemin: 1, valuemax: reading.T, valuenow: t + 1, valuetext });
  }

  save() {
    this.show('step');
    const { T, C, H } = this.reading;
    const { kind } = this.data;
    const words = `${kind}: C = ${C}, H = ${H}; columns: steps 1 to ${T}; framed: t = ${this.t + 1}, unit ${this.j + 1}`;
    download(this.strips.picture(words), `cell-${kind}.png`);
  }

  close() {
    super.close();
    this.player.stop();
  }
}

// A text of formulas.js as elements.
const inked = (text) =>
  pieces(text).map(([words, ink]) => (ink === 'sub' ? make('sub', '', words) : make('span', ink ? `ink-${ink}` : '', words)));

export default mount('.cellb', CellBoard);
