// The table of runs: its columns, what a filter keeps, an order, and all of it as CSV. Pure.
import { thousands } from '../../../dashboard/kit/text.js';
import { duration } from './numbers.js';

const percent = (share) => (100 * share).toFixed(1);
// As many digits as tell both ends of an interval apart: none looks as if it had no width.
const between = (low, high) => {
  const digits = [1, 2, 3, 4, 5, 6].find((n) => (100 * low).toFixed(n) !== (100 * high).toFixed(n)) ?? 7;
  return `${(100 * low).toFixed(digits)} to ${(100 * high).toFixed(digits)}`;
};

const FIXED = [
  { name: 'run', title: 'run', value: (run) => run.id },
  { name: 'model', title: 'model', value: (run) => run.model },
  { name: 'data', title: 'data', value: (run) => run.data, help: 'Accuracies on different data sets cannot be compared.' },
  {
    name: 'accuracy',
    title: 'accuracy %',
    value: (run) => (run.accuracy === null ? null : 100 * run.accuracy),
    text: (run) => `${percent(run.accuracy)} (${between(run.low, run.high)})`,
    help: 'Validation accuracy at the best epoch; in brackets its 95 % interval for the choice of the images.',
  },
  { name: 'n', title: 'n', value: (run) => run.n, text: (run) => thousands(run.n), help: 'Validation images.' },
  {
    name: 'parameters',
    title: 'parameters',
    value: (run) => run.parameters,
    text: (run) => thousands(run.parameters),
    help: 'Number of weights of the model.',
  },
  {
    name: 'seconds',
    title: 'time',
    value: (run) => run.seconds,
    text: (run) => duration(run.seconds),
    help: 'Time of all epochs, validation included.',
  },
  { name: 'epochs', title: 'epochs', value: (run) => run.epochs, text: (run) => `${run.epochs} of ${run.total}` },
  { name: 'status', title: 'status', value: (run) => run.status },
];

function plain(value) {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

// The columns of all runs: the fixed ones, then the hyperparameters in which they differ ([{name, scale, help}]).
export function columnsOf(differing) {
  const own = differing.map(({ name, scale, help }) => ({
    name,
    title: name,
    scale,
    help,
    own: true,
    value: (run) => run.config[name] ?? null,
  }));
  return [...FIXED, ...own].map((column) => {
    const text = column.text ?? ((run) => plain(column.value(run)));
    return { ...column, text: (run) => (column.value(run) === null ? '–' : text(run)) };
  });
}

/** The columns to show of some runs: the data, and a hyperparameter, only where two of them have different values of it. */
export function telling(columns, runs) {
  const known = (column) => new Set(runs.map((run) => column.value(run)).filter((value) => value !== null));
  return columns.filter((column) => !(column.own || column.name === 'data') || known(column).size > 1);
}

/** The data sets of some runs, those of most runs first. */
export function sets(runs) {
  const counts = new Map();
  for (const run of runs) counts.set(run.data, (counts.get(run.data) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

// A function that says whether a run is kept: every word must occur in it, every "name<value" must hold.
export function matcher(words, columns) {
  const tests = words.trim().split(/\s+/).filter(Boolean).map((word) => {
    const [, name, sign, wanted] = /^([\w]+)(<=|>=|!=|<|>|=)(.+)$/.exec(word) ?? [];
    const column = name && (columns.find((one) => one.name === name) ?? { value: (run) => run.config[name] ?? null });
    return column ? (run) => holdsFor(run, name, column, sign, wanted) : (run) => haystack(run, columns).includes(word.toLowerCase());
  });
  return (run) => tests.every((test) => test(run));
}

// What to write instead of a decimal comma in "lr<0,01"; empty where there is none.
export function pointRemedy(words) {
  const [, name, whole, part] = /(?:^|\s)(\w+(?:<=|>=|!=|<|>|=)-?)(\d*)[,，](\d+(?:e-?\d+)?)(?=\s|$)/i.exec(words) ?? [];
  return name ? `Write a point: ${name}${whole || '0'}.${part}` : '';
}

// A data set is found by what it is called here (CIFAR-10), and by its name and its folder's (cifar10, cifar), as links said once.
function holdsFor(run, name, column, sign, wanted) {
  const other = name === 'data' ? [run.config.dataset, run.config.data].filter(Boolean) : [];
  const holding = [column.value(run), ...other].map((value) => holds(value, sign, wanted));
  return sign === '!=' ? holding.every(Boolean) : holding.some(Boolean);
}

function holds(value, sign, wanted) {
  if (value === null) return sign === '!=';
  const [a, b] = typeof value === 'number' ? [value, Number(wanted)] : [plain(value).toLowerCase(), wanted.toLowerCase()];
  return { '=': a === b, '!=': a !== b, '<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b }[sign];
}

function haystack(run, columns) {
  run.haystack ??= columns.filter((column) => !column.own).map((column) => column.text(run)).join(' ').toLowerCase() + ` ${run.kind}`;
  return run.haystack;
}

// Runs in the order of a column's name, "-" before it for descending; as they came without one. What is not known comes last.
export function sorted(runs, order, columns) {
  const column = columns.find((one) => one.name === order.replace(/^-/, ''));
  if (!column) return runs;
  const sign = order.startsWith('-') ? -1 : 1;
  const compare = (
    a,
    b,
  ) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true }));
  return [...runs].sort((one, other) => {
    const [a, b] = [column.value(one), column.value(other)];
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * compare(a, b);
  });
}

const CSV = [
  'id',
  'kind',
  'model',
  'data',
  'n',
  'accuracy',
  'low',
  'high',
  'best_epoch',
  'test',
  'parameters',
  'seconds',
  'epochs',
  'status',
];

const HEADS = { id: 'run', low: 'low95', high: 'high95', n: 'validation_images', epochs: 'epochs_done' };

// Text that a spreadsheet would compute, as in core/frames.py: there is the reason.
const FORMULA = /^(?![+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?(?![\s\S]))[=+@\t\r-][\s\S]/;

function cell(value) {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value ?? '');
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Runs as CSV, accuracies as shares of 1, with every hyperparameter that one of them has.
export function csv(runs) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.config)))].filter((name) => !['model', 'data', 'epochs'].includes(name));
  const head = CSV.map((name) => HEADS[name] ?? name);
  const lines = runs.map((run) => [...CSV.map((name) => run[name]), run.total, ...names.map((name) => run.config[name])]);
  return [[...head, 'epochs', ...names], ...lines].map((line) => line.map(cell).join(',')).join('\n') + '\n';
}
