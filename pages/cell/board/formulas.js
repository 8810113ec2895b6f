// What each kind of cell is made of: its parts in the order they are computed, each with its equation in letters and, for one unit at one
// step, in numbers. Pure. In a text [words|ink] stands for words in an ink: 'x' or 'old' for what comes from input or old state, a part's
// letter for that part, 'sub' for a subscript.
import { bracketed, summands } from '../../../dashboard/kit/sums.js';
import { number, sub } from '../../../dashboard/kit/text.js';

const TERMS = 5; // of a sum that are written out; a longer one keeps its beginning and its end

/** The pieces of a text, [words, ink], without ink where it has none. */
export function pieces(text) {
  const parts = text.split(/\[([^|\]]+)\|(\w+)\]/);
  const inked = parts.flatMap((words, at) => (at % 3 === 0 ? [[words, '']] : at % 3 === 1 ? [[words, parts[at + 1]]] : []));
  return inked.filter(([words]) => words);
}

const inked = (value, ink) => `[${value}|${ink}]`;
const named = (view, letter) => inked(`${letter}${sub(view.j + 1)}`, letter);
const value = (view, field, letter) => inked(number(view.of(field)), letter);

// A sum of products; `left(n)` is a weight, `right(n)` what it is multiplied by.
function products(count, left, right, ink) {
  const term = ({ n, before }) => `${before}${inked(`${bracketed(left(n))}·${bracketed(right(n))}`, ink)}`;
  return summands(count, TERMS, TERMS - 1).map(term).join('');
}

const fromInput = (v, g) => `${products(v.C, (c) => v.wi(g, c), (c) => v.x(c), 'x')} + ${bracketed(v.bi(g))}`;
const fromState = (v, g) => `${products(v.H, (k) => v.wh(g, k), (k) => v.before(k), 'old')} + ${bracketed(v.bh(g))}`;
const fromSeen = (v, g) => `${products(v.H, (k) => v.wh(g, k), (k) => v.of('reset', k) * v.before(k), 'old')} + ${bracketed(v.bh(g))}`;
const both = (v, g) => `${fromInput(v, g)} + ${fromState(v, g)}`;
const total = (v, g) => v.fromInput(g) + v.fromState(g);

// σ or tanh of one affine map of both: the parts that differ only in their weights.
function gate(letter, name, field, g, squash, words) {
  return {
    letter,
    name,
    field,
    words,
    equation:
      `[${letter}|${letter}]ₜ = ${squash}(W[i${letter}|sub] [xₜ|x] + b[i${letter}|sub] + W[h${letter}|sub] [hₜ₋₁|old] + b[h${letter}|sub])`,
    numbers: (v) => `${named(v, letter)} = ${squash}(${both(v, g)}) = ${squash}(${number(total(v, g))}) = ${value(v, field, letter)}`,
  };
}

const newState = (equation, words, numbers) => ({ letter: 'h', name: 'new state', field: 'hidden', words, equation, numbers });

const RNN = [
  {
    letter: 'a',
    name: 'sum',
    field: 'sum',
    words: 'input and old state, each through its own weights, are added into one sum',
    equation: '[a|a]ₜ = W[ih|sub] [xₜ|x] + b[ih|sub] + W[hh|sub] [hₜ₋₁|old] + b[hh|sub]',
    numbers: (v) => `${named(v, 'a')} = ${both(v, 0)} = ${inked(number(total(v, 0)), 'a')}`,
  },
  newState(
    '[h|h]ₜ = tanh([a|a]ₜ)',
    'tanh keeps the new state between −1 and 1',
    (v) => `${named(v, 'h')} = tanh(${inked(number(total(v, 0)), 'a')}) = ${value(v, 'hidden', 'h')}`,
  ),
];

const LSTM = [
  gate('i', 'input gate', 'input', 0, 'σ', 'how much of the candidate is written'),
  gate('f', 'forget gate', 'forget', 1, 'σ', 'how much of the old cell state is kept'),
  gate('g', 'candidate', 'candidate', 2, 'tanh', 'what could be written'),
  gate('o', 'output gate', 'output', 3, 'σ', 'how much of the cell state is shown'),
  {
    letter: 'c',
    name: 'cell state',
    field: 'cell',
    words: 'the path on which gradients survive: nothing but a product and a sum',
    equation: '[c|c]ₜ = [f|f]ₜ ⊙ [cₜ₋₁|old] + [i|i]ₜ ⊙ [g|g]ₜ',
    numbers: (v) => {
      const kept = `${value(v, 'forget', 'f')}·${inked(bracketed(v.memory()), 'old')}`;
      const written = `${value(v, 'input', 'i')}·${inked(bracketed(v.of('candidate')), 'g')}`;
      return `${named(v, 'c')} = ${kept} + ${written} = ${value(v, 'cell', 'c')}`;
    },
  },
  newState(
    '[h|h]ₜ = [o|o]ₜ ⊙ tanh([c|c]ₜ)',
    'what the rest of the network sees',
    (v) => `${named(v, 'h')} = ${value(v, 'output', 'o')}·tanh(${value(v, 'cell', 'c')}) = ${value(v, 'hidden', 'h')}`,
  ),
];

// The candidate as PyTorch computes it, and as in the paper of 2014.
const CANDIDATE = {
  equation: '[n|n]ₜ = tanh(W[in|sub] [xₜ|x] + b[in|sub] + [r|r]ₜ ⊙ (W[hn|sub] [hₜ₋₁|old] + b[hn|sub]))',
  words: 'what could replace the old state; r acts after W is multiplied',
  sum: (v) => `${fromInput(v, 2)} + ${value(v, 'reset', 'r')}·(${fromState(v, 2)})`,
  total: (v) => v.fromInput(2) + v.of('reset') * v.fromState(2),
};
const CANDIDATE_2014 = {
  equation: '[n|n]ₜ = tanh(W[in|sub] [xₜ|x] + b[in|sub] + W[hn|sub] ([r|r]ₜ ⊙ [hₜ₋₁|old]) + b[hn|sub])',
  words: 'what could replace the old state; r acts before W is multiplied',
  sum: (v) => `${fromInput(v, 2)} + ${fromSeen(v, 2)}`,
  total: (v) => total(v, 2),
};

function gru(original) {
  const { equation, words, sum, total: ofAll } = original ? CANDIDATE_2014 : CANDIDATE;
  const z = (v) => value(v, 'update', 'z');
  const rest = (v) => inked(`(1 − ${number(v.of('update'))})`, 'z');
  const [ofCandidate, ofState] = original ? [z, rest] : [rest, z];
  return [
    gate('r', 'reset gate', 'reset', 0, 'σ', 'how much of the old state the candidate sees'),
    gate('z', 'update gate', 'update', 1, 'σ', original ? 'how much of the candidate is taken' : 'how much of the old state is kept'),
    {
      letter: 'n',
      name: 'candidate',
      field: 'candidate',
      equation,
      words,
      numbers: (v) => `${named(v, 'n')} = tanh(${sum(v)}) = tanh(${number(ofAll(v))}) = ${value(v, 'candidate', 'n')}`,
    },
    newState(
      original ? '[h|h]ₜ = [z|z]ₜ ⊙ [n|n]ₜ + (1 − [z|z]ₜ) ⊙ [hₜ₋₁|old]' : '[h|h]ₜ = (1 − [z|z]ₜ) ⊙ [n|n]ₜ + [z|z]ₜ ⊙ [hₜ₋₁|old]',
      'a mixture of candidate and old state',
      (v) => {
        const taken = `${ofCandidate(v)}·${inked(bracketed(v.of('candidate')), 'n')}`;
        const kept = `${ofState(v)}·${inked(bracketed(v.before(v.j)), 'old')}`;
        return `${named(v, 'h')} = ${taken} + ${kept} = ${value(v, 'hidden', 'h')}`;
      },
    ),
  ];
}

export const KINDS = {
  rnn: { parts: RNN, gates: ['a'] },
  lstm: { parts: LSTM, gates: ['i', 'f', 'g', 'o'] },
  gru: { parts: gru(false), gates: ['r', 'z', 'n'] },
  gru2014: { parts: gru(true), gates: ['r', 'z', 'n'] },
};

const sentences = (...texts) => texts.join(' ');

// A short text on each kind; the ink of a word is the letter of the part that it names.
export const TEXTS = {
  rnn: sentences(
    'The [sum|a] weighs the input and the state of the step before. Squashed by tanh it is the [new state|h], all that is handed on:',
    'every step multiplies the past by W_hh once more.',
  ),
  lstm: sentences(
    'The [input gate|i] says how much of the [candidate|g] is written, the [forget gate|f] how much of the old [cell state|c] is kept,',
    'the [output gate|o] how much of it is shown as the [new state|h].',
  ),
  gru: sentences(
    'The [reset gate|r] says how much of the old state the [candidate|n] sees; here it acts after the hidden matmul.',
    'The [update gate|z] keeps that share of the old state in the [new state|h].',
  ),
  gru2014: sentences(
    'The [reset gate|r] says how much of the old state goes into the matmul of the [candidate|n].',
    'The [update gate|z] takes that share of the candidate into the [new state|h]: z at 1 replaces all.',
  ),
};
