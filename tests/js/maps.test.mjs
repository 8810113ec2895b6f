// Words on maps of attention, and the path of a state.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { StatePath } from '../../pages/reader/board/path.js';
import { headsOf, nameOf, number, placeOf, size, told } from '../../pages/vit/board/words.js';

const DATA = {
  side: 4,
  lead: 1,
  block: 1,
  columns: 5,
  target: 'ship',
  distance: [[1.5, 2, 2.5]],
  entropy: [[3, 2, 1]],
  even: 2.25,
  bits: 4.09,
};

test('the last two columns have no head', () => {
  assert.equal(headsOf(DATA), 3);
  assert.deepEqual([0, 2, 3, 4].map((column) => nameOf(DATA, 1, column)), [
    'Layer 2, head 1',
    'Layer 2, head 3',
    'Layer 2, rollout to here',
    'Layer 2, gradient × attention, mean over heads',
  ]);
});

for (
  const [expected, value, column] of [
    ['12 %', 0.12, 0],
    ['1.2 %', 0.012, 0],
    ['9.9 %', 0.0994, 0],
    ['10 %', 0.0996, 0],
    ['0.04 %', 0.0004, 3],
    ['0', 0, 4],
    ['0.012', 0.0123, 4],
    ['3e-5', 0.00003, 4],
  ]
) test(`a weight of ${value} in column ${column} is ${expected}`, () => assert.equal(size(value, column, DATA), expected));

test('a place is the class token, a patch or a block of patches', () => {
  assert.equal(placeOf(DATA, 0), 'the class token');
  assert.equal(placeOf(DATA, 6), 'patch 5 (row 2, column 2)');
  assert.equal(placeOf({ ...DATA, lead: 0, block: 2 }, 6), 'block 6 of 2 × 2 patches (row 2, column 3)');
});

const ROW = Uint8Array.from({ length: 16 }, (_, patch) => (patch === 5 ? 255 : 51)); // the most is on patch 5, the others have a fifth

test('a map says what its token reads', () => {
  const words = told(DATA, { token: 1, layer: 0, column: 0 }, [ROW, 0.2, 0.3]);
  assert.match(words, /^Layer 1, head 1\. Patch 0 \(row 1, column 1\) reads patch 5 \(row 2, column 2\) most of all patches: 20 %/);
  assert.match(
    words,
    /, itself 4\.0 %, the class token 30 %\. Distance d = 1\.50 patches \(all patches alike: 2\.25\), entropy 3\.00 of at most 4\.09 bits/,
  );
});

test('who reads itself most is told once', () => {
  assert.match(
    told(DATA, { token: 6, layer: 0, column: 0 }, [ROW, 0.2, 0.3]),
    /reads itself most of all patches: 20 %, the class token 30 %\./,
  );
});

test('the class token does not read itself twice', () => {
  assert.doesNotMatch(told(DATA, { token: 0, layer: 0, column: 0 }, [ROW, 0.2, 0.3]), /the class token 30 %/);
});

test('what no weight can change is said of gradient times attention', () => {
  const words = told(DATA, { token: 3, layer: 0, column: 4 }, [new Uint8Array(16), 0, 0]);
  assert.match(words, /reads nothing: all weights are 0\. For the logit of “ship”\. Nothing after this layer reads this token/);
});

test('what was not measured is none', () => assert.deepEqual([number(null), number(1.005)], ['none', '1.00']));

// ---- the path of a state ----

function path(shown, trained = shown) {
  const made = new StatePath({ clientWidth: 200, clientHeight: 100 });
  made.read(trained, shown);
  return made;
}

test('a path lies in the middle of its canvas, both axes on one scale', () => {
  const made = path(Float32Array.of(0, 0, 10, 0, 10, 10));
  const dots = [0, 1, 2].map((t) => made.dot(made.shown, t));
  assert.deepEqual(dots.map((dot) => dot.map(Math.round)), [[57, 93], [143, 93], [143, 7]]);
});

test('up is up', () => {
  const made = path(Float32Array.of(0, 0, 0, 1));
  assert.ok(made.dot(made.shown, 1)[1] < made.dot(made.shown, 0)[1]);
});

test('both paths are in sight', () => {
  const made = path(Float32Array.of(0, 0, 1, 1), Float32Array.of(-8, 0, 3, 5));
  for (const [x, y] of [0, 1].map((t) => made.dot(made.trained, t))) assert.ok(x >= 0 && x <= 200 && y >= 0 && y <= 100);
});

test('a pointer finds the nearest state', () => {
  const made = path(Float32Array.of(0, 0, 10, 0, 10, 10));
  for (const t of [0, 1, 2]) {
    const [x, y] = made.dot(made.shown, t);
    assert.equal(made.nearest((x + 3) / 200, (y - 2) / 100), t);
  }
});

test('a state that does not move has a place', () => {
  const made = path(new Float32Array(6));
  assert.deepEqual(made.dot(made.shown, 2), [100, 50]);
});
