// The hand computation of one step as a walk (task 1.2) through the tables of `stages.js`.
// Results can be covered, so that a student computes them and has each one checked.
import { button, make } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { number } from '../../../dashboard/kit/text.js';
import { diagram } from './diagram.js';
import { units, WALKS } from './stages.js';
import { judged, WITHIN } from './typed.js';

const DIGITS = 3;

export class Walk {
  constructor(root, board) {
    Object.assign(this, { root, board, at: 0, covered: false, answers: {} });
    root.addEventListener('click', ({ target }) => {
      const { walk, stage, place, rows } = target.dataset;
      if (walk) this.go(this.at + Number(walk));
      if (stage) this.go(Number(stage));
      if (rows) this.board.chooseRows(Number(rows));
      if (!place) return;
      const [array, row, column] = place.split(' ');
      this.board.replacing.choose({ array, row: Number(row), column: Number(column) });
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
    root.addEventListener('keydown', (event) => event.key === 'Enter' && event.target.dataset.right && this.onward(event));
  }

  // From a result to the next one, and from the last one to the button that leads on.
  onward(event) {
    event.preventDefault();
    const answers = [...this.root.querySelectorAll('[data-right]')];
    (answers[answers.indexOf(event.target) + 1] ?? this.root.querySelector('[data-walk="1"]')).focus();
  }

  stages() {
    return WALKS[this.board.data.kind];
  }

  go(at) {
    this.at = clamp(at, 0, this.stages().length - 1);
    this.draw();
    this.root.querySelector('[data-walk="1"]').focus();
  }

  draw() {
    const { board } = this;
    this.at = Math.min(this.at, this.stages().length - 1);
    const now = [board.data.numbers, board.data.second?.numbers, board.data.kind, board.t, board.j, this.at].join(' ');
    if (this.drawn === now) return; // what is typed into covered cells stays
    this.drawn = now;
    const stages = this.stages();
    const stage = stages[this.at];
    const view = board.view();
    this.page = [board.data.setup, board.data.kind, board.data.edits.join(), board.reading.batch, board.t, board.j, this.at].join(' ');
    this.questions = 0;
    const table = this.table(stage.table(board.reading, view));
    const title = make('div', 'walk-title', make('span', '', `${this.at + 1} of ${stages.length} · `), make('b', '', stage.title));
    title.append(make('code', '', stage.formula));
    const body = make('div', 'walk-body', table, ...(stage.lit ? [this.drawing(stage)] : []));
    this.root.replaceChildren(this.bar(), title, make('div', 'walk-shape', stage.shape(view)), body, this.note(view, this.questions > 0));
    for (const answer of this.root.querySelectorAll('[data-right]')) if (answer.value) this.check(answer);
    this.root.dataset.at = this.at + 1; // for tests
  }

  // The cell, with what the stage computes lit.
  drawing({ title, lit }) {
    const drawn = diagram(this.board.data.kind, () => {});
    for (const part of drawn.querySelectorAll('[data-part]')) part.classList.toggle('lit', lit.includes(part.dataset.part));
    drawn.setAttribute('aria-label', `Diagram of the cell; computed now: ${title}`);
    return make('div', 'cellb-diagram', drawn);
  }

  bar() {
    const stages = this.stages();
    const { reading } = this.board;
    const pressable = (text, attributes, pressed = null) => button({ 'aria-pressed': pressed, ...attributes }, text);
    const back = pressable('Back', { 'data-walk': -1 });
    const next = pressable('Next', { 'data-walk': 1 });
    back.disabled = this.at === 0;
    next.disabled = this.at === stages.length - 1;
    const numbers = stages.map(({ title }, n) => {
      return pressable(n + 1, { 'data-stage': n, title, 'aria-label': `Stage ${n + 1}: ${title}` }, n === this.at);
    });
    const box = make('input', { type: 'checkbox', name: 'cover' });
    box.checked = this.covered;
    const cover = make('label', 'walk-cover', box, ' Cover the results: I compute them');
    const rows = [1, 2].map((count) => {
      return pressable(
        count,
        { 'data-rows': count, 'aria-label': `${count} row${count > 1 ? 's' : ''} in the batch` },
        count === reading.batch,
      );
    });
    const bar = make('div', 'walk-bar', back, ...numbers, next, make('span', 'walk-batch', 'B = ', ...rows), cover);
    if (units(reading, this.board.j).length < reading.H) bar.append(this.unit());
    return bar;
  }

  // Which unit's rows are shown, where all would be too many.
  unit() {
    const choices = Array.from({ length: this.board.reading.H }, (_, j) => make('option', { value: j }, `unit ${j + 1}`));
    const select = make('select', { name: 'unit', 'aria-label': 'Unit' }, ...choices);
    select.value = this.board.j;
    return select;
  }

  table({ head, rows }) {
    const top = head.map(({ text, place }) => placed(make('th', { scope: 'col' }, text), place));
    const table = make('table', '', make('tr', '', make('th'), ...top), ...rows.map((row) => this.row(row)));
    return make('div', 'lab-scroll', table);
  }

  row({ name, gate, cells }) {
    const line = make('tr', gate ? `gate-${gate}` : '', make('th', { class: gate ? `ink-${gate}` : null, scope: 'row' }, name));
    for (const { value, digits = DIGITS, place, result } of cells) {
      const cell = make('td', result ? 'result' : '');
      if (result && this.covered) cell.append(this.question(name, value));
      else if (value !== undefined) cell.textContent = number(value, digits);
      line.append(placed(cell, place));
    }
    return line;
  }

  question(name, value) {
    const key = `${this.page} ${this.questions}`;
    this.questions += 1;
    const answer = make('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', 'aria-label': `Your result for ${name}` });
    answer.value = this.answers[key] ?? ''; // typed before a look at another stage
    Object.assign(answer.dataset, { right: value, key });
    return answer;
  }

  check(answer) {
    this.answers[answer.dataset.key] = answer.value;
    answer.className = judged(answer.value, Number(answer.dataset.right));
    answer.setAttribute('aria-invalid', answer.className === 'wrong');
    const [all, done] = [this.root.querySelectorAll('[data-right]').length, this.root.querySelectorAll('input.right').length];
    this.root.querySelector('.walk-note').textContent = `${done} of ${all} right (to within ${WITHIN}).`;
  }

  note(view, covered) {
    const { reading, j } = this.board;
    const zeros = ['h0', 'c0'].every((name) => !reading.arrays[name]?.some(Boolean));
    const shown = reading.exact
      ? 'Weights and inputs are shown in full: a calculator gives the same results.'
      : 'Weights and inputs are rounded here; results are not.';
    const words = [
      units(reading, j).length < reading.H && `Only unit ${j + 1} of ${reading.H}: more rows cannot be read.`,
      `Step t = ${view.t + 1};`,
      view.t ? `h is the state after step ${view.t}.` : `h is ${zeros ? 'zero' : 'h₀'}: the sequence starts.`,
      view.B > 1 && 'Row 1 of the batch is the sequence above, row 2 is noise: each has its own h, both the same weights.',
      covered ? 'Type your results: each is checked to within 0.005.' : shown,
    ];
    return make('p', 'walk-note', words.filter(Boolean).join(' '));
  }
}

// A number that can be replaced says where it is.
function placed(made, place) {
  if (place) Object.assign(made, { title: 'Replace this number below' }).dataset.place = place;
  return made;
}
