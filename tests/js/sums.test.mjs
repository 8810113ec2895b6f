import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bracketed, summands } from '../../dashboard/kit/sums.js';

const written = (...how) => summands(...how).map(({ n, before }) => `${before}${n + 1}`).join('');

test('a negative number stands in brackets', () => {
  assert.deepEqual([-0.25, 0.25, -0].map(bracketed), ['(−0.25)', '0.25', '0.00']);
});

for (
  const [count, most, kept, expected] of [
    [0, 3, 3, ''],
    [1, 3, 3, '1'],
    [3, 3, 3, '1 + 2 + 3'],
    [4, 3, 3, '1 + 2 + … 1 more … + 4'],
    [9, 5, 4, '1 + 2 + 3 + … 5 more … + 9'],
    [5, 5, 4, '1 + 2 + 3 + 4 + 5'],
  ]
) {
  test(`of ${count} terms, ${kept} where there are more than ${most}, stands ${expected || 'nothing'}`, () => {
    assert.equal(written(count, most, kept), expected);
  });
}

test('as many are kept as may be written, unless that is said', () => assert.equal(written(9, 3), '1 + 2 + … 6 more … + 9'));
