// A cell that has read a sequence, as a message (pages/cell/board) holds it: arrays by name, and what stands where in them. Pure.
import { floats, parted } from '../../../dashboard/kit/packed.js';
import { sub } from '../../../dashboard/kit/text.js';
import { KINDS } from './formulas.js';

const TWO_DECIMALS = ['x', 'wi', 'wh', 'bi', 'bh', 'h0']; // what a person sets

function unpack({ numbers, parts }, kind) {
  const arrays = parted(floats(numbers), parts);
  if (kind === 'rnn') arrays.sum = arrays.from_input.map((value, n) => value + arrays.from_state[n]);
  return arrays;
}

export class Reading {
  constructor(data) {
    this.kind = KINDS[data.kind];
    this.arrays = unpack(data, data.kind);
    this.second = data.second && unpack(data.second, data.kind); // of the other row of the batch
    Object.assign(this, { T: data.T, C: data.C, H: data.H });
  }

  /** Rows of a batch that are here. */
  get batch() {
    return this.second ? 2 : 1;
  }

  columns(name) {
    const { C, H, kind } = this;
    const gates = kind.gates.length * H;
    return { x: C, wi: C, wh: H, bi: 1, bh: 1, h0: 1, c0: 1, from_input: gates, from_state: gates }[name] ?? H;
  }

  rows(name) {
    return { x: this.T, h0: this.H, c0: this.H }[name] ?? this.kind.gates.length * this.H;
  }

  /** A number of array `name`, (rows, columns), of this run or of the `arrays` of another one. */
  at(name, row, column, arrays = this.arrays) {
    return arrays[name][row * this.columns(name) + column];
  }

  /** What formulas.js and stages.js read: unit `j` at step `t`, in row 0 or 1 of the batch. */
  view(j, t, inBatch = 0) {
    const { T, C, H, arrays } = this;
    const gates = this.kind.gates.length;
    const row = (g) => g * H + j;
    const read = (name, at, column) => this.at(name, at, column, inBatch ? this.second : arrays);
    return {
      T,
      C,
      H,
      t,
      j,
      gates,
      B: this.batch,
      x: (c) => read('x', t, c),
      before: (k) => (t ? read('hidden', t - 1, k) : arrays.h0[k]),
      memory: () => (t ? read('cell', t - 1, j) : arrays.c0[j]),
      wi: (g, c) => this.at('wi', row(g), c),
      wh: (g, k) => this.at('wh', row(g), k),
      bi: (g) => arrays.bi[row(g)],
      bh: (g) => arrays.bh[row(g)],
      of: (field, k = j) => read(field, t, k),
      fromInput: (g, k = j) => read('from_input', t, g * H + k),
      fromState: (g, k = j) => read('from_state', t, g * H + k),
    };
  }

  /** Whether two decimals are all that weights and inputs have. */
  get exact() {
    return TWO_DECIMALS.every((name) => this.arrays[name].every((value) => Math.abs(100 * value - Math.round(100 * value)) < 1e-3));
  }

  /** Name of a row of the weights: gate and unit. */
  rowName(row) {
    return `${this.kind.gates[Math.floor(row / this.H)]}${sub((row % this.H) + 1)}`;
  }

  /** Whether another reading has the same shapes, so that their numbers can be compared. */
  alike(other) {
    return this.kind.gates.join() === other.kind.gates.join() && ['T', 'C', 'H'].every((name) => this[name] === other[name]);
  }
}

/**
 * Whether two messages differ only in what stands at one place, as while a slider is dragged: the ghost is then the run before that edit.
 */
export function sameEdit(own, data) {
  const place = ({ edits }) => edits.at(-1)?.slice(0, 3).join();
  const alike = own.setup === data.setup && own.kind === data.kind && own.edits.length === data.edits.length;
  return alike && data.edits.length > 0 && place(own) === place(data);
}
