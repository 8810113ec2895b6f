// One number of a table of positions, taken apart, in the words of core.probes.positions.tables.position_entry.
import { number as fixed, thousands } from '../../../dashboard/kit/text.js';

const number = (value) => fixed(value, 4);
const plus = (value) => (number(value).startsWith('−') ? `− ${number(value).slice(1)}` : `+ ${number(value)}`);

// { value, angle (null where no sine or cosine is taken), formula, pair (words, or '') }
export function formula({ kind, dim, side, lead }, position, feature, value) {
  const name = `PE(${position}, ${feature})`;
  const plain = (found, words) => ({ value: found, angle: null, formula: `${name} = ${words}`, pair: '' });
  if (kind === 'none') return plain(0, '0: nothing is added');
  if (kind === 'index') return plain(position, `pos = ${position}`);
  if (kind === 'learned') return plain(value, `${number(value)}: learned, there is no formula`);
  if (kind === 'rotary') return turn(position, feature, dim);
  if (kind === 'sinusoidal') return wave(name, position, String(position), feature, feature, dim, 'positions');
  if (position < lead) return plain(0, '0: the class token has no place in the grid');
  const row = Math.floor((position - lead) / side);
  const column = (position - lead) % side;
  const wide = dim - Math.floor(dim / 2);
  if (feature < wide) return wave(name, row, `row ${row}`, feature, feature, wide, 'rows');
  return wave(name, column, `column ${column}`, feature, feature - wide, Math.floor(dim / 2), 'columns');
}

function wave(name, place, told, feature, own, dim, unit) {
  const even = own - (own % 2);
  const angle = place / 10000 ** (even / dim);
  const [word, value] = own % 2 ? ['cos', Math.cos(angle)] : ['sin', Math.sin(angle)];
  const first = feature - (own % 2);
  const pair = even + 1 < dim ? `features ${first} and ${first + 1} are sine and cosine` : `feature ${first} is the sine`; // an odd width
  return {
    value,
    angle,
    formula: `${name} = ${word}(${told} / 10000^(${even}/${dim})) = ${word}(${number(angle)}) = ${number(value)}`,
    pair: `i = ${even / 2}: ${pair} of an angle that ${period(even, dim)} ${unit}`,
  };
}

function turn(position, feature, dim) {
  const even = feature - (feature % 2);
  const angle = position / 10000 ** (even / dim);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const pair = `i = ${even / 2}: features ${even} and ${even + 1} of queries and keys are the point (x, y)`;
  const made = `(x, y) → (${number(cos)} x ${plus(-sin)} y, ${number(sin)} x ${plus(cos)} y)`;
  return {
    value: feature % 2 ? sin : cos,
    angle,
    formula: `angle ${position} / 10000^(${even}/${dim}) = ${number(angle)}: ${made}`,
    pair: `${pair}; its turn ${period(even, dim)} positions`,
  };
}

// After how many places the angle has gone round once.
function period(even, dim) {
  const around = 2 * Math.PI * 10000 ** (even / dim);
  return `goes round once in ${around < 100 ? around.toFixed(1) : thousands(around)}`;
}
