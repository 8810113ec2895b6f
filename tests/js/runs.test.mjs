import assert from 'node:assert/strict';
import { test } from 'node:test';

import { curves, series, titleOf, withoutOutliers } from '../../pages/compare/board/curves.js';
import { compact, duration } from '../../pages/compare/board/numbers.js';
import { parallel, scaled, varied } from '../../pages/compare/board/parallel.js';
import { nearestLine } from '../../pages/compare/board/panel.js';
import { svgPen } from '../../pages/compare/board/pens.js';
import { scatter } from '../../pages/compare/board/scatter.js';
import { columnsOf, csv, matcher, pointRemedy, sets, sorted, telling } from '../../pages/compare/board/table.js';
import { notes, runWords, source, summary } from '../../pages/compare/board/words.js';
import { golden } from './golden.mjs';

const run = (id, more = {}) => ({
  id,
  kind: 'own',
  model: 'GRU',
  data: 'shapes',
  status: 'finished',
  epochs: 2,
  total: 2,
  n: 1000,
  accuracy: 0.5,
  low: 0.469,
  high: 0.531,
  parameters: 12345,
  seconds: 30,
  steps_per_epoch: 10,
  rows: [[1, 10, 15, 2, 0.25, 1.5, 0.4], [2, 20, 30, 1, 0.5, 1, 0.5]],
  curve: { n: 0, size: 1, stride: 1, loss: [], top1: [] },
  config: { lr: 0.01, dataset: 'shapes', ema: false },
  ...more,
});
const SMALL = run('small', {
  accuracy: 0.3,
  parameters: 500,
  config: { lr: 0.001, dataset: 'cifar10', data: 'cifar', ema: true },
  data: 'CIFAR-10',
});
const WAITS = run('waits', { accuracy: null, low: null, high: null, seconds: null, epochs: 0, rows: [], model: 'ViT' });
const RUNS = [run('big'), SMALL, WAITS];
const COLUMNS = columnsOf([{ name: 'lr', scale: 'log', help: '' }, { name: 'ema' }]);
const ids = (runs) => runs.map(({ id }) => id).join(' ');

// ---- numbers ----

for (const [value, text] of [[0.001, '0.001'], [1234.56, '1235'], [12345, '12.3k'], [1250000, '1.25M'], [-20000, '-20k'], [0, '0']]) {
  test(`${value} is ${text} at an axis`, () => assert.equal(compact(value), text));
}
for (const [seconds, text] of [[1.234, '1.2 s'], [89, '89 s'], [90, '1.5 min'], [3600, '60 min'], [5400, '1.5 h'], [36000, '10 h']]) {
  test(`${seconds} seconds are ${text}`, () => assert.equal(duration(seconds), text));
}

// ---- the table ----

const textOf = (name, one) => COLUMNS.find((column) => column.name === name).text(one);

test('a cell says what is known, and a dash for what is not', () => {
  assert.deepEqual(
    ['accuracy', 'n', 'parameters', 'seconds', 'epochs', 'lr', 'ema'].map((name) => textOf(name, RUNS[0])),
    ['50.0 (46.9 to 53.1)', '1,000', '12,345', '30 s', '2 of 2', '0.01', 'no'],
  );
  assert.deepEqual(['accuracy', 'seconds'].map((name) => textOf(name, WAITS)), ['–', '–']);
});

test('a narrow interval has as many digits as tell its ends apart', () => {
  assert.equal(textOf('accuracy', run('sure', { low: 0.50001, high: 0.50004 })), '50.0 (50.001 to 50.004)');
});

for (
  const [words, kept] of [
    ['', 'big small waits'],
    ['gru', 'big small'],
    ['GRU shapes', 'big'],
    ['lr<0.01', 'small'],
    ['lr<=0.01 lr!=0.001', 'big waits'],
    ['model=vit', 'waits'],
    ['accuracy>40', 'big'],
    ['accuracy!=50', 'small waits'],
    ['data=CIFAR-10', 'small'],
    ['data=cifar10', 'small'],
    ['data=cifar', 'small'],
    ['data!=cifar', 'big waits'],
    ['ema=yes', 'small'],
    ['nothing=1', ''],
    ['own', 'big small waits'],
  ]
) test(`the filter "${words}" keeps ${kept || 'nothing'}`, () => assert.equal(ids(RUNS.filter(matcher(words, COLUMNS))), kept));

for (
  const [words, remedy] of [
    ['lr<0,01', 'Write a point: lr<0.01'],
    ['gru lr>=,5', 'Write a point: lr>=0.5'],
    ['lr<1,5e-3', 'Write a point: lr<1.5e-3'],
    ['lr<0.01', ''],
    ['a, b', ''],
  ]
) test(`"${words}" is answered with "${remedy}"`, () => assert.equal(pointRemedy(words), remedy));

test('runs are in the order of a column, and what is not known comes last either way', () => {
  assert.equal(ids(sorted(RUNS, 'accuracy', COLUMNS)), 'small big waits');
  assert.equal(ids(sorted(RUNS, '-accuracy', COLUMNS)), 'big small waits');
  assert.equal(ids(sorted(RUNS, '-model', COLUMNS)), 'waits big small');
  assert.equal(sorted(RUNS, '', COLUMNS), RUNS);
});

test('names are in the order of the numbers in them', () => {
  assert.equal(ids(sorted([run('run-10'), run('run-9'), run('run-2')], 'run', COLUMNS)), 'run-2 run-9 run-10');
});

test('a table as CSV has every hyperparameter that a run has', () => {
  const [head, first, second] = csv([run('a,"b"', { best_epoch: 2, test: null }), SMALL]).split('\n');
  assert.equal(
    head,
    'run,kind,model,data,validation_images,accuracy,low95,high95,best_epoch,test,parameters,seconds,' +
      'epochs_done,status,epochs,lr,dataset,ema',
  );
  assert.equal(first, '"a,""b""",own,GRU,shapes,1000,0.5,0.469,0.531,2,,12345,30,2,finished,2,0.01,shapes,false');
  assert.ok(second.startsWith('small,own,GRU,CIFAR-10,1000,0.3,') && second.endsWith('2,0.001,cifar10,true'));
});

golden('harmless', (texts) => {
  test('no cell of the CSV is a formula of a spreadsheet, by the rule of core', () => {
    for (const [text, expected] of texts) {
      const [, line] = csv([run('one', { config: { note: text } })]).split(/\n(?=one,)/);
      const quoted = /[",\n\r]/.test(expected) ? `"${expected.replaceAll('"', '""')}"` : expected;
      assert.ok(line.endsWith(`,2,${quoted}\n`), JSON.stringify(text));
    }
  });
});

// ---- curves ----

test('validation is measured at the end of an epoch, training belongs to its middle', () => {
  assert.deepEqual(series(RUNS[0], 'epoch', 'val_top1'), { xs: [1, 2], ys: [40, 50] });
  assert.deepEqual(series(RUNS[0], 'epoch', 'train_loss'), { xs: [0.5, 1.5], ys: [2, 1] });
  assert.deepEqual(series(RUNS[0], 'step', 'val_loss'), { xs: [10, 20], ys: [1.5, 1] });
});

test('time goes evenly between the ends of epochs', () => {
  assert.deepEqual(series(RUNS[0], 'time', 'train_top1'), { xs: [7.5, 22.5], ys: [25, 50] });
  assert.deepEqual(series({ ...RUNS[0], rows: RUNS[0].rows.map(([a, b, , ...rest]) => [a, b, null, ...rest]) }, 'time', 'val_loss').xs, [
    NaN,
    NaN,
  ]);
});

test('a training curve is drawn in the middle of the steps that a point is a mean of', () => {
  const curve = { n: 5, size: 2, stride: 4, loss: [3, 2, null], top1: [] };
  assert.deepEqual(series(run('a', { curve }), 'step', 'train_loss'), { xs: [4, 12, 18], ys: [3, 2, NaN] });
});

test('a loss that ran away does not flatten the others', () => {
  const values = [...Array.from({ length: 200 }, (_, i) => 1 + i / 200), 1e6];
  assert.ok(Math.max(...withoutOutliers(values)) < 3);
  assert.equal(withoutOutliers(values, true), values);
  assert.equal(withoutOutliers([1, 1e6]).length, 2);
});

test('a training loss with smoothed labels is called one', () => {
  assert.equal(titleOf('val_loss', RUNS), 'validation loss');
  assert.equal(
    titleOf('train_loss', [run('a', { minimised: true }), run('b')]),
    'training loss (of 1 of 2 runs as minimised, with smoothed labels)',
  );
});

// ---- figures ----

const STYLE = { text: '#000', soft: '#333', grid: '#eee', axis: '#999', background: '#fff', font: 'serif', colors: ['#00f'] };
const SHOW = {
  runs: RUNS,
  columns: COLUMNS.filter(({ own, name }) => own || name === 'model'),
  x: 'epoch',
  y: 'val_top1',
  smooth: 0.6,
  style: STYLE,
  look: () => ({ color: '#00f', width: 1, rank: 0 }),
};
const BOX = { width: 600, height: 232 };

test('the run at a place is the one whose line passes there', () => {
  const figure = curves(BOX, SHOW);
  assert.equal(figure.nearest(figure.across.place(1.5), figure.up.place(45)).id, 'big');
  assert.equal(figure.nearest(figure.across.place(0.05), figure.up.place(45)), null);
  const lines = new Map([['one', [0, 0, 100, 0]], ['other', [0, 20, 100, 40]]]);
  assert.deepEqual([nearestLine(lines, 50, 5), nearestLine(lines, 50, 28), nearestLine(lines, 50, 90)], ['one', 'other', null]);
});

test('a box that is looked at alone fills the figure', () => {
  const { across, up, panel } = curves(BOX, { ...SHOW, zoom: { x: [1, 2], y: [40, 50] } });
  assert.deepEqual([across.place(1), across.place(2), up.place(40), up.place(50)], [panel.left, panel.right, panel.bottom, panel.top]);
});

test('points are found in both panels, and runs without an accuracy in none', () => {
  const figure = scatter(BOX, { ...SHOW, runs: [RUNS[0], WAITS] });
  const seen = new Set();
  for (let x = 0; x < BOX.width; x += 5) for (let y = 0; y < BOX.height; y += 5) seen.add(figure.nearest(x, y)?.id);
  assert.deepEqual([...seen].sort(), ['big', undefined]);
});

test('the columns that divide runs most evenly have an axis first', () => {
  const of = (name, values) => ({ name, value: ({ at }) => values[at] });
  const four = [0, 1, 2, 3].map((at) => ({ at }));
  const columns = [of('same', [1, 1, 1, 1]), of('one', [1, 1, 1, 2]), of('half', [1, 1, 2, 2]), of('all', [1, 2, 3, 4])];
  assert.deepEqual(varied(four, columns).map(({ name }) => name), ['all', 'half', 'one']);
});

test('a hyperparameter is shown where two of the runs have different values of it, the data where they differ', () => {
  const heads = { name: 'num_heads', own: true, value: ({ config }) => config.num_heads ?? null };
  const runs = [run('a', { config: { lr: 0.1, num_heads: 4 } }), run('b', { config: { lr: 0.2 } })];
  const names = (some) => telling([...COLUMNS, heads], some).map(({ name }) => name);
  assert.ok(names(runs).includes('lr') && !names(runs).includes('num_heads') && !names(runs).includes('data'));
  assert.ok(names([...runs, SMALL]).includes('data') && names(runs).includes('model'));
  assert.deepEqual(sets([SMALL, ...runs]), [['shapes', 2], ['CIFAR-10', 1]]);
});

const PANEL = { top: 34, bottom: 130 };

test('an axis of few values has a mark for each, and a foot for what a model does not have', () => {
  const { places, marks } = scaled([64, null, 128], { title: 'width' }, PANEL);
  assert.deepEqual(places, [108, 126, 38]);
  assert.deepEqual(marks, [[108, '64'], [38, '128'], [126, '–']]);
  assert.deepEqual(scaled([true, false], { title: 'ema' }, PANEL).marks.map(([, word]) => word), ['no', 'yes']);
});

test('an axis of many numbers goes from the least to the greatest', () => {
  const values = [1, 10, 100, 1000, 2, 20, 200, 2000, 1e4];
  const { places } = scaled(values, { title: 'n', scale: 'log' }, PANEL);
  assert.deepEqual([places[0], places.at(-1)].map(Math.round), [126, 38]);
  assert.ok(Math.abs(places[1] - places[0] - (places[2] - places[1])) < 1e-9);
  assert.equal(parallel(BOX, SHOW).nearest(0, 0), null);
});

test('accuracies are marked in whole per cent, and with more digits only where whole ones are too few', () => {
  const marks = (values) => scaled(values, { title: 'accuracy', always: true, unit: ' %' }, PANEL).marks.map(([, words]) => words);
  assert.deepEqual(marks([47.74, 83.7]), ['48 %', '84 %', '60 %', '70 %']);
  assert.deepEqual(marks([61.21, 63.04]).slice(0, 2), ['61.2 %', '63 %']);
});

test('the marks before the first axis are all of them in the figure, and long ones say that they are cut', () => {
  const models = ['GRU', 'Two GRUs with attention'].map((model) => run(model, { model }));
  const texts = [];
  const pen = { line() {}, text: (x, y, words, { anchor }) => texts.push({ x, words, anchor }) };
  const column = { title: 'model', value: ({ model }) => model };
  parallel(BOX, { ...SHOW, runs: models, columns: [column] }).base(pen);
  const [short, long] = ['GRU', 'Two GRUs wi…'].map((words) => texts.find((text) => text.words === words));
  assert.deepEqual([short.anchor, long.anchor, short.x], ['end', 'end', long.x]);
  assert.ok(long.x >= 12 * 5.5, 'a letter of 11 px is about half as wide');
});

test('a figure as SVG has every run as a line, and no text that could be a tag', () => {
  const pen = svgPen(600, 232, STYLE);
  curves(BOX, SHOW).base(pen);
  pen.text(0, 0, '<b>', { color: 'rgba(1, 2, 3, 0.5)' });
  const text = pen.toString();
  assert.equal(text.match(/<path [^>]*stroke="#00f"/g).length, 2);
  assert.ok(text.includes('&lt;b&gt;') && !text.includes('<b>'));
  assert.ok(text.includes('fill="rgb(1, 2, 3)" opacity="0.5"'));
});

// ---- words ----

test('the board says how many runs there are and what can be done', () => {
  assert.equal(
    summary({ shown: 3, all: 3, selected: 1, remedy: '' }),
    '3 runs, 1 selected. Point at a run to find it everywhere; click it to select it.',
  );
  assert.equal(
    summary({ shown: 1, all: 3, selected: 0, remedy: 'Write a point: lr<0.1' }),
    '1 of 3 runs, 0 selected. Write a point: lr<0.1.',
  );
});

test('a run is said in a line', () => {
  assert.equal(
    runWords(RUNS[0], (name) => textOf(name, RUNS[0])),
    'big: GRU on shapes · 50.0 (46.9 to 53.1) % of n = 1,000 · 30 s · 12,345 parameters',
  );
  assert.equal(runWords(WAITS, (name) => textOf(name, WAITS)), 'waits: ViT on shapes · no epoch yet · 12,345 parameters');
});

test('what numbers are of is said with their n', () => {
  assert.equal(source([RUNS[0]]), '1 runs; n = 1,000 validation images each; an accuracy is that of the best epoch.');
  assert.ok(
    source([RUNS[0], run('b', { n: 50, sequences: true })]).startsWith('2 runs; n = 50 to 1,000 validation images or sequences each;'),
  );
});

test('runs on different data, and those without times, are said', () => {
  assert.ok(notes(RUNS, 'epoch').includes('on different data (shapes, CIFAR-10)') && !notes(RUNS, 'epoch').includes('without known times'));
  assert.ok(notes([RUNS[0], run('b', { seconds: null })], 'time').includes('1 run without known times'));
  assert.ok(notes([], 'time').startsWith('No run fits the filter.'));
});
