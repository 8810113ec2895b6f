import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cellWords, matrixWords, momentAt, shades, verdict } from '../../dashboard/training/watched/moments.js';

const NAMES = ['cat', 'dog', 'ship'];
const COUNTS = [8, 2, 0, 1, 9, 0, 0, 0, 0];

test('a replay shows the last moment that was there, and the newest one afterwards', () => {
  const moments = [[1, 'a'], [2, 'b'], [3, 'c']];
  assert.deepEqual([0.9, 1, 2.99, 7, null].map((epoch) => momentAt(moments, epoch)?.[1]), [undefined, 'a', 'b', 'c', 'c']);
  assert.equal(momentAt([], null), undefined);
});

test('a cell is as dark as its share of its true class, and a class without images is white', () =>
  assert.deepEqual(shades(COUNTS, 3), [0.8, 0.2, 0, 0.1, 0.9, 0, 0, 0, 0]));

test('a cell says what was named what', () => {
  assert.equal(cellWords(NAMES, COUNTS, 1), 'cat misclassified as dog: 2 of 10');
  assert.equal(cellWords(NAMES, COUNTS, 4), 'dog classified correctly: 9 of 10');
});

test('the matrix says its result and its most frequent mistake', () => {
  assert.equal(
    matrixWords(NAMES, [7, 0.85, COUNTS]),
    'Confusion matrix of the validation after epoch 7: 85.0 % right of 20. Most frequent mistake: cat misclassified as dog: 2 of 10.',
  );
  assert.equal(
    matrixWords(NAMES, [1, 1, [1, 0, 0, 0, 1, 0, 0, 0, 1]]),
    'Confusion matrix of the validation after epoch 1: 100.0 % right of 3.',
  );
  assert.match(matrixWords(NAMES, undefined), /comes with the end of the first epoch/);
});

test('a verdict is a mark and words, never a color alone', () => {
  assert.deepEqual(verdict(NAMES, 0, [0, 0.93, 0.93]), { look: 'right', mark: '✓', said: '93 %', full: 'cat, classified correctly: 93 %' });
  assert.deepEqual(verdict(NAMES, 0, [1, 0.6, 0.3]), {
    look: 'wrong',
    mark: '✗',
    said: 'dog 60 %',
    full: 'cat, misclassified as dog: 60 %; cat 30 %',
  });
  assert.equal(verdict(NAMES, 2, undefined).said, 'not judged yet');
});
