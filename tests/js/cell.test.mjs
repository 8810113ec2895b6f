import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KINDS, pieces, TEXTS } from '../../pages/cell/board/formulas.js';
import { Reading, sameEdit } from '../../pages/cell/board/reading.js';
import { units, WALKS } from '../../pages/cell/board/stages.js';
import { judged, typedNumber } from '../../pages/cell/board/typed.js';
import { golden } from './golden.mjs';

const sigmoid = (value) => 1 / (1 + Math.exp(-value));
const near = (one, other, within = 1e-5) => assert.ok(Math.abs(one - other) <= within, `${one} is not ${other}`);
const plain = (text) => pieces(text).map(([words]) => words).join('');
const result = (text) => Number(plain(text).split(' = ').at(-1).replace('−', '-'));

test('pieces are words with their inks', () => {
  assert.deepEqual(pieces('[h|h]ₜ = tanh([W|sub])'), [['h', 'h'], ['ₜ = tanh(', ''], ['W', 'sub'], [')', '']]);
  assert.deepEqual(pieces('no ink'), [['no ink', '']]);
});

test('every text names every part of its kind', () => {
  for (const [kind, text] of Object.entries(TEXTS)) {
    const letters = new Set(pieces(text).map(([, ink]) => ink).filter(Boolean));
    assert.deepEqual([...letters].sort(), KINDS[kind].parts.map(({ letter }) => letter).sort());
  }
});

golden('cells', (messages) => {
  for (const message of messages) {
    const { kind } = message;
    const reading = new Reading(message);
    const places = [0, 1, reading.T - 1].flatMap((t) => Array.from({ length: reading.H }, (_, j) => reading.view(j, t)));

    test(`${kind}: every equation ends in the number that the cell has`, () => {
      for (const view of places) {
        for (const { field, numbers } of reading.kind.parts) near(result(numbers(view)), view.of(field), 0.0051);
      }
    });

    test(`${kind}: the sum in brackets, squashed, is that number`, () => {
      for (const view of places) {
        for (const { field, numbers } of reading.kind.parts) {
          const [, squash, sum] = plain(numbers(view)).match(/(σ|tanh)\((−?[\d.]+)\) = −?[\d.]+$/) ?? [];
          if (!squash || field === 'hidden' && kind !== 'rnn') continue; // o·tanh(c) is no squashed sum
          near((squash === 'σ' ? sigmoid : Math.tanh)(Number(sum.replace('−', '-'))), view.of(field), 0.0051);
        }
      }
    });

    test(`${kind}: the products of an equation are those of its sum`, () => {
      for (const view of places) {
        for (let g = 0; g < view.gates; g += 1) {
          let sum = view.bi(g);
          for (let c = 0; c < view.C; c += 1) sum += view.wi(g, c) * view.x(c);
          near(sum, view.fromInput(g));
          if (kind === 'gru2014' && g === 2) continue; // r acts before that product
          sum = view.bh(g);
          for (let k = 0; k < view.H; k += 1) sum += view.wh(g, k) * view.before(k);
          near(sum, view.fromState(g));
        }
      }
    });

    test(`${kind}: every row of an affine map leads to its sum, in both rows of the batch`, () => {
      for (const stage of WALKS[kind].slice(0, 2)) {
        const view = reading.view(1, 2);
        const { head, rows } = stage.table(reading, view);
        const vectors = rows.filter(({ gate }) => !gate).map(({ cells }) => cells.map(({ value }) => value));
        assert.equal(vectors.length, 2);
        for (const { name, gate, cells } of rows.filter((row) => row.gate)) {
          assert.equal(cells.length, head.length);
          if (kind === 'gru2014' && gate === 'n' && stage.formula.startsWith('W_hh')) continue;
          const [bias, ...sums] = cells.slice(-3).map(({ value }) => value);
          vectors.forEach((vector, b) => {
            near(cells.slice(0, -3).reduce((sum, { value }, n) => sum + value * vector[n], bias), sums[b], 1e-4);
          });
          assert.ok(cells.slice(-2).every((cell) => cell.result) && name);
        }
      }
    });

    test(`${kind}: the last stage computes the new state from what stands beside it`, () => {
      const view = reading.view(0, 2);
      const { rows } = WALKS[kind].at(-1).table(reading, view);
      for (const { cells } of rows) {
        const [a, b, c, d, last] = cells.map(({ value }) => value);
        const expected = {
          rnn: [Math.tanh(a + b), d],
          lstm: [a * Math.tanh(b), d],
          gru: [a * b + c * d, last],
          gru2014: [a * b + c * d, last],
        }[kind];
        near(...expected);
      }
      assert.equal(rows.length, 2 * reading.H);
    });

    test(`${kind}: gates are squashed sums`, () => {
      const view = reading.view(1, 1);
      for (const { letter, field } of reading.kind.parts) {
        const g = reading.kind.gates.indexOf(letter);
        if (g < 0 || letter === 'n' || letter === 'a') continue;
        const squash = letter === 'g' ? Math.tanh : sigmoid;
        near(squash(view.fromInput(g) + view.fromState(g)), view.of(field));
      }
    });

    test(`${kind}: a state at the start can be replaced, a later one is a result`, () => {
      const placesOf = (t) => WALKS[kind][1].table(reading, reading.view(0, t)).rows[0].cells.map(({ place }) => place).filter(Boolean);
      assert.ok(placesOf(0).includes('h0 0 0'));
      assert.ok(!placesOf(1).some((place) => place.startsWith('h0')));
    });
  }

  test('readings are compared where their shapes are the same', () => {
    const [rnn, lstm, gru, gru2014] = messages.map((message) => new Reading(message));
    assert.ok(gru.alike(gru2014) && !gru.alike(lstm) && !rnn.alike(gru));
    assert.ok(!gru.alike(new Reading({ ...messages[2], T: 3 })));
  });

  test('too many rows show the chosen unit alone', () => {
    const [, lstm] = messages.map((message) => new Reading(message));
    assert.deepEqual(units(lstm, 1), [0, 1, 2, 3]);
    assert.deepEqual(units({ ...lstm, H: 13, kind: lstm.kind }, 7), [7]);
  });

  test('rows of the weights are called after gate and unit', () => {
    const [, lstm] = messages.map((message) => new Reading(message));
    assert.deepEqual([0, 3, 4, 15].map((row) => lstm.rowName(row)), ['i₁', 'i₄', 'f₁', 'o₄']);
  });
});

test('the same edit is one at the same place', () => {
  const message = (...edits) => ({ setup: 's', kind: 'gru', edits });
  assert.ok(sameEdit(message(['x', 0, 1, 0.5]), message(['x', 0, 1, 0.7])));
  assert.ok(!sameEdit(message(['x', 0, 1, 0.5]), message(['x', 0, 2, 0.5])));
  assert.ok(!sameEdit(message(), message()));
  assert.ok(!sameEdit(message(['x', 0, 1, 0.5]), { ...message(['x', 0, 1, 0.5]), setup: 'other' }));
});

for (
  const [text, value, problem] of [
    [' −0.5 ', -0.5, ''],
    ['7', 7, ''],
    ['0,5', NaN, '0,5 is no number between −9 and 9: write a point: 0.5.'],
    ['-,5', NaN, '-,5 is no number between −9 and 9: write a point: -0.5.'],
    ['', NaN, 'Nothing is no number between −9 and 9: type for example −0.5.'],
    ['12', 12, '12 is no number between −9 and 9: type for example −0.5.'],
  ]
) test(`"${text}" is read as ${value}`, () => assert.deepEqual(typedNumber(text, 9), { value, problem }));

for (
  const [expected, ...given] of [['right', '0,333', 1 / 3], ['right', '−0.33', -1 / 3], ['wrong', '0.34', 1 / 3], ['', ' ', 0], [
    'wrong',
    'a',
    0,
  ]]
) test(`"${given[0]}" for ${given[1]} is ${expected || 'no answer'}`, () => assert.equal(judged(...given), expected));
