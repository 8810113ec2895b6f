import assert from 'node:assert/strict';
import { test } from 'node:test';

import { height, nearest, nudged, stroke } from '../../pages/vote/board/line.js';

test('a first touch lays the whole curve at its height', () => {
  assert.deepEqual(stroke(null, 4, null, [2, 30]), [30, 30, 30, 30]);
});

test('places that a quick stroke jumps over lie on its straight line, in both directions', () => {
  assert.deepEqual(stroke([0, 0, 0, 0, 0], 5, [0, 10], [4, 50]), [10, 20, 30, 40, 50]);
  assert.deepEqual(stroke([0, 0, 0, 0, 0], 5, [3, 40], [1, 20]), [0, 20, 30, 40, 0]);
  const before = [1, 2, 3];
  assert.deepEqual(stroke(before, 3, [1, 7], [1, 9]), [1, 9, 3]);
  assert.deepEqual(before, [1, 2, 3]);
});

test('a place and a height are found within the axes', () => {
  assert.deepEqual([-1, 0, 0.24, 0.26, 1, 9].map((across) => nearest(across, 3)), [0, 0, 0, 1, 2, 2]);
  assert.deepEqual([-0.5, 0, 0.25, 1, 2].map((down) => height(down, 0, 100)), [100, 100, 75, 0, 0]);
});

test('keys move one place by a twentieth of the axis, and not beyond it', () => {
  assert.deepEqual(nudged([0, 50, 100], 1, 1, 0, 100), [0, 55, 100]);
  assert.deepEqual(nudged([0, 50, 100], 2, 1, 0, 100), [0, 50, 100]);
  assert.deepEqual(nudged([0, 50, 100], 0, -1, 0, 100), [0, 50, 100]);
});
