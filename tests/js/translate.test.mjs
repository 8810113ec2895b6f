import assert from 'node:assert/strict';
import { test } from 'node:test';

import { drawnNodes, Memory, Weights } from '../../pages/translate/board/weights.js';
import { given, outcome, quoted, share, shown, stepWords } from '../../pages/translate/board/words.js';
import { golden } from './golden.mjs';

golden('translated', ({ message, cross, memory }) => {
  test('weights of attention are those of core, to 16 bits', () => {
    const weights = new Weights(message.maps.cross);
    assert.deepEqual([weights.layers, weights.heads, weights.rows, weights.columns], [cross.length, cross[0].length, 3, 4]);
    cross.forEach((heads, layer) =>
      heads.forEach((rows, head) =>
        rows.forEach((row, t) => {
          row.forEach((weight, s) => assert.ok(Math.abs(weights.at(layer, head, t, s) - weight) <= 0.5 / 65535 + 1e-9));
          const mean = heads.reduce((sum, other) => sum + other[t][0], 0) / heads.length;
          assert.ok(Math.abs(weights.at(layer, -1, t, 0) - mean) <= 1 / 65535);
          assert.ok(Math.abs(weights.row(layer, head, t).reduce((a, b) => a + b, 0) - 1) < 1e-4);
        })
      )
    );
  });

  test('the memory is that of core, to 7 bits', () => {
    const unpacked = new Memory(message.memory);
    assert.deepEqual([unpacked.tokens, unpacked.features], [memory.length, memory[0].length]);
    memory.flat().forEach((value, at) => {
      const step = unpacked.most / 127;
      assert.ok(Math.abs(unpacked.values[at] * step - value) <= 0.51 * step);
    });
  });
});

for (const [p, text] of [[0, '0.000'], [0.5, '0.500'], [1, '1.000'], [0.99987, '0.99987'], [0.0004, '4.0e−4'], [0.001, '0.001']]) {
  test(`a probability of ${p} reads ${text}`, () => assert.equal(share(p), text));
}

test('what has no ink has a sign, and a name in sentences', () => {
  assert.deepEqual([' ', 'a', '⊣'].map(shown), ['␣', 'a', '⊣']);
  assert.deepEqual([' ', 'a', '⊣', '⊢'].map(quoted), ['the space', '“a”', 'the end ⊣', 'the beginning ⊢']);
  assert.deepEqual(given(['a', 'b']), ['⊢', 'a', 'b']);
});

for (
  const [expected, ...texts] of [
    ['Written: ab. That is right.', 'ab', 'ab'],
    ['Written: ab. Right would be cd.', 'ab', 'cd'],
    ['Written: ab. Right would be nothing but the end.', 'ab', ''],
    ['Written: nothing but the end.', '', null],
  ]
) test(`"${texts[0]}" for ${texts[1]}: ${expected}`, () => assert.equal(outcome(...texts), expected));

test('a step says what it writes and what it reads most', () => {
  const reading = { source: ['a', ' '], weights: [0.25, 0.75], bottleneck: false };
  assert.equal(stepWords('b', 0.5, reading), 'Writes “b”, p = 0.500. It reads the space (2 of 2) most, 0.750.');
  assert.equal(stepWords('b', 0.5, { ...reading, weights: null }), 'Writes “b”, p = 0.500.');
  assert.ok(
    stepWords('b', 0.5, { ...reading, weights: null, bottleneck: true }).endsWith(
      'It knows the input only through the one vector with which it began.',
    ),
  );
});

test('a tree shows what was kept and the best of the rest, best first', () => {
  const node = (number, depth, score, kept) => ({ number, depth, score, kept });
  const nodes = [node(0, 0, 0, true), node(1, 1, -3, true), node(2, 1, -1, false), node(3, 1, -2, false)];
  assert.deepEqual(drawnNodes(nodes, 1).map((step) => step.map(({ number }) => number)), [[0], [2, 1]]);
});
