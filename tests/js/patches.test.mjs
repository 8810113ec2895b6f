import assert from 'node:assert/strict';
import { test } from 'node:test';

import { arrange, LABELLED, Tokens } from '../../pages/patches/board/layout.js';

for (const [count, width, height] of [[64, 500, 400], [1, 300, 300], [4, 300, 300], [1024, 480, 420], [16, 320, 200], [256, 1200, 380]]) {
  test(`${count} patches fit ${width} x ${height} px, and are as large as can be`, () => {
    const { columns, cell, line, pitch, height: high } = arrange(count, width, height);
    const lines = Math.ceil(count / columns);
    assert.ok(columns * pitch <= width + 1e-9 && lines * line <= height + 1e-9 && high === lines * line);
    assert.ok(cell <= 96 && cell > 0);
    for (let other = 1; other <= count; other += 1) { // no other number of columns gives larger ones
      const gap = Math.min(6, Math.max(1, 0.15 * (width / other)));
      const size = Math.min(width / other - gap, 96);
      const fits = Math.ceil(count / other) * (size + gap + (size >= LABELLED ? 10 : 0)) <= height;
      assert.ok(!fits || size <= cell + 1e-9);
    }
  });
}

test('where nothing fits, all stand in one line', () => {
  assert.deepEqual(arrange(10, 100, 1), { columns: 10, cell: 10, line: 1, pitch: 10, width: 100, height: 1 });
});

const TOKENS = new Tokens(Float32Array.of(1, 0, 0, 1, 2, 0, -1, 0, 0, 0), 5); // (5, 2)

test('tokens are cut out of one array', () => {
  assert.deepEqual([...TOKENS.at(1)], [0, 1]);
  assert.equal(TOKENS.width, 2);
});

test('the nearest token points the same way, however long it is', () => {
  const [first, second, third] = TOKENS.nearest(0, [0, 1, 2, 3, 4], 3);
  assert.deepEqual([first, second, third], [[2, 1], [1, 0], [4, 0]]);
});

test('the opposite is furthest, and a token is not its own neighbour', () => {
  const all = TOKENS.nearest(0, [0, 1, 2, 3, 4], 9);
  assert.deepEqual(all.map(([token]) => token), [2, 1, 4, 3]);
  assert.equal(all.at(-1)[1], -1);
});

test('equal tokens come in the order of reading', () => {
  assert.deepEqual(TOKENS.nearest(0, [4, 1, 0, 2, 3], 9).map(([token]) => token), [2, 4, 1, 3]);
});

test('cosines are those of a product by hand', () => {
  const values = Float32Array.from({ length: 24 }, (_, n) => Math.sin(n * n));
  const tokens = new Tokens(values, 4);
  const norm = (v) => Math.hypot(...v);
  for (const [m, cosine] of tokens.nearest(2, [0, 1, 2, 3], 3)) {
    const [a, b] = [tokens.at(2), tokens.at(m)];
    const expected = a.reduce((sum, value, k) => sum + value * b[k], 0) / (norm(a) * norm(b));
    assert.ok(Math.abs(cosine - expected) < 1e-9);
  }
});
