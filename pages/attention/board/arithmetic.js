// What a cell of a matrix is made of: which cells of other matrices, and the sum that gives it, as pieces of text. Pure.
// Pieces carry an ink, 'row' or 'column', which is also the color of the frames around the cells that their numbers come from; 'sup' lifts
// one.
import { bracketed, summands } from '../../../dashboard/kit/sums.js';
import { number, sub } from '../../../dashboard/kit/text.js';

const TERMS = 6; // of a sum that are written out; a longer one keeps its beginning and its end

const PROJECTED = { q: 'wq', k: 'wk', v: 'wv' };
const LETTERS = { wq: 'q', wk: 'k', wv: 'v' };

// The frames of cell [i, j] of a matrix in `view` (values, T, C, D, head): [{ matrix, ink, rows: [from, to], columns: [from, to] }].
export function sources(view, matrix, i, j) {
  const { T, C, D } = view;
  const head = Math.floor(j / D);
  const row = (name, at, columns = [0, C], ink = 'row') => ({ matrix: name, ink, rows: [at, at + 1], columns });
  const column = (name, at, rows = [0, T], ink = 'column') => ({ matrix: name, ink, rows, columns: [at, at + 1] });
  const band = [view.head * D, (view.head + 1) * D];
  const cell = (name) => row(name, i, [j, j + 1]);
  switch (matrix) {
    case 'tokens':
      return ['q', 'k', 'v'].map((name) => row(name, i));
    case 'wq':
    case 'wk':
    case 'wv':
      return [column('tokens', j), column(LETTERS[matrix], i, [0, T], 'row')];
    case 'q':
    case 'k':
    case 'v':
      return [row('tokens', i), row(PROJECTED[matrix], j, [0, C], 'column')];
    case 'scores':
      return [row('q', i, band), row('k', j, band, 'column')];
    case 'scaled':
      return [cell('scores')];
    case 'masked':
      return [cell('scaled')];
    case 'weights':
      return [row('masked', i, [0, T])];
    case 'joined':
      return [{ ...row('weights', i, [0, T]), head }, column('v', j)];
    case 'wo':
      return [column('joined', j), column('output', i, [0, T], 'row')];
    default: // output
      return [row('joined', i), row('wo', j, [0, C], 'column')];
  }
}

// The name of a cell, its sum, and a remark: { name, sum: [[text, ink]], note }.
export function explain(view, matrix, i, j) {
  return EXPLAINED[matrix](view, i, j, matrix);
}

const token = ({ names }, n) => `${sub(n + 1)} (${names[n]})`;
const result = (view, matrix, i, j) => [` = ${number(view.at(matrix, i, j))}`, 'result'];

// A weight of a projection into queries, keys or values.
const projection = (view, i, j, matrix) => ({
  name: `${view.titles[matrix]}: weight ${number(view.at(matrix, i, j))}`,
  sum: [[`what feature ${j + 1} of every token adds to feature ${i + 1} of its ${LETTERS[matrix]}, per unit`, '']],
  note: `One linear layer, ${view.C} × ${view.C}; its rows are split between the heads, ${view.D} each.`,
});

// A number of a query, key or value.
const projected = (view, i, j, matrix) => {
  const { T, C, D, at, titles } = view;
  const weights = PROJECTED[matrix];
  return {
    name: `${matrix}${token(view, i)}: feature ${j + 1}, of head ${Math.floor(j / D) + 1}`,
    sum: [...product(C, (c) => at('tokens', i, c), (c) => at(weights, j, c)), result(view, matrix, i, j)],
    note: `Row ${i + 1} of x times row ${j + 1} of ${titles[weights]}: (T, C) × (C, C) → (${T}, ${C}).`,
  };
};

const EXPLAINED = {
  tokens: (view, i, j) => ({
    name: `x${token(view, i)}: feature ${j + 1} of ${view.C}`,
    sum: [[view.origin, ''], result(view, 'tokens', i, j)],
    note: 'LayerNorm has given every token mean 0 and standard deviation 1 over its features. One row each of q, k and v comes from it.',
  }),
  wq: projection,
  wk: projection,
  wv: projection,
  q: projected,
  k: projected,
  v: projected,
  scores(view, i, j) {
    const { T, D, head, at } = view;
    return {
      name: `Score of head ${head + 1}: q${token(view, i)} · k${token(view, j)}`,
      sum: [...product(D, (d) => at('q', i, head * D + d), (d) => at('k', j, head * D + d)), result(view, 'scores', i, j)],
      note: `D = ${D} products: (T, D) × (D, T) → (${T}, ${T}).`,
    };
  },
  scaled: (view, i, j) => ({
    name: `Scaled score of head ${view.head + 1}: q${token(view, i)} · k${token(view, j)}`,
    sum: [[bracketed(view.at('scores', i, j)), 'row'], [` ${view.scaling}`, ''], result(view, 'scaled', i, j)],
    note: `Divided by ${view.divisor}${view.temperature === 1 ? '' : ` and by the temperature ${view.temperature}`}.`,
  }),
  masked({ names, at, allowed }, i, j) {
    const score = [number(at('scaled', i, j)), 'row'];
    if (allowed(i, j)) {
      const note = 'The mask changes only the scores of tokens that may not be read.';
      return { name: `${names[i]} may read ${names[j]}`, sum: [['unchanged: ', ''], score], note };
    }
    return {
      name: `${names[i]} may not read ${names[j]}`,
      sum: [score, [' → −∞', 'result']],
      note: 'The program uses −1.8 · 10³⁰⁸, the lowest finite number, because a row of only −∞ would become NaN, also in the gradient.',
    };
  },
  weights: (view, i, j) => ({
    name: `${view.names[i]} (token ${i + 1}) reads ${view.names[j]} (token ${j + 1}), head ${view.head + 1}`,
    sum: share(view, i, j),
    note: rowNote(view, i),
  }),
  joined(view, i, j) {
    const { names, T, C, D, at, weight } = view;
    const own = Math.floor(j / D);
    const weighted = `Row ${i + 1} of the weights times column ${j + 1} of v`;
    return {
      name: `Output of head ${own + 1} for ${names[i]} (token ${i + 1}), its feature ${(j % D) + 1} of ${D}`,
      sum: [...product(T, (t) => weight(own, i, t), (t) => at('v', t, j)), result(view, 'joined', i, j)],
      note: `${weighted}: (T, T) × (T, D) → (${T}, ${D}); the heads side by side are (${T}, ${C}).`,
    };
  },
  wo: ({ at, D, head }, i, j) => ({
    name: `W_o: weight ${number(at('wo', i, j))}`,
    sum: [[`what feature ${j + 1} of the joined heads adds to feature ${i + 1} of the output, per unit`, '']],
    note: `Columns ${head * D + 1} to ${(head + 1) * D} take in head ${head + 1}. Here the heads are mixed.`,
  }),
  output(view, i, j) {
    const { names, T, C, at } = view;
    return {
      name: `Output for ${names[i]} (token ${i + 1}), feature ${j + 1}`,
      sum: [...product(C, (c) => at('joined', i, c), (c) => at('wo', j, c)), result(view, 'output', i, j)],
      note: `Row ${i + 1} of the joined heads times row ${j + 1} of W_o: (${T}, ${C}) in, (${T}, ${C}) out.`,
    };
  },
};

// A sum of products as pieces.
function product(count, left, right) {
  return listed(count, (n) => [[bracketed(left(n)), 'row'], [' × ', ''], [bracketed(right(n)), 'column']]);
}

// A sum of `count` pieces; of a long one the beginning and the end.
function listed(count, piece) {
  return summands(count, TERMS).flatMap(({ n, before }) => (before ? [[before, ''], ...piece(n)] : piece(n)));
}

// A weight as its share of the row: e to the masked score less the row's largest (`rowNote` says why), over the sum of them all.
function share(view, i, j) {
  const allowed = Array.from({ length: view.T }, (_, t) => t).filter((t) => view.allowed(i, t));
  if (!allowed.length) return [['nothing to read: 0 / 0, taken as ', ''], ['0', 'result']];
  if (!view.allowed(i, j)) return [['may not be read: exactly ', ''], ['0', 'result']];
  const top = bracketed(largest(view, i, allowed));
  const power = (t, ink) => [['e', ink], [`${number(view.at('scaled', i, t))} − ${top}`, `${ink} sup`]];
  const below = listed(allowed.length, (n) => power(allowed[n], 'row'));
  return [...power(j, 'result'), [' / (', ''], ...below, [')', ''], [` = ${number(view.at('weights', i, j), 3)}`, 'result']];
}

// The largest score that row `i` may read.
const largest = (view, i, allowed) => Math.max(...allowed.map((t) => view.at('scaled', i, t)));

export function rowNote(view, i) {
  const allowed = Array.from({ length: view.T }, (_, t) => t).filter((t) => view.allowed(i, t));
  const count = allowed.length;
  if (!count) return `Row ${i + 1} has nothing to read. The softmax of only −∞ is 0 / 0 = NaN; here the row is 0, and so is its output.`;
  let sum = 0;
  for (let t = 0; t < view.T; t += 1) sum += view.at('weights', i, t);
  const [entropy, slope] = [view.entropy(view.head, i), view.slope(view.head, i)];
  const most = `ln ${count} = ${number(Math.log(count))}`;
  const softmax = `softmax passes a gradient of size ‖J‖ = ${number(slope, 3)}`;
  const exponents = `Every exponent is a score minus the largest of the row, ${number(largest(view, i, allowed))}`;
  const sums = `Row ${i + 1} sums to ${number(sum, 3)} · entropy ${number(entropy)} of at most ${most} nats · ${softmax}.`;
  return `${sums} ${exponents}: this factor cancels, and no power overflows.`;
}
