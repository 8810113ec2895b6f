import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parsed, SHUFFLES, swapped } from '../../pages/shuffle/board/orders.js';
import { isErased, paintEdits } from '../../pages/try_it/board/edits.js';
import { golden } from './golden.mjs';

const whole = (n) => Array.from({ length: n * n }, (_, place) => place);
const sorted = (order) => [...order].sort((a, b) => a - b);

for (const [name, shuffle] of Object.entries(SHUFFLES)) {
  for (const n of [1, 2, 4, 8]) {
    test(`"${name}" of ${n} x ${n} patches keeps every patch`, () => assert.deepEqual(sorted(shuffle(whole(n), n)), whole(n)));
  }
  test(`"${name}" leaves the order that it gets alone`, () => {
    const order = whole(4);
    shuffle(order, 4);
    assert.deepEqual(order, whole(4));
  });
}

test('reverse twice is nothing, and n² shifts are nothing', () => {
  assert.deepEqual(SHUFFLES.reverse(SHUFFLES.reverse(whole(4))), whole(4));
  let order = whole(4);
  for (let time = 0; time < 16; time += 1) order = SHUFFLES.shift(order);
  assert.deepEqual(order, whole(4));
});

test('a swap changes two places', () => {
  const order = SHUFFLES.swap(whole(4));
  assert.equal(order.filter((patch, place) => patch !== place).length, 2);
});

test('rows stay whole', () => {
  const order = SHUFFLES.rows(whole(4), 4);
  for (let row = 0; row < 4; row += 1) {
    assert.deepEqual(
      order.slice(4 * row, 4 * row + 4),
      [0, 1, 2, 3].map((column) => order[4 * row] + column),
    );
  }
});

test('blocks of 2 x 2 patches stay whole', () => {
  const order = SHUFFLES.blocks(whole(4), 4);
  for (const corner of [0, 2, 8, 10]) {
    const first = order[corner];
    assert.deepEqual([0, 1, 4, 5].map((step) => order[corner + step]), [0, 1, 4, 5].map((step) => first + step));
  }
});

test('every order of three patches is drawn about equally often', () => {
  const counts = new Map();
  for (let time = 0; time < 6000; time += 1) {
    const text = SHUFFLES.random([0, 1, 2]).join('');
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 200, `${count} of 6000`); // 200 is seven standard deviations
});

test('swapped exchanges two places of a copy', () => {
  const order = [0, 1, 2, 3];
  assert.deepEqual([swapped(order, 0, 3), order], [[3, 1, 2, 0], [0, 1, 2, 3]]);
});

test('an order is read as it travels', () => {
  assert.deepEqual([parsed('3.0.1.2', 2), parsed('', 2)], [[3, 0, 1, 2], [0, 1, 2, 3]]);
});

// ---- edits ----

golden('edits', (pictures) => {
  for (const { edits, patch, base, edited } of pictures) {
    test(`a picture with the edits "${edits}" of patches of ${patch} is the one that models get`, () => {
      const painted = paintEdits(Uint8Array.from(base), edits ? edits.split('.') : [], patch, [10, 20, 30], 32);
      assert.deepEqual([...painted].filter((_, at) => at % 4 !== 3), edited);
      assert.ok([...painted].every((value, at) => at % 4 !== 3 || value === 255));
    });
  }
});

for (
  const [expected, edits, patch] of [
    [false, [], 3],
    [true, ['3'], 3],
    [true, ['3', '5'], 3],
    [false, ['3', '3-5'], 3],
    [false, ['3', '5-3'], 5],
    [true, ['5-3', '5'], 5],
    [false, ['13'], 3],
    [true, ['3', '1-2'], 3],
  ]
) {
  test(`after "${edits.join('.')}" patch ${patch} is ${expected ? '' : 'not '}erased`, () =>
    assert.equal(isErased(edits, patch), expected));
}
