import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accuracy, cellText, cellValues, scaleEnds, sentence } from '../../pages/evaluate/board/matrix.js';

const CLASSES = ['cat', 'dog'];
const COUNTS = [30, 10, 0, 1960]; // row = true class, column = predicted class

test('counts are shown as they are', () => assert.equal(cellValues(COUNTS, 2, 'count'), COUNTS));

test('shares of the true class sum to 100 in every row', () => {
  assert.deepEqual(cellValues(COUNTS, 2, 'true'), [75, 25, 0, 100]);
});

test('shares of the predicted class sum to 100 in every column', () => {
  const [a, b, c, d] = cellValues(COUNTS, 2, 'predicted');
  assert.deepEqual([a, c], [100, 0]);
  assert.ok(Math.abs(b + d - 100) < 1e-9 && Math.abs(b - 1000 / 1970) < 1e-9);
});

test('of nothing there is no share', () => {
  assert.deepEqual(cellValues([0, 0, 1, 3], 2, 'true'), [NaN, NaN, 25, 75]);
  assert.deepEqual(cellValues([0, 2, 0, 3], 2, 'predicted'), [NaN, 40, NaN, 60]);
});

for (
  const [expected, ...given] of [
    ['12', 12, 0, false],
    ['0', 0.2, 0, false],
    ['0', -0.04, 1, true],
    ['0', 0.04, 1, true],
    ['+3', 3, 0, true],
    ['−3', -3, 0, true],
    ['+0.1', 0.1, 1, true],
    ['–', NaN, 0, true],
  ]
) test(`a cell with ${given.join(', ')} says ${expected}`, () => assert.equal(cellText(...given), expected));

test('accuracy is the share of the diagonal', () => {
  assert.deepEqual(accuracy(COUNTS, 2), { images: 2000, share: 0.995 });
  assert.deepEqual(accuracy([0, 0, 0, 0], 2), { images: 0, share: 0 });
});

test('a sentence says what a cell counts', () => {
  assert.equal(
    sentence(COUNTS, CLASSES, 0, 1),
    'cat misclassified as dog: 10 images, 25.0 % of class cat, 0.5 % of those classified as dog',
  );
  assert.equal(
    sentence(COUNTS, CLASSES, 1, 1),
    'dog, classified correctly: 1,960 images, 100.0 % of class dog, 99.5 % of those classified as dog',
  );
  assert.equal(
    sentence([0, 0, 0, 2], CLASSES, 0, 0),
    'cat, classified correctly: 0 images, none of class cat, none of those classified as cat',
  );
});

test('the ends of the scale have their unit, and both signs for a difference', () => {
  assert.deepEqual(scaleEnds(1234, 'count', false), ['0', '1,234 images']);
  assert.deepEqual(scaleEnds(12.34, 'true', false), ['0', '12.3 % of the true class']);
  assert.deepEqual(scaleEnds(12.34, 'predicted', true), ['−12.3', '+12.3 percentage points of the predicted class']);
});
