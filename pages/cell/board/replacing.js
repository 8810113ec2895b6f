// Replaces single numbers of inputs, weights and the state at the start. The form says what is wrong with what was typed; what is right
// goes to the server.
import { make } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { number, sub } from '../../../dashboard/kit/text.js';
import { typedNumber } from './typed.js';

const PACE = 90; // ms at least between two values that are sent while a slider is dragged
const SYMBOLS = { x: 'x', wi: 'W_ih', wh: 'W_hh', bi: 'b_ih', bh: 'b_hh', h0: 'h₀', c0: 'c₀' };

export class Replacing {
  constructor(board, form) {
    Object.assign(this, { board, form, fields: form.elements, output: form.querySelector('output') });
    Object.assign(this, { target: { array: 'x', row: 0, column: 0 }, edits: [] });
    this.listen();
  }

  listen() {
    const { array, row, column, value, slide } = this.fields;
    array.addEventListener('change', () => {
      this.choose({ array: array.value, row: array.value === 'x' ? this.board.t : this.board.j, column: 0 });
    });
    for (const select of [row, column]) {
      select.addEventListener('change', () => {
        this.choose({ array: array.value, row: Number(row.value), column: Number(column.value) });
      });
    }
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.typed();
    });
    value.addEventListener('change', () => this.typed());
    slide.addEventListener('input', () => {
      this.dragging = true;
      value.value = slide.value;
      this.replace(Number(slide.value));
    });
    slide.addEventListener('change', () => {
      this.replace(Number(slide.value));
      this.dragging = false;
    });
  }

  // A message has come: what it says of edits, unless newer ones are on their way.
  receive(edits) {
    if (!this.waiting) this.edits = edits;
    this.choose(this.target);
  }

  typed() {
    const { value, problem } = typedNumber(this.fields.value.value, this.board.data.largest);
    this.say(problem, Boolean(problem));
    if (!problem && value !== this.value()) this.replace(value);
  }

  value() {
    return this.board.reading.at(this.target.array, this.target.row, this.target.column);
  }

  replace(value) {
    const { array, row, column } = this.target;
    const last = this.edits.at(-1);
    const again = last && last[0] === array && last[1] === row && last[2] === column;
    const edits = again ? this.edits.slice(0, -1) : this.edits;
    const { most } = this.board.data;
    if (edits.length >= most) return this.say(`${most} numbers are replaced already: undo one first.`, true);
    return this.send([...edits, [array, row, column, value]]);
  }

  undo() {
    this.send(this.edits.slice(0, -1));
  }

  clear() {
    this.send([]);
  }

  // At most one message every PACE ms while a slider is dragged; the last one always goes.
  send(edits) {
    this.edits = edits;
    this.describe();
    clearTimeout(this.waiting);
    const wait = Math.max(0, (this.sentAt ?? 0) + PACE - performance.now());
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.sentAt = performance.now();
      this.board.send('edits', { setup: this.board.data.setup, edits: this.edits });
    }, wait);
  }

  // The number that is replaced next.
  choose({ array, row, column }) {
    const { board, fields } = this;
    const name = board.arrays[array] ? array : 'x'; // c₀ is of an LSTM
    const inside = (place, count) => clamp(place, 0, count - 1);
    this.target = { array: name, row: inside(row, board.reading.rows(name)), column: inside(column, board.reading.columns(name)) };
    this.list(name);
    fields.array.value = name;
    fields.row.value = this.target.row;
    fields.column.value = this.target.column;
    if (document.activeElement !== fields.value) fields.value.value = Number(this.value().toFixed(4));
    if (!this.dragging) fields.slide.value = this.value();
    this.describe();
  }

  // The places that there are in an array.
  list(array) {
    const { fields } = this;
    const { reading, data } = this.board;
    const [rows, columns] = [reading.rows(array), reading.columns(array)];
    const shape = `${array} ${rows} ${columns} ${data.kind}`;
    if (this.listed === shape) return;
    this.listed = shape;
    const row = (n) => (array === 'x' ? `step ${n + 1}` : array.endsWith('0') ? `unit ${n + 1}` : `row ${reading.rowName(n)}`);
    const column = (n) => `${array === 'wh' ? 'h' : 'x'}${sub(n + 1)}`;
    fill(fields.array, Object.entries(SYMBOLS).filter(([name]) => reading.arrays[name]));
    fill(fields.row, Array.from({ length: rows }, (_, n) => [n, row(n)]));
    fill(fields.column, Array.from({ length: columns }, (_, n) => [n, column(n)]));
    fields.column.hidden = ['bi', 'bh', 'h0', 'c0'].includes(array);
  }

  describe() {
    const { edits, board } = this;
    for (const act of ['undo', 'clear']) this.form.querySelector(`[data-act=${act}]`).disabled = !edits.length;
    const ghost = board.ghost ? [`Ghost: the run before, up to ${number(this.most())} away.`] : [];
    this.say([...(edits.length ? [`${edits.length} number${edits.length > 1 ? 's' : ''} replaced.`] : []), ...ghost].join(' '));
    board.root.dataset.edits = edits.length;
  }

  // The largest change of a state since the run before.
  most() {
    const { ghost, arrays } = this.board;
    return ghost.hidden.reduce((most, value, n) => Math.max(most, Math.abs(value - arrays.hidden[n])), 0);
  }

  say(words, wrong = false) {
    this.output.textContent = words;
    this.output.classList.toggle('wrong', wrong);
  }
}

function fill(select, entries) {
  select.replaceChildren(...entries.map(([value, text]) => make('option', { value }, text)));
}
