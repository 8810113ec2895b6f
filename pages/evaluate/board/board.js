// One table of K x K cells, filled anew for each epoch from counts that are all here. `look` is what the person looks at; it goes back to
// Python when it rests, not while a slider moves or the epochs play.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { button, make } from '../../../dashboard/kit/dom.js';
import { answer, beside } from '../../../dashboard/kit/keys.js';
import { Player } from '../../../dashboard/kit/player.js';
import { greatest } from '../../../dashboard/kit/scale.js';
import { percent, thousands } from '../../../dashboard/kit/text.js';
import { accuracy, cellText, cellValues, NORMS, scaleEnds, sentence } from './matrix.js';

const PACE = 350; // ms an epoch while playing
const REST = 200; // ms without a change after which Python is told

class ConfusionBoard extends Board {
  constructor(root) {
    super(root);
    const find = (selector) => root.querySelector(selector);
    this.slider = find('input');
    this.epochName = find('.confusion-epoch span');
    this.norms = find('.confusion-norms');
    this.caption = find('figcaption');
    this.place = find('.lab-scroll');
    this.scale = find('.lab-scale');
    this.told = find('.confusion-told');
    const last = () => this.data.matrices.length - 1;
    this.player = new Player(find('.confusion-play'), this.slider, {
      start: () => (this.look.epoch >= last() ? 0 : this.look.epoch + 1),
      end: last,
      pace: () => PACE,
      each: true,
      show: (place) => this.play(Math.floor(place)),
      take: (epoch) => this.change({ epoch }),
      words: ['▶', '⏸'],
      spoken: ['Play the epochs', 'Stop'],
    });
    for (const [norm, name] of Object.entries(NORMS)) {
      const choice = button({ role: 'radio', 'data-norm': norm }, name);
      choice.addEventListener('click', () => this.change({ norm }));
      this.norms.append(choice);
    }
    this.listen();
  }

  receive(data, before) {
    const same = before?.what === data.what;
    const epoch = same ? before.epochs[this.look.epoch] : data.epochs[data.epoch];
    if (!same) {
      this.player.stop();
      this.look = { what: data.what, norm: data.norm, cell: data.cell, row: data.row };
      this.build();
    }
    this.look.epoch = Math.max(0, data.epochs.indexOf(epoch));
    this.slider.max = data.matrices.length - 1;
    this.slider.parentElement.hidden = this.player.button.hidden = data.matrices.length < 2;
    this.tops = {};
  }

  // ---- the table ----

  build() {
    const { classes } = this.data;
    const axes = make('tr', '', make('th', { class: 'axis rows', rowspan: 2 }, 'true ↓'));
    axes.append(make('th', { class: 'axis', colspan: classes.length }, 'predicted →'));
    const names = make('tr', '', ...classes.map((name) => make('th', { scope: 'col' }, make('span', '', name))));
    this.cells = [];
    this.rows = [];
    const lines = classes.map((name) => {
      const head = make('th', { scope: 'row' }, button({ title: `Open the class ${name}` }, name));
      const cells = classes.map(() => make('td', { role: 'gridcell', tabindex: -1 }));
      this.rows.push(head);
      this.cells.push(...cells);
      return make('tr', '', head, ...cells);
    });
    this.cells[0].tabIndex = 0;
    const table = make('table', { role: 'grid', 'aria-label': 'Confusion matrix: row true class, column predicted class' });
    table.append(make('thead', '', axes, names), make('tbody', '', ...lines));
    table.addEventListener('pointerleave', () => this.say(this.chosen));
    this.place.replaceChildren(table);
  }

  listen() {
    const cellOf = ({ target }) => this.cells.indexOf(target.closest('td'));
    const open = (event) => {
      const at = cellOf(event);
      return at >= 0 && this.open(at);
    };
    for (const kind of ['pointerover', 'focusin']) {
      this.place.addEventListener(kind, (event) => cellOf(event) >= 0 && this.say(cellOf(event)));
    }
    this.place.addEventListener('click', (event) => {
      const row = this.rows.indexOf(event.target.closest('button')?.parentElement);
      if (row >= 0) this.change({ row, cell: null }, 0);
      else open(event);
    });
    answer(this.place, { Enter: open, ' ': open }, (step, event) => {
      const at = cellOf(event);
      if (at < 0) return false;
      for (const cell of this.cells) cell.tabIndex = -1;
      const next = this.cells[beside(at, step, this.data.classes.length)];
      next.tabIndex = 0;
      next.focus();
      return true;
    });
  }

  open(at) {
    const k = this.data.classes.length;
    this.change({ cell: [Math.floor(at / k), at % k], row: null }, 0);
  }

  /** The cell that is open; -1 where none is. */
  get chosen() {
    const { cell } = this.look;
    return cell ? cell[0] * this.data.classes.length + cell[1] : -1;
  }

  // ---- numbers ----

  shown(epoch) {
    const { matrices, other, classes } = this.data;
    const mine = cellValues(matrices[epoch], classes.length, this.look.norm);
    if (!other) return mine;
    const theirs = cellValues(other.matrix, classes.length, this.look.norm);
    return mine.map((value, at) => value - theirs[at]);
  }

  // The end of the color scale: the largest number of any epoch, so that colors can be compared while the epochs play.
  top() {
    const { norm } = this.look;
    const ofEpoch = (_, epoch) => greatest(this.shown(epoch).map((value) => Math.abs(value) || 0));
    this.tops[norm] ??= greatest([0, ...this.data.matrices.map(ofEpoch)]);
    return this.tops[norm];
  }

  // ---- drawing ----

  draw() {
    const { data, look } = this;
    const top = this.top();
    const digits = data.other && look.norm !== 'count' ? 1 : 0;
    this.shown(look.epoch).forEach((value, at) => this.drawCell(at, value, top, digits));
    this.rows.forEach((head, row) => head.classList.toggle('chosen', look.row === row));
    for (const choice of this.norms.children) choice.setAttribute('aria-checked', choice.dataset.norm === look.norm);
    this.slider.value = look.epoch;
    this.slider.setAttribute('aria-valuetext', `epoch ${data.epochs[look.epoch]}`);
    const best = look.epoch === data.best ? ' (best)' : '';
    this.epochName.textContent = `Epoch ${data.epochs[look.epoch]} of ${data.epochs.at(-1)}${best}`;
    this.caption.textContent = this.title();
    const [low, high] = scaleEnds(top, look.norm, Boolean(data.other));
    this.scale.classList.toggle('signed', Boolean(data.other));
    this.scale.replaceChildren(make('span', '', low), make('i'), make('span', '', high));
    this.say(this.chosen);
  }

  drawCell(at, value, top, digits) {
    const k = this.data.classes.length;
    const cell = this.cells[at];
    const none = Number.isNaN(value);
    cell.textContent = cellText(value, digits, Boolean(this.data.other));
    cell.style.setProperty('--v', (top && !none ? Math.abs(value) / top : 0).toFixed(3));
    cell.classList.toggle('diagonal', at % (k + 1) === 0);
    cell.classList.toggle('zero', none || Math.abs(value) < 0.5 * 10 ** -digits);
    cell.classList.toggle('minus', value < 0);
    cell.classList.toggle('chosen', at === this.chosen);
    cell.setAttribute('aria-label', this.sentence(at));
  }

  title() {
    const { data, look } = this;
    const { images, share } = accuracy(data.matrices[look.epoch], data.classes.length);
    const minus = data.other ? ` minus ${data.other.label}` : '';
    const epoch = data.epochs[look.epoch];
    return `${data.label} after epoch ${epoch}${minus}: accuracy ${percent(share, 1)} · n = ${thousands(images)}`;
  }

  sentence(at) {
    const { classes, matrices } = this.data;
    return sentence(matrices[this.look.epoch], classes, Math.floor(at / classes.length), at % classes.length);
  }

  say(at) {
    this.told.textContent = at < 0 ? 'Click a cell to see its images, or a class to see its row.' : `${this.sentence(at)}.`;
  }

  // ---- looking ----

  change(part, wait = REST) {
    Object.assign(this.look, part);
    this.draw();
    this.rest(wait);
  }

  // Every frame puts off what Python is told, until the last one.
  play(epoch) {
    if (epoch === this.look.epoch) this.rest(REST);
    else this.change({ epoch });
  }

  rest(wait) {
    this.sendAtRest('look', () => ({ ...this.look, epoch: this.data.epochs[this.look.epoch] }), wait);
  }

  close() {
    super.close();
    this.player.stop();
  }
}

export default mount('.confusion-board', ConfusionBoard);
