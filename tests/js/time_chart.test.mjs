import assert from 'node:assert/strict';
import { test } from 'node:test';

import { courses, ends, levels, numbered, powers, valueWords } from '../../dashboard/training/time_chart/axes.js';

const LOG = { log: true, limits: [1e-38, 1e38], pinned: [] };
const SHARES = { log: false, limits: [], pinned: [] };

for (
  const [name, expected, ...given] of [
    ['whole powers around its values', [-4, 2], [0.0002, 3, 50], LOG],
    ['room around values of one size', [-1, 1], [2, 3], LOG],
    ['down to the smallest number where a value is 0', [-38, 0], [0, 0.5], LOG],
    ['up to the largest number where a value is infinite', [0, 38], [2, Infinity], LOG],
    ['no further than the limits', [-38, 38], [1e-300, 1e300], LOG],
    ['ends without values', [0, 1], [NaN], LOG],
  ]
) test(`a log axis has ${name}`, () => assert.deepEqual(ends(...given).map((end) => end + 0), expected));

test('a plain axis has room around its values, and ends that are given are kept', () => {
  assert.deepEqual(ends([0.25, 0.75], SHARES), [-0.25, 1.25]);
  assert.deepEqual(ends([3, 9], SHARES), [3, 9]);
  assert.deepEqual(ends([3, 9], { ...SHARES, pinned: [0, 1] }), [0, 1]);
});

test('powers of ten are few, and 1 is among them', () => {
  assert.deepEqual(powers(-2, 3), [-2, -1, 0, 1, 2, 3]);
  for (const [low, high] of [[-38, 2], [-7, 9], [-120, 38], [-1, 1]]) {
    const exponents = powers(low, high);
    assert.ok(exponents.length >= 3 && exponents.length <= 9 && exponents.some((power) => Object.is(power, 0)), String(exponents));
    assert.ok(exponents.every((power) => power >= low && power <= high));
  }
});

test('levels have words', () => {
  assert.deepEqual(levels([-1, 1], true), [[0.1, '10⁻¹'], [1, '1'], [10, '10¹']]);
  assert.deepEqual(levels([0, 1], false), [[0, '0 %'], [0.25, '25 %'], [0.5, '50 %'], [0.75, '75 %'], [1, '100 %']]);
});

test('numbers stand under the first, the last and round points', () => {
  assert.deepEqual(numbered(64, 800, { first: 1, step: 1 }), [0, 9, 19, 29, 39, 49, 63]);
  assert.deepEqual(numbered(3, 800, { first: 0, step: 0.5 }), [0, 1, 2]);
  assert.deepEqual(numbered(1, 800, { first: 5, step: 1 }), [0]);
});

test('numbers under a chart do not touch', () => {
  for (const width of [300, 700, 1200]) {
    for (const count of [2, 3, 10, 64, 1000]) {
      const points = numbered(count, width, { first: 1, step: 1 });
      const apart = points.slice(1).map((point, at) => ((point - points[at]) / (count - 1)) * width);
      assert.ok(Math.min(...apart) >= 0.6 * 70 || points.length === 2, `${count} points on ${width} pixels`);
    }
  }
});

for (
  const [expected, ...given] of [
    ['0.532', 0.5321, LOG],
    ['4.1·10⁻⁸', 4.06e-8, LOG],
    ['1.0·10⁻⁴⁰ (0 in float32)', 1e-40, LOG],
    ['0 (0 in float32)', 0, LOG],
    ['∞ (∞ in float32)', Infinity, LOG],
    ['–', NaN, LOG],
    ['53.2 %', 0.5321, SHARES],
    ['–', NaN, SHARES],
  ]
) test(`${given[0]} reads ${expected}`, () => assert.equal(valueWords(...given), expected));

test('the course of a line is told by its first and its last value that are known', () => {
  const place = (point) => String(10 * point);
  const lines = [
    { name: 'GRU', values: [NaN, 0.75, 0.5, 0.25, NaN] },
    { name: 'LSTM', values: [0.5] },
    { name: 'RNN', values: [NaN] },
  ];
  assert.equal(courses(lines, SHARES, place), 'GRU: 75.0 % at 10, 25.0 % at 30; LSTM: 50.0 % at 0; RNN: not measured');
});
