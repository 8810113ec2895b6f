// What a cell of a matrix is made of: which cells of other matrices, and the sum that gives it, as pieces of text. Pure.
// Pieces carry an ink, 'row' or 'column', which is also the color of the frames around the cells that their numbers come from; 'sup' lifts
// one.
import { number, sub } from '../../../dashboard/kit/text.js';

const TERMS = 6; // of a sum that are written out; a longer one keeps its beginning and its end

const bracketed = (value) => (value < 0 ? `(${number(value)})` : number(value));

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
  const { names, T, C, D, head } = view;
  const at = (name, r, c) => view.at(name, r, c);
  const value = at(matrix, i, j);
  const token = (n) => `${sub(n + 1)} (${names[n]})`;
  const one = `head ${head + 1}`;
  const result = (digits = 2) => [` = ${number(value, digits)}`, 'result'];
  switch (matrix) {
    case 'tokens':
      return {
        name: `x${token(i)}: feature ${j + 1} of ${C}`,
        sum: [[view.origin, ''], result()],
        note: 'LayerNorm has given every token mean 0 and deviation 1 over its features. From it come one row each of q, k and v.',
      };
    case 'wq':
    case 'wk':
    case 'wv':
      return {
        name: `${view.titles[matrix]}: weight ${number(value)}`,
        sum: [[`what feature ${j + 1} of every token adds to feature ${i + 1} of its ${LETTERS[matrix]}, per unit`, '']],
        note: `One linear layer, ${C} × ${C}; its rows are split between the heads, ${D} each.`,
      };
    case 'q':
    case 'k':
    case 'v':
      return {
        name: `${matrix}${token(i)}: feature ${j + 1}, of head ${Math.floor(j / D) + 1}`,
        sum: [...product(C, (c) => at('tokens', i, c), (c) => at(PROJECTED[matrix], j, c)), result()],
        note: `Row ${i + 1} of x times row ${j + 1} of ${view.titles[PROJECTED[matrix]]}: (T, C) × (C, C) → (${T}, ${C}).`,
      };
    case 'scores':
      return {
        name: `Score of ${one}: q${token(i)} · k${token(j)}`,
        sum: [...product(D, (d) => at('q', i, head * D + d), (d) => at('k', j, head * D + d)), result()],
        note: `D = ${D} products: (T, D) × (D, T) → (${T}, ${T}).`,
      };
    case 'scaled':
      return {
        name: `Scaled score of ${one}: q${token(i)} · k${token(j)}`,
        sum: [[bracketed(at('scores', i, j)), 'row'], [` ${view.scaling}`, ''], result()],
        note: `Divided by ${view.divisor}${view.temperature === 1 ? '' : ` and by the temperature ${view.temperature}`}.`,
      };
    case 'masked':
      return view.allowed(i, j)
        ? {
          name: `${names[i]} may read ${names[j]}`,
          sum: [['unchanged: ', ''], [number(at('scaled', i, j)), 'row']],
          note: 'The mask only touches what may not be read.',
        }
        : {
          name: `${names[i]} may not read ${names[j]}`,
          sum: [[number(at('scaled', i, j)), 'row'], [' → −∞', 'result']],
          note: 'In the program −1.8 · 10³⁰⁸, the lowest finite number: a row of nothing but −∞ would make NaN, in the gradient too.',
        };
    case 'weights':
      return {
        name: `${names[i]} (token ${i + 1}) reads ${names[j]} (token ${j + 1}), ${one}`,
        sum: share(view, i, j),
        note: rowNote(view, i),
      };
    case 'joined': {
      const own = Math.floor(j / D);
      const weighted = `Row ${i + 1} of the weights times column ${j + 1} of v`;
      return {
        name: `Output of head ${own + 1} for ${names[i]} (token ${i + 1}), its feature ${(j % D) + 1} of ${D}`,
        sum: [...product(T, (t) => view.weight(own, i, t), (t) => at('v', t, j)), result()],
        note: `${weighted}: (T, T) × (T, D) → (${T}, ${D}); the heads side by side are (${T}, ${C}).`,
      };
    }
    case 'wo':
      return {
        name: `W_o: weight ${number(value)}`,
        sum: [[`what feature ${j + 1} of the joined heads adds to feature ${i + 1} of the output, per unit`, '']],
        note: `Columns ${head * D + 1} to ${(head + 1) * D} take in ${one}. Here the heads are mixed.`,
      };
    default:
      return {
        name: `Output for ${names[i]} (token ${i + 1}), feature ${j + 1}`,
        sum: [...product(C, (c) => at('joined', i, c), (c) => at('wo', j, c)), result()],
        note: `Row ${i + 1} of the joined heads times row ${j + 1} of W_o: (${T}, ${C}) in, (${T}, ${C}) out.`,
      };
  }
}

// A sum of products as pieces.
function product(count, left, right) {
  return listed(count, (n) => [[bracketed(left(n)), 'row'], [' × ', ''], [bracketed(right(n)), 'column']]);
}

// A sum of `count` pieces; of a long one the beginning and the end.
function listed(count, piece) {
  const long = count > TERMS;
  const shown = [...Array(count).keys()].filter((n) => !long || n < TERMS - 1 || n === count - 1);
  return shown.flatMap((n, place) => {
    const plus = long && n === count - 1 ? ` + … ${count - TERMS} more … + ` : ' + ';
    return place ? [[plus, ''], ...piece(n)] : piece(n);
  });
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
  if (!count) return `Row ${i + 1} has nothing to read. Softmax of −∞ alone is 0 / 0 = NaN; here the row is 0, and so is its output.`;
  let sum = 0;
  for (let t = 0; t < view.T; t += 1) sum += view.at('weights', i, t);
  const [entropy, slope] = [view.entropy(view.head, i), view.slope(view.head, i)];
  const most = `ln ${count} = ${number(Math.log(count))}`;
  const softmax = `softmax lets through a gradient of size ‖J‖ = ${number(slope, 3)}`;
  const exponents = `Every exponent is a score less the row’s largest, ${number(largest(view, i, allowed))}`;
  const sums = `Row ${i + 1} sums to ${number(sum, 3)} · entropy ${number(entropy)} of at most ${most} nats · ${softmax}.`;
  return `${sums} ${exponents}: that factor stands above and below and cancels, and no power overflows.`;
}
