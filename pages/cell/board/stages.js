// The stages of the hand computation of one step (task 1.2), a table each: both affine maps, the split into gates, the gates, the new
// state. Pure. A table is made of a reading (reading.js) and its view of one unit at one step.
import { number, sub } from '../../../dashboard/kit/text.js';

const MOST = { rows: 48, columns: 16 }; // of a table that can be read; beyond it only the chosen unit's rows, and sums without their terms

const upTo = (count) => Array.from({ length: count }, (_, n) => n);
const perRow = (reading, text) => upTo(reading.batch).map((b) => ({ text: reading.batch > 1 ? `${text}, row ${b + 1}` : text }));

/** Units that have rows in a table: all of them, or where these are too many the one that is looked at. */
export const units = (reading, j) => (reading.H * reading.kind.gates.length > MOST.rows ? [j] : upTo(reading.H));

// The two affine maps: the array of their sums, of weights and biases, and what a vector's numbers are called.
const OF_INPUT = { sums: 'fromInput', weight: 'wi', bias: 'bi', head: 'b_ih', symbol: 'x', digits: 2, entry: (view, n) => view.x(n) };
const OF_STATE = { sums: 'fromState', weight: 'wh', bias: 'bh', head: 'b_hh', symbol: 'h', digits: 3, entry: (view, n) => view.before(n) };

// Where a number of the vector can be replaced: not in a state that is a result.
function placeOf({ symbol }, t, n) {
  if (symbol === 'x') return `x ${t} ${n}`;
  return t ? undefined : `h0 ${n} 0`;
}

// Every row of a weight matrix beside what it is multiplied by; with two rows in the batch, two vectors and two sums.
const affine = (map) => (reading, view) => {
  const count = map === OF_INPUT ? view.C : view.H;
  const views = upTo(reading.batch).map((b) => reading.view(view.j, view.t, b));
  const wide = count > MOST.columns;
  const single = views.length === 1;
  const column = (n) => {
    const name = `${map.symbol}${sub(n + 1)}`;
    return single ? { text: `${name} = ${number(map.entry(view, n), map.digits)}`, place: placeOf(map, view.t, n) } : { text: name };
  };
  const columns = wide ? perRow(reading, `${count} products`) : upTo(count).map(column);
  return {
    head: [...columns, { text: map.head }, ...perRow(reading, 'sum')],
    rows: [...(wide || single ? [] : vectors(map, views, count)), ...weights(map, reading, { views, view, count, wide })],
  };
};

// The vectors of both rows of the batch; nothing stands below bias and sums.
function vectors(map, views, count) {
  return views.map((view, b) => ({
    name: `${map.symbol}, row ${b + 1}`,
    gate: '',
    cells: [
      ...upTo(count).map((n) => ({
        value: map.entry(view, n),
        digits: map.digits,
        place: b ? undefined : placeOf(map, view.t, n),
      })),
      ...Array.from({ length: 1 + views.length }, () => ({})),
    ],
  }));
}

function weights({ sums, weight, bias }, reading, { views, view, count, wide }) {
  return reading.kind.gates.flatMap((gate, g) =>
    units(reading, view.j).map((j) => {
      const row = g * reading.H + j;
      const constant = reading.arrays[bias][row];
      const all = views.map((one) => one[sums](g, j));
      const terms = wide
        ? all.map((sum) => ({ value: sum - constant }))
        : upTo(count).map((n) => ({ value: reading.at(weight, row, n), digits: 2, place: `${weight} ${row} ${n}` }));
      const cells = [
        ...terms,
        { value: constant, digits: 2, place: `${bias} ${row} 0` },
        ...all.map((sum) => ({ value: sum, result: true })),
      ];
      return { name: `${gate}${sub(j + 1)}`, gate, cells };
    })
  );
}

// A line a unit, of each row of the batch; `columns` are [head, value of (view of that unit), whether it is a result].
const perUnit = (...columns) => (reading, { j: chosen, t }) => ({
  head: columns.map(([text]) => ({ text })),
  rows: upTo(reading.batch).flatMap((b) =>
    units(reading, chosen).map((j) => {
      const view = reading.view(j, t, b);
      const cells = columns.map(([, value, result]) => ({ value: value(view), result }));
      return { name: `${reading.batch > 1 ? `row ${b + 1}, ` : ''}unit ${j + 1}`, gate: '', cells };
    })
  ),
});

const input = (g) => (v) => v.fromInput(g);
const state = (g) => (v) => v.fromState(g);
const both = (g) => (v) => v.fromInput(g) + v.fromState(g);
const of = (field) => (v) => v.of(field);
const before = (v) => v.before(v.j);

function maps(kind, letters) {
  const G = letters.length;
  const times = G > 1 ? `${G}H` : 'H';
  const old = kind === 'gru2014' ? ' The rows of n are another matter: they come after r.' : '';
  const shape = (matrix, width, columns, vector, bias) => (v) =>
    `${matrix} (${times}, ${width}) = (${G * v.H}, ${v[columns]}) times ${vector} (B, ${width}) = (${v.B}, ${v[columns]}), ` +
    `plus ${bias} (${G * v.H}) → (B, ${times}) = (${v.B}, ${G * v.H})`;
  const [ofInput, ofState] = [shape('W_ih', 'C', 'C', 'x', 'b_ih'), shape('W_hh', 'H', 'H', 'h', 'b_hh')];
  return [
    { title: 'One affine map of the input', formula: 'W_ih x + b_ih', shape: ofInput, table: affine(OF_INPUT) },
    { title: 'One affine map of the old state', formula: 'W_hh h + b_hh', shape: (v) => `${ofState(v)}.${old}`, table: affine(OF_STATE) },
  ];
}

// The maps above, cut into one part a gate.
function split(letters) {
  const G = letters.length;
  return {
    title: `Split in the order ${letters.join(', ')}`,
    lit: letters,
    formula: `chunk(${G})`,
    shape: (v) =>
      `(B, ${G}H) = (${v.B}, ${G * v.H}) → ${G} × (B, H) = (${v.B}, ${v.H}): of the table before, rows 1 to ${v.H} are ${
        letters[0]
      }, and so on`,
    table: perUnit(
      ...letters.map((letter, g) => [`x gives ${letter}`, input(g)]),
      ...letters.map((letter, g) => [`h gives ${letter}`, state(g)]),
    ),
  };
}

const each = (v) => `each (B, H) = (${v.B}, ${v.H}); one number a unit`;
// `lit` are the letters of the parts of the diagram that a stage computes.
const stage = (title, lit, formula, ...columns) => ({ title, lit: [...lit], formula, shape: each, table: perUnit(...columns) });
const gated = (g, letter, field, squash = 'σ') => [[`sum for ${letter}`, both(g)], [`${letter} = ${squash}(sum)`, of(field), true]];
const CANDIDATE = ['n = tanh(sum)', of('candidate'), true];
const NEW_STATE = ['h′', of('hidden'), true];

const GRU = [
  stage(
    'The candidate',
    'n',
    'n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))',
    ['r', of('reset')],
    ['h gives n', state(2)],
    ['r times it', (v) => v.of('reset') * v.fromState(2), true],
    ['x gives n', input(2)],
    ['sum', (v) => v.fromInput(2) + v.of('reset') * v.fromState(2), true],
    CANDIDATE,
  ),
  stage(
    'The new state',
    'h',
    'h′ = (1 − z) ⊙ n + z ⊙ h',
    ['1 − z', (v) => 1 - v.of('update')],
    ['n', of('candidate')],
    ['z', of('update')],
    ['h', before],
    NEW_STATE,
  ),
];

const GRU_2014 = [
  stage(
    'The candidate',
    'n',
    'n = tanh(W_in x + b_in + W_hn (r ⊙ h) + b_hn)',
    ['r ⊙ h', (v) => v.of('reset') * before(v)],
    ['W_hn (r ⊙ h) + b_hn', state(2)],
    ['x gives n', input(2)],
    ['sum', both(2)],
    CANDIDATE,
  ),
  stage(
    'The new state',
    'h',
    'h′ = z ⊙ n + (1 − z) ⊙ h',
    ['z', of('update')],
    ['n', of('candidate')],
    ['1 − z', (v) => 1 - v.of('update')],
    ['h', before],
    NEW_STATE,
  ),
];

function gru(kind, last) {
  const letters = ['r', 'z', 'n'];
  const gates = stage('The two gates', 'rz', 'r = σ(·), z = σ(·)', ...gated(0, 'r', 'reset'), ...gated(1, 'z', 'update'));
  return [...maps(kind, letters), split(letters), gates, ...last];
}

const LSTM = ['i', 'f', 'g', 'o'];

export const WALKS = {
  rnn: [
    ...maps('rnn', ['a']),
    stage(
      'The new state',
      'h',
      'h′ = tanh(W_ih x + b_ih + W_hh h + b_hh)',
      ['from x', input(0)],
      ['from h', state(0)],
      ['sum', both(0), true],
      ['h′ = tanh(sum)', of('hidden'), true],
    ),
  ],
  lstm: [
    ...maps('lstm', LSTM),
    split(LSTM),
    stage(
      'The gates and the candidate',
      'ifgo',
      'i, f, o = σ(·), g = tanh(·)',
      ...gated(0, 'i', 'input'),
      ...gated(1, 'f', 'forget'),
      ...gated(2, 'g', 'candidate', 'tanh'),
      ...gated(3, 'o', 'output'),
    ),
    stage(
      'The cell state',
      'c',
      'c′ = f ⊙ c + i ⊙ g',
      ['f', of('forget')],
      ['c', (v) => v.memory()],
      ['i', of('input')],
      ['g', of('candidate')],
      ['c′', of('cell'), true],
    ),
    stage(
      'The new state',
      'h',
      'h′ = o ⊙ tanh(c′)',
      ['o', of('output')],
      ['c′', of('cell')],
      ['tanh(c′)', (v) => Math.tanh(v.of('cell')), true],
      NEW_STATE,
    ),
  ],
  gru: gru('gru', GRU),
  gru2014: gru('gru2014', GRU_2014),
};
