import assert from 'node:assert/strict';
import { test } from 'node:test';

import { between, flood, nib } from '../../dashboard/kit/strokes.js';

test('a stroke that does not move is on its pixel', () => assert.deepEqual(new Set(between([3, 4], [3, 4]).map(String)), new Set(['3,4'])));

test('a stroke has both ends and no gap, in every direction', () => {
  for (const to of [[9, 2], [-5, 7], [0, -8], [6, 6]]) {
    const line = between([0, 0], to);
    assert.deepEqual([line[0], line.at(-1)], [[0, 0], to]);
    line.slice(1).forEach(([x, y], at) => assert.ok(Math.max(Math.abs(x - line[at][0]), Math.abs(y - line[at][1])) === 1));
  }
});

for (
  const [width, drawn] of [
    [1, ['#']],
    [2, ['##', '##']],
    [3, ['###', '###', '###']],
    [4, ['.##.', '####', '####', '.##.']],
    [5, ['.###.', '#####', '#####', '#####', '.###.']],
  ]
) {
  test(`a pen ${width} wide is round`, () => {
    const pixels = new Set(nib(width).map(String));
    const first = -Math.floor((width - 1) / 2);
    const rows = Array.from(
      { length: width },
      (_, y) => Array.from({ length: width }, (__, x) => (pixels.has(`${first + x},${first + y}`) ? '#' : '.')).join(''),
    );
    assert.deepEqual(rows, drawn);
  });
}

const sheetOf = (...rows) => Uint32Array.from(rows.join(''), Number);

test('a fill stays inside a line, and takes all of one color that touches', () => {
  const pixels = sheetOf('0010', '0010', '1110', '0000');
  assert.ok(flood(pixels, 4, [0, 0], 7));
  assert.deepEqual(pixels, sheetOf('7710', '7710', '1110', '0000'));
});

test('a fill goes through a bend in every direction', () => {
  for (const start of [[0, 0], [2, 0]]) {
    const pixels = sheetOf('010', '010', '000');
    flood(pixels, 3, start, 7);
    assert.deepEqual(pixels, sheetOf('717', '717', '777'));
  }
  const pixels = sheetOf('000', '010', '010');
  flood(pixels, 3, [0, 2], 7);
  assert.deepEqual(pixels, sheetOf('777', '717', '717'));
});

test('a fill does not go round a corner of a line', () => {
  const pixels = sheetOf('010', '100', '000');
  flood(pixels, 3, [0, 0], 7);
  assert.deepEqual(pixels, sheetOf('710', '100', '000'));
});

test('a fill with its own color, or beside the sheet, changes nothing', () => {
  const pixels = sheetOf('01', '10');
  assert.ok(!flood(pixels, 2, [0, 0], 0) && !flood(pixels, 2, [2, 0], 7) && !flood(pixels, 2, [0, -1], 7));
  assert.deepEqual(pixels, sheetOf('01', '10'));
});
