// The hand computation of one step as a walk (task 1.2) through the tables of `stages.js`.
// Results can be covered, so that a student computes them and has each one checked.

import { number } from './formulas.js';

import { units, WALKS } from './stages.js';

const DIGITS = 3;
const CLOSE = 0.0051; // how far a number computed by hand may be from the right one

export class Walk {
  constructor(root, board) {
    Object.assign(this, { root, board, at: 0, covered: false, answers: {} });
    root.addEventListener('click', ({ target }) => {
      const { walk, stage, place, rows } = target.dataset;
      if (walk) this.go(this.at + Number(walk));
      if (stage) this.go(Number(stage));
      if (rows) this.board.chooseRows(Number(rows));
      if (place) this.board.replacing.choose(Object.fromEntries(place.split(' ').map((value, n) => [['array', 'row', 'column'][n], n ? Number(value) : value])));
    });
    root.addEventListener('change', ({ target }) => {
      if (target.name === 'unit') this.board.chooseUnit(Number(target.value));
      if (target.name !== 'cover') return;
      this.covered = target.checked;
      this.drawn = '';
      this.draw();
      this.root.querySelector('[name=cover]').focus();
    });
    root.addEventListener('input', ({ target }) => target.dataset.right && this.check(target));
  }

  stages() {
    return WALKS[this.board.data.kind];
  }

  go(at) {
    this.at = Math.max(0, Math.min(this.stages().length - 1, at));
    this.draw();
    this.root.querySelector('[data-walk="1"]').focus();
  }

  draw() {
    const { board } = this;
    this.at = Math.min(this.at, this.stages().length - 1);
    const now = [board.data.numbers, board.data.second?.numbers, board.data.kind, board.t, board.j, this.at].join(' ');
    if (this.drawn === now) return; // what is typed into covered cells stays
    this.drawn = now;
    const stage = this.stages()[this.at];
    const view = board.view();
    this.page = [board.data.setup, board.data.kind, board.data.edits.join(), board.batch, board.t, board.j, this.at].join(' ');
    this.asked = 0;
    const table = this.table(stage.table(board, view));
    const asked = table.querySelector('[data-right]') !== null;
    this.root.replaceChildren(this.bar(), title(stage, this.at, this.stages().length), make('div', 'walk-shape', stage.shape(view)), table, this.note(view, asked));
    for (const answer of this.root.querySelectorAll('[data-right]')) if (answer.value) this.check(answer);
    this.root.dataset.at = this.at + 1; // for tests
  }

  bar() {
    const bar = make('div', 'walk-bar');
    const button = (text, data, pressed) => {
      const made = make('button', '', text);
      Object.assign(made, { type: 'button' });
      Object.assign(made.dataset, data);
      if (pressed !== undefined) made.setAttribute('aria-pressed', pressed);
      return made;
    };
    const back = button('Back', { walk: -1 });
    const next = button('Next', { walk: 1 });
    back.disabled = this.at === 0;
    next.disabled = this.at === this.stages().length - 1;
    const stages = this.stages().map((stage, n) => {
      const made = button(n + 1, { stage: n }, n === this.at);
      made.title = stage.title;
      made.setAttribute('aria-label', `Stage ${n + 1}: ${stage.title}`);
      return made;
    });
    const cover = make('label', 'walk-cover');
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'cover', checked: this.covered });
    cover.append(box, ' Cover the results: I compute them');
    const batch = make('span', 'walk-batch', 'B = ');
    batch.append(...[1, 2].map((rows) => {
      const made = button(rows, { rows }, rows === this.board.batch);
      made.setAttribute('aria-label', `${rows} row${rows > 1 ? 's' : ''} in the batch`);
      return made;
    }));
    bar.append(back, ...stages, next, batch, cover);
    if (units(this.board).length < this.board.H) bar.append(this.unit());
    return bar;
  }

  // Which unit's rows are shown, where all would be too many.
  unit() {
    const select = Object.assign(document.createElement('select'), { name: 'unit' });
    select.setAttribute('aria-label', 'Unit');
    select.append(...Array.from({ length: this.board.H }, (_, j) => Object.assign(make('option', '', `unit ${j + 1}`), { value: j })));
    select.value = this.board.j;
    return select;
  }

  table({ head, rows }) {
    const table = make('table');
    const top = make('tr');
    top.append(make('th'), ...head.map(({ text, place }) => placed(Object.assign(make('th', '', text), { scope: 'col' }), place)));
    table.append(top, ...rows.map((row) => this.row(row)));
    const scroll = make('div', 'lab-scroll');
    scroll.append(table);
    return scroll;
  }

  row({ name, gate, cells }) {
    const line = make('tr', gate ? `gate-${gate}` : '');
    line.append(Object.assign(make('th', gate ? `ink-${gate}` : '', name), { scope: 'row' }));
    line.append(...cells.map((cell) => {
      const made = make('td', cell.result ? 'result' : '');
      if (cell.result && this.covered) made.append(this.question(name, cell.value));
      else if (cell.value !== undefined) made.textContent = number(cell.value, cell.digits ?? DIGITS);
      return placed(made, cell.place);
    }));
    return line;
  }

  question(name, value) {
    const asked = Object.assign(document.createElement('input'), { type: 'text', inputMode: 'decimal', autocomplete: 'off' });
    asked.setAttribute('aria-label', `Your result for ${name}`);
    const key = `${this.page} ${this.asked}`;
    this.asked += 1;
    Object.assign(asked, { value: this.answers[key] ?? '' }); // typed before a look at another stage
    Object.assign(asked.dataset, { right: value, key });
    return asked;
  }

  check(asked) {
    this.answers[asked.dataset.key] = asked.value;
    const typed = asked.value.trim().replace(',', '.').replace('−', '-');
    const right = typed !== '' && Math.abs(Number(typed) - Number(asked.dataset.right)) <= CLOSE;
    asked.className = typed === '' ? '' : right ? 'right' : 'wrong';
    asked.setAttribute('aria-invalid', typed !== '' && !right);
    const [all, done] = [this.root.querySelectorAll('[data-right]').length, this.root.querySelectorAll('input.right').length];
    this.root.querySelector('.walk-note').textContent = `${done} of ${all} right (to within ${CLOSE.toFixed(3)}).`;
  }

  note(view, asked) {
    const few = units(this.board).length < this.board.H ? `Only unit ${view.j + 1} of ${view.H}: more rows cannot be read. ` : '';
    const zeros = ['h0', 'c0'].every((name) => !this.board.arrays[name]?.some(Boolean));
    const start = view.t ? `h is the state after step ${view.t}.` : `h is ${zeros ? 'zero' : 'h₀'}: the sequence starts.`;
    const batch = view.B > 1 ? 'Row 1 of the batch is the sequence above, row 2 is noise: each has its own h, both the same weights.' : '';
    const checked = asked ? 'Type your results: each is checked to within 0.005.' : this.board.exact() ? 'Weights and inputs are shown in full: a calculator gives the same results.' : 'Weights and inputs are rounded here; results are not.';
    return make('p', 'walk-note', `${few}Step t = ${view.t + 1}; ${start} ${batch} ${checked}`);
  }
}

function title(stage, at, count) {
  const made = make('div', 'walk-title');
  made.append(make('span', '', `${at + 1} of ${count} · `), make('b', '', stage.title), make('code', '', stage.formula));
  return made;
}

// A number that can be replaced says where it is.
function placed(made, place) {
  if (place) Object.assign(made, { title: 'Replace this number below' }).dataset.place = place;
  return made;
}

function make(tag, className = '', text = '') {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
