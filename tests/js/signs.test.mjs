import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sign, signed } from '../../dashboard/training/time_chart/signs.js';

test('each color has a sign of its own', () => {
  const shapes = ['run', 'right', 'wrong', 'ink'].map((color) => sign(color, 0, 0));
  assert.equal(new Set(shapes).size, 4);
});

test('a line carries a few signs on points that are known, its last one among them', () => {
  assert.deepEqual(signed([3, NaN, 5, 5, NaN]), [2, 2, 3]);
  assert.deepEqual(signed(Array(61).fill(1)), [10, 20, 30, 40, 50, 60]);
  assert.deepEqual(signed([7]), [0]);
  assert.deepEqual(signed([NaN, NaN]), []);
});
