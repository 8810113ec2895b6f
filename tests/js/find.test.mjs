import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Index, ratio, wordsOf } from '../../dashboard/shell/find/ranking.js';
import { golden } from './golden.mjs';

const NEAR = 1e-9;

golden('finding', ({ entries, asked }) => {
  const index = new Index(entries.map(([kind, title, page, text, names, words]) => ({ kind, title, page, text, names, words })));

  test(`${asked.length} questions are answered as core/guide/find.py answers them`, () => {
    for (const [question, expected] of asked) {
      const found = index.find(question);
      assert.deepEqual(found.map(({ place, rule }) => [place, rule]), expected.map(([place, rule]) => [place, rule]), question);
      found.forEach(({ share }, n) => assert.ok(Math.abs(share - expected[n][2]) < NEAR, question));
    }
  });

  test('among them are answers by every rule, and questions without an answer', () => {
    const rules = new Set(asked.flatMap(([, hits]) => hits.map(([, rule]) => rule)));
    assert.deepEqual([...rules].sort(), [0, 1, 2, 3, 4, 5]);
    assert.ok(asked.some(([, hits]) => !hits.length));
  });
});

test('words are small letters, numbers and singular', () => {
  assert.deepEqual(wordsOf('Task 1.2: Équivariant GRUs, losses & bias'), ['task', '1.2', 'equivariant', 'gru', 'losse', 'bia']);
});

test('two words are as alike as the letters of their blocks', () => {
  assert.equal(ratio('abcd', 'bcde'), 0.75);
  assert.equal(ratio('sufle', 'shuffle'), 10 / 12);
  assert.equal(ratio('abc', 'xyz'), 0);
});

test('without entries nothing is found', () => assert.deepEqual(new Index([]).find('mask'), []));
