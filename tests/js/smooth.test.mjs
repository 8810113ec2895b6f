import assert from 'node:assert/strict';
import { test } from 'node:test';

import { smooth } from '../../dashboard/kit/smooth.js';

const near = (ones, others) => ones.forEach((one, at) => assert.ok(Math.abs(one - others[at]) < 1e-12, `${ones} is not ${others}`));

test('without weight for the past nothing is smoothed', () => assert.deepEqual(smooth([3, 1, 2], 0), [3, 1, 2]));

test('a constant stays one from its first value on', () => near(smooth([2, 2, 2, 2], 0.9), [2, 2, 2, 2]));

test('a mean has the weights of an exponential moving average', () => {
  const [first, second, third] = smooth([1, 2, 4], 0.5);
  near([first, second, third], [1, (0.5 * 1 + 2) / 1.5, (0.25 * 1 + 0.5 * 2 + 4) / 1.75]);
});

test('what is not known stays so, and does not count', () => {
  assert.deepEqual(smooth([1, null, NaN, 1], 0.9).slice(0, 3), [1, null, NaN]);
  near([smooth([1, null, 3], 0.5)[2]], [smooth([1, 3], 0.5)[1]]);
});
