// The matrices of one attention as a message holds them, by name: their sizes, their numbers, and which of them may be read. Pure.
import { floats, parted } from '../../../dashboard/kit/packed.js';

// The letters of rows and columns: T tokens, C features.
export const SHAPES = {
  tokens: 'TC',
  wq: 'CC',
  wk: 'CC',
  wv: 'CC',
  q: 'TC',
  k: 'TC',
  v: 'TC',
  scores: 'TT',
  scaled: 'TT',
  masked: 'TT',
  weights: 'TT',
  joined: 'TC',
  wo: 'CC',
  output: 'TC',
};
export const SPLIT_COLUMNS = new Set(['q', 'k', 'v', 'joined', 'wo']);
export const SPLIT_ROWS = new Set(['wq', 'wk', 'wv']);

export class Matrices {
  constructor(data) {
    const { names, width, heads, mask, divisor, scaling, temperature, origin } = data;
    Object.assign(this, { names, mask, heads, divisor, scaling, temperature, origin, T: names.length, C: width, D: width / heads });
    this.arrays = parted(floats(data.numbers), data.parts);
    this.arrays.masked = this.arrays.scaled;
    this.ranges = {};
  }

  size(matrix) {
    return [...SHAPES[matrix]].map((letter) => this[letter]);
  }

  // A number; of a (T, T) matrix the one of a head.
  value(matrix, i, j, head) {
    const [rows, columns] = this.size(matrix);
    const first = SHAPES[matrix] === 'TT' ? head * rows * columns : 0;
    return this.arrays[matrix][first + i * columns + j];
  }

  allowed(i, j) {
    return this.mask[i * this.T + j] === '1';
  }

  // A row of the weights of a head.
  weights(head, i) {
    return this.arrays.weights.subarray((head * this.T + i) * this.T, (head * this.T + i + 1) * this.T);
  }

  // What `arithmetic.js` reads, of one head.
  view(head, titles) {
    const { T, C, D, names, divisor, scaling, temperature, origin } = this;
    return {
      T,
      C,
      D,
      head,
      names,
      titles,
      divisor,
      scaling,
      temperature,
      origin,
      at: (name, i, j) => this.value(name, i, j, head),
      allowed: (i, j) => this.allowed(i, j),
      weight: (h, i, j) => this.arrays.weights[(h * T + i) * T + j],
      entropy: (h, i) => this.arrays.entropy[h * T + i],
      slope: (h, i) => this.arrays.slope[h * T + i],
    };
  }

  // Lowest and highest value that is shown; of all heads, so that they compare.
  range(matrix) {
    const square = this.T * this.T;
    const hidden = (n) => matrix === 'masked' && this.mask[n % square] !== '1';
    return (this.ranges[matrix] ??= this.arrays[matrix].reduce(
      ([low, high], value, n) => (hidden(n) ? [low, high] : [Math.min(low, value), Math.max(high, value)]),
      [Infinity, -Infinity],
    ));
  }

  // Means of a head over the rows that read something: entropy, size of the Jacobian, largest weight; null where no row does.
  means(head) {
    const reads = [...Array(this.T).keys()].filter((i) => this.mask.slice(i * this.T, (i + 1) * this.T).includes('1'));
    const mean = (of) => (reads.length ? reads.reduce((sum, i) => sum + of(i), 0) / reads.length : null);
    const { entropy, slope } = this.arrays;
    return [(i) => entropy[head * this.T + i], (i) => slope[head * this.T + i], (i) => Math.max(...this.weights(head, i))].map(mean);
  }
}
