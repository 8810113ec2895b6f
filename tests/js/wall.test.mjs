import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axisOf, duration, staircase, textOf, valueOf } from '../../pages/wall/board/axes.js';
import { boxAt, labels } from '../../pages/wall/board/labels.js';
import { COUNT, shape } from '../../pages/wall/board/marks.js';
import { bestWords, clock, runWords, settingWords, timeWords } from '../../pages/wall/board/words.js';
import { reach, smallCurve } from '../../pages/wall/board/strip.js';
import { golden } from './golden.mjs';

const row = (run, more = {}) => ({
  run,
  title: run,
  model: 'GRU',
  data: 'Shapes',
  status: 'training',
  total: 4,
  epoch: 2.5,
  accuracy: 0.5,
  loss: 1.25,
  seconds: 60,
  settings: {},
  curve: [],
  look: 0,
  ...more,
});
const TIME = { name: 'time', kind: 'seconds', log: false };
const RATE = { name: 'lr', title: 'Learning rate', kind: 'number', log: true, differs: true };
const KIND = { name: 'optimizer', title: 'Optimizer', kind: 'word', log: false, differs: true, order: ['adamw', 'adam', 'sgd'] };

test('a column is read where the row has it', () => {
  const one = row('a', { settings: { lr: 0.01 } });
  assert.equal(valueOf(one, TIME), 60);
  assert.equal(valueOf(one, RATE), 0.01);
  assert.equal(valueOf(one, KIND), null);
  assert.equal(valueOf(row('b', { seconds: null }), TIME), null);
});

test('values have words', () => {
  const told = [[0.7125, 'share'], [125, 'seconds'], [0.004, 'number'], [128, 'number'], [null, 'number'], ['sgd', 'word'], [
    1e-5,
    'number',
  ]];
  assert.deepEqual(told.map(([value, kind]) => textOf(value, kind)), ['71.3 %', '2 min 5 s', '0.004', '128', '–', 'sgd', '1.0·10⁻⁵']);
  assert.deepEqual([0, 0.25, 42.4, 120, 3725].map(duration), ['0 s', '0.3 s', '42 s', '2 min', '1 h 2 min']);
});

test('time begins at 0, and a run without a value has no place', () => {
  const axis = axisOf([row('a', { seconds: 50 }), row('b', { seconds: 100 }), row('c', { seconds: null })], TIME, 0, 106);
  assert.equal(axis.place.get('a'), 50);
  assert.equal(axis.place.get('b'), 100);
  assert.ok(!axis.place.has('c'));
  assert.deepEqual(axis.ticks[0], [0, '0 s']);
  const words = (seconds) => axisOf([row('a', { seconds })], TIME, 0, 100, 4).ticks.map(([, word]) => word);
  assert.deepEqual(words(240), ['0 s', '2 min', '4 min']);
  assert.deepEqual(words(1.4), ['0 s', '0.5 s', '1 s']);
});

test('accuracies that are almost equal stand close together', () => {
  const shares = { name: 'accuracy', kind: 'share' };
  const at = (...values) => axisOf(values.map((accuracy, i) => row(String(i), { accuracy })), shares, 0, 100).place;
  const near = at(0.5, 0.51);
  assert.ok(near.get('1') - near.get('0') < 10 && near.get('0') > 40 && near.get('1') < 60);
  assert.ok(at(0.5, 0.9).get('1') > 90);
  assert.ok(at(0.01).get('0') > 0);
});

test('a declared logarithmic axis has equal steps for equal ratios where values are far apart', () => {
  const rates = (...values) => values.map((lr, i) => row(String(i), { settings: { lr } }));
  const far = axisOf(rates(0.001, 0.01, 0.1), RATE, 0, 100).place;
  assert.ok(Math.abs(far.get('1') - 50) < 1e-9 && Math.abs(far.get('2') + far.get('0') - 100) < 1e-9);
  const near = axisOf(rates(0.01, 0.02, 0.03), RATE, 0, 100).place;
  assert.ok(Math.abs(near.get('1') - 50) < 1e-9, 'close together it is a plain one');
  assert.ok([...axisOf(rates(0, 0.01, 0.1), RATE, 0, 100).place.values()].every(Number.isFinite));
});

test('categories stand in their declared order, and runs of one beside each other', () => {
  const kinds = ['sgd', 'adamw', 'sgd', 'strange', 'adamw'].map((optimizer, i) => row(String(i), { settings: { optimizer } }));
  const { place, ticks } = axisOf(kinds, KIND, 0, 300);
  assert.deepEqual(ticks.map(([, word]) => word), ['adamw', 'sgd', 'strange']);
  assert.deepEqual(ticks.map(([at]) => at), [50, 150, 250]);
  assert.equal(place.get('3'), 250);
  assert.ok(place.get('0') < 150 && place.get('2') > 150 && place.get('0') > 100 && place.get('2') < 200);
  assert.equal(new Set(place.values()).size, 5);
});

test('the staircase is level between its steps, and reaches the edge', () => {
  const corners = staircase([[1, 0.5], [3, 0.75]], (x) => 10 * x, (y) => 100 - 100 * y, 99);
  assert.deepEqual(corners, [[10, 50], [30, 50], [30, 25], [99, 25]]);
  assert.deepEqual(staircase([], () => 0, () => 0, 9), []);
});

test('names lie over no other name and over no point, inside of the figure, the most important first', () => {
  const room = { left: 0, right: 300, top: 0, bottom: 200 };
  let seed = 7;
  const draw = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let turn = 0; turn < 20; turn += 1) {
    const points = Array.from({ length: 40 }, (_, i) => ({ x: 300 * draw(), y: 200 * draw(), radius: 6, text: `Name ${i}` }));
    const made = labels(points, room).map(({ box }) => box);
    const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
    made.forEach((box, i) => {
      assert.ok(box.left >= 0 && box.right <= 300 && box.top >= 0 && box.bottom <= 200);
      for (const other of made.slice(i + 1)) assert.ok(apart(box, other));
      for (const { x, y, radius } of points) {
        assert.ok(x + radius <= box.left || x - radius >= box.right || y + radius <= box.top || y - radius >= box.bottom);
      }
    });
  }
  const first = labels([{ x: 100, y: 100, radius: 6, text: 'first' }, { x: 100, y: 130, radius: 6, text: 'second' }], room);
  assert.equal(first[0].point.text, 'first');
  assert.deepEqual(first[0].box, boxAt('right', first[0].point, 'first'));
});

test('each model has a shape of its own', () => {
  assert.equal(new Set(Array.from({ length: COUNT }, (_, look) => shape(look, 8))).size, COUNT);
  assert.equal(shape(COUNT, 8), shape(0, 8));
});

test('small curves share one scale and end where the run is', () => {
  const rows = [row('a', { curve: [[1, 0.2, 1], [2, 0.6, 2]] }), row('b', { curve: [[1, 1, 1]], total: 10 }), row('c')];
  assert.deepEqual(reach(rows), [0.2, 1]);
  assert.equal(smallCurve(rows[0], reach(rows)), '25.0,29.0 50.0,15.0');
  assert.equal(smallCurve(rows[1], reach(rows)), '10.0,1.0');
  assert.equal(smallCurve(rows[2], reach(rows)), '');
  assert.deepEqual(reach([row('c')]), [0, 1]);
});

test('what is said of a run', () => {
  const one = row('Quiet Otter', { settings: { lr: 0.004, optimizer: 'sgd' }, accuracy: null, loss: null, seconds: null });
  assert.equal(settingWords(one, [TIME, RATE, KIND]), 'learning rate 0.004, optimizer sgd');
  assert.equal(
    runWords(one, [RATE], { own: true, name: 'Ann' }),
    'Quiet Otter · yours · Ann: GRU on Shapes, training, epoch 2 of 4. no epoch yet. Own settings: learning rate 0.004.',
  );
  assert.equal(bestWords(row('Amber Wolf'), [RATE], { data: 'Shapes' }), 'Best so far on Shapes: 50.0 %, Amber Wolf');
  assert.equal(bestWords(one, [RATE], { ended: true }), 'Best: –, Quiet Otter (learning rate 0.004)');
  assert.equal(bestWords(undefined, []), '');
});

test('the time of a search', () => {
  assert.deepEqual([0, 59.9, 125].map(clock), ['0:00', '0:59', '2:05']);
  assert.equal(timeWords({ seconds: 180 }, 61), '1:01 of 3:00');
  assert.equal(timeWords({ seconds: 180 }, 181), 'time is up: 3:01');
  assert.equal(timeWords({ seconds: 180, ended: true }, 100), 'ended after 1:40');
});

golden('wall', ({ head, rows, models }) => {
  test('what Python packs is what the board reads', () => {
    for (const column of head.columns) {
      for (const known of rows) {
        const value = valueOf(known, column);
        assert.ok(value === null || typeof value === (column.kind === 'word' ? 'string' : 'number'), `${column.name} ${value}`);
      }
    }
    const { place, ticks } = axisOf(rows, head.columns.find(({ name }) => name === 'lr'), 0, 100);
    assert.equal(place.size, rows.length);
    assert.ok(ticks.length > 1);
    assert.ok(rows.every(({ look }) => look < COUNT));
    assert.ok(models <= COUNT, 'each model of the lab has a shape of its own');
  });
});
