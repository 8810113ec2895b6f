import assert from 'node:assert/strict';
import { test } from 'node:test';

import { difference, normalised, range, restored, viewed } from '../../pages/data/board/numbers.js';
import { golden } from './golden.mjs';

golden('normalised', (constants) => {
  for (const { name, mean, std, floats, back } of constants) {
    test(`every byte is normalised with ${name} constants as core does it, and comes back`, () => {
      for (const channel of [0, 1, 2]) {
        for (let byte = 0; byte < 256; byte += 1) {
          const float = normalised(byte, mean[channel], std[channel]);
          assert.equal(float, Math.fround(floats[channel][byte]));
          assert.equal(restored(float, mean[channel], std[channel]), byte);
        }
      }
    });
    test(`with ${name} constants in place of the right ones other bytes come back, as core says which`, () => {
      const [right] = constants;
      for (const channel of [0, 1, 2]) {
        for (let byte = 0; byte < 256; byte += 1) {
          const float = normalised(byte, right.mean[channel], right.std[channel]);
          assert.equal(restored(float, mean[channel], std[channel]), back[channel][byte]);
        }
      }
    });
  }
});

const STORED = Uint8Array.of(0, 255, 10, 20, 100, 200); // two pixels, channel after channel
const CONSTANTS = {
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.25, 1],
  backs: [['own', [0.5, 0.5, 0.5], [0.5, 0.25, 1]], ['red', [1, 0.5, 0.5], [0.5, 0.25, 1]]],
};

test('what is stored is shown as it is', () => assert.equal(viewed(STORED, 'stored', CONSTANTS), STORED));

test('every channel has its own mean and deviation', () => {
  const expected = [-1, 1, (10 / 255 - 0.5) / 0.25, (20 / 255 - 0.5) / 0.25, 100 / 255 - 0.5, 200 / 255 - 0.5];
  viewed(STORED, 'normalised', CONSTANTS).forEach((value, at) => assert.ok(Math.abs(value - expected[at]) < 1e-6));
});

test('the same constants lead back to what is stored, others do not', () => {
  assert.deepEqual([...viewed(STORED, '0', CONSTANTS)], [...STORED]);
  assert.deepEqual([...viewed(STORED, '1', CONSTANTS)], [128, 255, 10, 20, 100, 200]);
});

test('a difference is the largest one, and the share of the numbers that changed', () => {
  assert.deepEqual(difference(viewed(STORED, '1', CONSTANTS), STORED), { largest: 128, changed: 1 / 6 });
  assert.deepEqual(difference(STORED, STORED), { largest: 0, changed: 0 });
});

test('a range has both ends and the mean', () => assert.deepEqual(range(Float32Array.of(2, -1, 5)), { low: -1, high: 5, mean: 2 }));
