import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fileName, lines } from '../../dashboard/kit/figure_file.js';

test('a caption is broken between words, and no word is lost', () => {
  const text = 'GRU on shapes, run recorded-shapes-gru: validation n = 1,500; epoch 16.00 of 17.';
  for (const letters of [12, 20, 33, 400]) {
    const found = lines(text, letters);
    assert.equal(found.join(' '), text);
    assert.ok(found.every((line) => line.length <= letters || !line.includes(' ')), String(letters));
  }
  assert.equal(lines(text, 400).length, 1);
  assert.deepEqual([lines('', 20), lines('  ', 20)], [[], []]);
});

test('a file is named by plain letters and digits', () => {
  assert.equal(fileName('Right answers, while they learn (‖J‖)'), 'right-answers-while-they-learn-j');
  assert.equal(fileName('∑'), 'figure');
});
