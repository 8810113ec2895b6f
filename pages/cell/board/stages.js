// The stages of the hand computation of one step (task 1.2), a table each: both affine maps, the split into gates, the gates, the new state.

import { number, sub } from './formulas.js';

const MOST = { rows: 48, columns: 16 }; // of a table that can be read; beyond it only the chosen unit's rows, and sums without their terms
const inBatch = (board) => Array.from({ length: board.batch }, (_, b) => b);
const perRow = (board, text) => (board.batch > 1 ? inBatch(board).map((b) => ({ text: `${text}, row ${b + 1}` })) : [{ text }]);

// Every row of a weight matrix beside what it is multiplied by; with two rows in the batch, two vectors and two sums.
const affine = (of, weight, bias, symbol) => (board, view) => {
  const { H, t } = view;
  const count = symbol === 'x' ? view.C : H;
  const views = inBatch(board).map((b) => board.view(board.j, t, b));
  const entry = (v, n) => (symbol === 'x' ? v.x(n) : v.before(n));
  const digits = symbol === 'x' ? 2 : 3;
  const place = (n) => (symbol === 'x' ? `x ${t} ${n}` : t ? undefined : `h0 ${n} 0`); // a later h is a result
  const numbers = Array.from({ length: count }, (_, n) => n);
  const wide = count > MOST.columns;
  const single = views.length === 1;
  const columns = wide ? perRow(board, `${count} products`) : numbers.map((n) => ({ text: `${symbol}${sub(n + 1)}${single ? ` = ${number(entry(view, n), digits)}` : ''}`, place: single ? place(n) : undefined }));
  const vectors = wide || single ? [] : views.map((v, b) => ({
    name: `${symbol}, row ${b + 1}`, gate: '', cells: [...numbers.map((n) => ({ value: entry(v, n), digits, place: b ? undefined : place(n) })), ...Array(1 + views.length).fill({})],
  }));
  const sum = (v, g, j) => (of === 'from_input' ? v.fromInput(g, j) : v.fromState(g, j));
  const rows = board.kind.gates.flatMap((gate, g) => units(board).map((j) => {
    const row = g * H + j;
    const constant = board.arrays[bias][row];
    const products = wide ? views.map((v) => ({ value: sum(v, g, j) - constant })) : numbers.map((n) => ({ value: board.at(weight, row, n), digits: 2, place: `${weight} ${row} ${n}` }));
    return { name: `${gate}${sub(j + 1)}`, gate, cells: [...products, { value: constant, digits: 2, place: `${bias} ${row} 0` }, ...views.map((v) => ({ value: sum(v, g, j), result: true }))] };
  }));
  return { head: [...columns, { text: bias === 'bi' ? 'b_ih' : 'b_hh' }, ...perRow(board, 'sum')], rows: [...vectors, ...rows] };
};

// A line a unit, of each row of the batch; `columns` are [head, value of (view of that unit), whether it is a result].
const perUnit = (...columns) => (board) => ({
  head: columns.map(([text]) => ({ text })),
  rows: inBatch(board).flatMap((b) => units(board).map((j) => {
    const view = board.view(j, board.t, b);
    return { name: `${board.batch > 1 ? `row ${b + 1}, ` : ''}unit ${j + 1}`, gate: '', cells: columns.map(([, value, result]) => ({ value: value(view), result })) };
  })),
});

export function units(board) {
  const all = Array.from({ length: board.H }, (_, j) => j);
  return board.H * board.kind.gates.length > MOST.rows ? [board.j] : all;
}

const input = (g) => (v) => v.fromInput(g);
const state = (g) => (v) => v.fromState(g);
const both = (g) => (v) => v.fromInput(g) + v.fromState(g);
const of = (field) => (v) => v.of(field);
const before = (v) => v.before(v.j);

function maps(kind, letters) {
  const G = letters.length;
  const times = G > 1 ? `${G}H` : 'H';
  const old = kind === 'gru2014' ? ' The rows of n are another matter: they come after r.' : '';
  return [
    { title: 'One affine map of the input', formula: 'W_ih x + b_ih', shape: (v) => `W_ih (${times}, C) = (${G * v.H}, ${v.C}) times x (B, C) = (${v.B}, ${v.C}), plus b_ih (${G * v.H}) → (B, ${times}) = (${v.B}, ${G * v.H})`, table: affine('from_input', 'wi', 'bi', 'x') },
    { title: 'One affine map of the old state', formula: 'W_hh h + b_hh', shape: (v) => `W_hh (${times}, H) = (${G * v.H}, ${v.H}) times h (B, H) = (${v.B}, ${v.H}), plus b_hh (${G * v.H}) → (B, ${times}) = (${v.B}, ${G * v.H}).${old}`, table: affine('from_state', 'wh', 'bh', 'h') },
  ];
}

// The maps above, cut into one part a gate.
function split(letters) {
  return {
    title: `Split in the order ${letters.join(', ')}`,
    formula: `chunk(${letters.length})`,
    shape: (v) => `(B, ${letters.length}H) = (${v.B}, ${letters.length * v.H}) → ${letters.length} × (B, H) = (${v.B}, ${v.H}): of the table before, rows 1 to ${v.H} are ${letters[0]}, and so on`,
    table: perUnit(...letters.map((letter, g) => [`x gives ${letter}`, input(g)]), ...letters.map((letter, g) => [`h gives ${letter}`, state(g)])),
  };
}

const each = (v) => `each (B, H) = (${v.B}, ${v.H}); one number a unit`;
const gated = (g, letter, field, squash = 'σ') => [[`sum for ${letter}`, both(g)], [`${letter} = ${squash}(sum)`, of(field), true]];

function gru(original) {
  const letters = ['r', 'z', 'n'];
  const z = [original ? '1 − z' : 'z', (v) => (original ? 1 - v.of('update') : v.of('update'))];
  const rest = [original ? 'z' : '1 − z', (v) => (original ? v.of('update') : 1 - v.of('update'))];
  const [times, plain] = original ? [(v) => v.of('reset') * v.before(v.j), (v) => v.fromInput(2) + v.fromState(2)] : [(v) => v.of('reset') * v.fromState(2), (v) => v.fromInput(2) + v.of('reset') * v.fromState(2)];
  return [
    ...maps(original ? 'gru2014' : 'gru', letters), split(letters),
    { title: 'The two gates', formula: 'r = σ(·), z = σ(·)', shape: each, table: perUnit(...gated(0, 'r', 'reset'), ...gated(1, 'z', 'update')) },
    {
      title: 'The candidate', formula: original ? 'n = tanh(W_in x + b_in + W_hn (r ⊙ h) + b_hn)' : 'n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))', shape: each,
      table: original
        ? perUnit(['r ⊙ h', times], ['W_hn (r ⊙ h) + b_hn', state(2)], ['x gives n', input(2)], ['sum', plain], ['n = tanh(sum)', of('candidate'), true])
        : perUnit(['r', of('reset')], ['h gives n', state(2)], ['r times it', times, true], ['x gives n', input(2)], ['sum', plain, true], ['n = tanh(sum)', of('candidate'), true]),
    },
    {
      title: 'The new state', formula: original ? 'h′ = z ⊙ n + (1 − z) ⊙ h' : 'h′ = (1 − z) ⊙ n + z ⊙ h', shape: each,
      table: perUnit(rest, ['n', of('candidate')], z, ['h', before], ['h′', of('hidden'), true]),
    },
  ];
}

export const WALKS = {
  rnn: [
    ...maps('rnn', ['a']),
    { title: 'The new state', formula: 'h′ = tanh(W_ih x + b_ih + W_hh h + b_hh)', shape: each, table: perUnit(['from x', input(0)], ['from h', state(0)], ['sum', both(0), true], ['h′ = tanh(sum)', of('hidden'), true]) },
  ],
  lstm: [
    ...maps('lstm', ['i', 'f', 'g', 'o']), split(['i', 'f', 'g', 'o']),
    { title: 'The gates and the candidate', formula: 'i, f, o = σ(·), g = tanh(·)', shape: each, table: perUnit(...gated(0, 'i', 'input'), ...gated(1, 'f', 'forget'), ...gated(2, 'g', 'candidate', 'tanh'), ...gated(3, 'o', 'output')) },
    { title: 'The cell state', formula: 'c′ = f ⊙ c + i ⊙ g', shape: each, table: perUnit(['f', of('forget')], ['c', (v) => v.memory()], ['i', of('input')], ['g', of('candidate')], ['c′', of('cell'), true]) },
    { title: 'The new state', formula: 'h′ = o ⊙ tanh(c′)', shape: each, table: perUnit(['o', of('output')], ['c′', of('cell')], ['tanh(c′)', (v) => Math.tanh(v.of('cell')), true], ['h′', of('hidden'), true]) },
  ],
  gru: gru(false),
  gru2014: gru(true),
};
