// What each kind of cell is made of: its parts in the order they are computed, each with its equation in letters and, for one unit at one
// step, in numbers. Pure. Pieces are [text, ink]; ink is 'x' or 'old' for what comes from input or old state, a part's letter for that part.

const TERMS = 5; // of a sum that are written out; a longer one keeps its beginning and its end
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

export const number = (value, digits = 2) => (Number.isFinite(value) ? (Number(value.toFixed(digits)) || 0).toFixed(digits).replace('-', '−') : '–');
export const sub = (n) => String(n).replace(/\d/g, (digit) => SUBSCRIPTS[digit]);
const term = (value) => (value < 0 ? `(${number(value)})` : number(value));

// A sum of products as pieces; `left(n)` is a weight, `right(n)` what it is multiplied by.
function products(count, left, right, ink) {
  const long = count > TERMS;
  const shown = [...Array(count).keys()].filter((n) => !long || n < TERMS - 2 || n === count - 1);
  return shown.flatMap((n, place) => {
    const plus = long && n === count - 1 ? ` + … ${count - TERMS + 1} more … + ` : ' + ';
    return [...(place ? [[plus, '']] : []), [`${term(left(n))}·${term(right(n))}`, ink]];
  });
}

const fromInput = (v, g) => [...products(v.C, (c) => v.wi(g, c), (c) => v.x(c), 'x'), [` + ${term(v.bi(g))}`, '']];
const fromState = (v, g) => [...products(v.H, (k) => v.wh(g, k), (k) => v.before(k), 'old'), [` + ${term(v.bh(g))}`, '']];
const fromSeen = (v, g) => [...products(v.H, (k) => v.wh(g, k), (k) => v.of('reset', k) * v.before(k), 'old'), [` + ${term(v.bh(g))}`, '']];
const both = (v, g) => [...fromInput(v, g), [' + ', ''], ...fromState(v, g)];
const total = (v, g) => v.fromInput(g) + v.fromState(g);

// σ or tanh of one affine map of both: the parts that differ only in their weights.
function gate(letter, name, field, g, squash, words) {
  return {
    letter, name, field, words,
    equation: [[letter, letter], [`ₜ = ${squash}(W`, ''], [`i${letter}`, 'sub'], [' xₜ', 'x'], [' + b', ''], [`i${letter}`, 'sub'], [' + W', ''], [`h${letter}`, 'sub'], [' hₜ₋₁', 'old'], [' + b', ''], [`h${letter}`, 'sub'], [')', '']],
    numbers: (v) => [[`${letter}${sub(v.j + 1)}`, letter], [` = ${squash}(`, ''], ...both(v, g), [`) = ${squash}(${number(total(v, g))}) = `, ''], [number(v.of(field)), letter]],
  };
}

const newState = (letters, words, numbers) => ({ letter: 'h', name: 'new state', field: 'hidden', words, equation: letters, numbers });

const RNN = [
  {
    letter: 'a', name: 'sum', field: 'sum', words: 'input and old state, each through its own weights, are added into one sum',
    equation: [['a', 'a'], ['ₜ = W', ''], ['ih', 'sub'], [' xₜ', 'x'], [' + b', ''], ['ih', 'sub'], [' + W', ''], ['hh', 'sub'], [' hₜ₋₁', 'old'], [' + b', ''], ['hh', 'sub']],
    numbers: (v) => [[`a${sub(v.j + 1)}`, 'a'], [' = ', ''], ...both(v, 0), [' = ', ''], [number(total(v, 0)), 'a']],
  },
  newState([['h', 'h'], ['ₜ = tanh(', ''], ['a', 'a'], ['ₜ)', '']], 'tanh keeps the new state between −1 and 1', (v) => [
    [`h${sub(v.j + 1)}`, 'h'], [' = tanh(', ''], [number(total(v, 0)), 'a'], [') = ', ''], [number(v.of('hidden')), 'h'],
  ]),
];

const LSTM = [
  gate('i', 'input gate', 'input', 0, 'σ', 'how much of the candidate is written'),
  gate('f', 'forget gate', 'forget', 1, 'σ', 'how much of the old cell state is kept'),
  gate('g', 'candidate', 'candidate', 2, 'tanh', 'what could be written'),
  gate('o', 'output gate', 'output', 3, 'σ', 'how much of the cell state is shown'),
  {
    letter: 'c', name: 'cell state', field: 'cell', words: 'the path on which gradients survive: nothing but a product and a sum',
    equation: [['c', 'c'], ['ₜ = ', ''], ['f', 'f'], ['ₜ ⊙ ', ''], ['cₜ₋₁', 'old'], [' + ', ''], ['i', 'i'], ['ₜ ⊙ ', ''], ['g', 'g'], ['ₜ', '']],
    numbers: (v) => [
      [`c${sub(v.j + 1)}`, 'c'], [' = ', ''], [number(v.of('forget')), 'f'], ['·', ''], [term(v.memory()), 'old'], [' + ', ''],
      [number(v.of('input')), 'i'], ['·', ''], [term(v.of('candidate')), 'g'], [' = ', ''], [number(v.of('cell')), 'c'],
    ],
  },
  newState([['h', 'h'], ['ₜ = ', ''], ['o', 'o'], ['ₜ ⊙ tanh(', ''], ['c', 'c'], ['ₜ)', '']], 'what the rest of the network sees', (v) => [
    [`h${sub(v.j + 1)}`, 'h'], [' = ', ''], [number(v.of('output')), 'o'], ['·tanh(', ''], [number(v.of('cell')), 'c'], [') = ', ''], [number(v.of('hidden')), 'h'],
  ]),
];

function gru(original) {
  const candidate = original
    ? {
        equation: [['n', 'n'], ['ₜ = tanh(W', ''], ['in', 'sub'], [' xₜ', 'x'], [' + b', ''], ['in', 'sub'], [' + W', ''], ['hn', 'sub'], [' (', ''], ['r', 'r'], ['ₜ ⊙ ', ''], ['hₜ₋₁', 'old'], [') + b', ''], ['hn', 'sub'], [')', '']],
        sum: (v) => [...fromInput(v, 2), [' + ', ''], ...fromSeen(v, 2)],
        total: (v) => v.fromInput(2) + v.fromState(2),
      }
    : {
        equation: [['n', 'n'], ['ₜ = tanh(W', ''], ['in', 'sub'], [' xₜ', 'x'], [' + b', ''], ['in', 'sub'], [' + ', ''], ['r', 'r'], ['ₜ ⊙ (W', ''], ['hn', 'sub'], [' hₜ₋₁', 'old'], [' + b', ''], ['hn', 'sub'], ['))', '']],
        sum: (v) => [...fromInput(v, 2), [' + ', ''], [number(v.of('reset')), 'r'], ['·(', ''], ...fromState(v, 2), [')', '']],
        total: (v) => v.fromInput(2) + v.of('reset') * v.fromState(2),
      };
  const kept = (v) => [number(v.of('update')), 'z'];
  const taken = (v) => [`(1 − ${number(v.of('update'))})`, 'z'];
  const [ofCandidate, ofState] = original ? [kept, taken] : [taken, kept];
  return [
    gate('r', 'reset gate', 'reset', 0, 'σ', 'how much of the old state the candidate sees'),
    gate('z', 'update gate', 'update', 1, 'σ', original ? 'how much of the candidate is taken' : 'how much of the old state is kept'),
    {
      letter: 'n', name: 'candidate', field: 'candidate', equation: candidate.equation,
      words: original ? 'what could replace the old state; r acts before W is multiplied' : 'what could replace the old state; r acts after W is multiplied',
      numbers: (v) => [[`n${sub(v.j + 1)}`, 'n'], [' = tanh(', ''], ...candidate.sum(v), [`) = tanh(${number(candidate.total(v))}) = `, ''], [number(v.of('candidate')), 'n']],
    },
    newState(
      original ? [['h', 'h'], ['ₜ = ', ''], ['z', 'z'], ['ₜ ⊙ ', ''], ['n', 'n'], ['ₜ + (1 − ', ''], ['z', 'z'], ['ₜ) ⊙ ', ''], ['hₜ₋₁', 'old']]
               : [['h', 'h'], ['ₜ = (1 − ', ''], ['z', 'z'], ['ₜ) ⊙ ', ''], ['n', 'n'], ['ₜ + ', ''], ['z', 'z'], ['ₜ ⊙ ', ''], ['hₜ₋₁', 'old']],
      'a mixture of candidate and old state',
      (v) => [
        [`h${sub(v.j + 1)}`, 'h'], [' = ', ''], ofCandidate(v), ['·', ''], [term(v.of('candidate')), 'n'], [' + ', ''], ofState(v), ['·', ''], [term(v.before(v.j)), 'old'], [' = ', ''], [number(v.of('hidden')), 'h'],
      ],
    ),
  ];
}

export const KINDS = {
  rnn: { parts: RNN, gates: ['a'] },
  lstm: { parts: LSTM, gates: ['i', 'f', 'g', 'o'] },
  gru: { parts: gru(false), gates: ['r', 'z', 'n'] },
  gru2014: { parts: gru(true), gates: ['r', 'z', 'n'] },
};

// A short text on each kind; what stands in brackets names a part: [words|letter].
export const TEXTS = {
  rnn: 'The [sum|a] weighs the input and the state of the step before. Squashed by tanh it is the [new state|h], all that is handed on: every step multiplies the past by W_hh once more.',
  lstm: 'The [input gate|i] says how much of the [candidate|g] is written, the [forget gate|f] how much of the old [cell state|c] is kept, the [output gate|o] how much of it is shown as the [new state|h].',
  gru: 'The [reset gate|r] says how much of the old state the [candidate|n] sees; here it acts after the hidden matmul. The [update gate|z] keeps that share of the old state in the [new state|h].',
  gru2014: 'The [reset gate|r] says how much of the old state goes into the matmul of the [candidate|n]. The [update gate|z] takes that share of the candidate into the [new state|h]: z at 1 replaces all.',
};
