import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formula } from '../../pages/positions/board/formula.js';
import { golden } from './golden.mjs';

golden('positions', (entries) => {
  for (const kind of new Set(entries.map((entry) => entry.kind))) {
    test(`numbers and formulas of "${kind}" positions are those of the probe`, () => {
      for (const entry of entries.filter((one) => one.kind === kind)) {
        const made = formula(entry, entry.position, entry.feature, 0);
        assert.equal(made.formula, entry.formula);
        assert.ok(Math.abs(made.value - entry.value) < 1e-12, `${made.value} is not ${entry.value}`);
      }
    });
  }
});

test('a learned number has no formula', () => {
  const made = formula({ kind: 'learned', dim: 8, side: 8, lead: 1 }, 3, 2, -0.25);
  assert.deepEqual([made.value, made.formula, made.angle], [-0.25, 'PE(3, 2) = −0.2500: learned, there is no formula', null]);
});

test('a feature says which angle it shares', () => {
  const wave = { kind: 'sinusoidal', dim: 7, side: 0, lead: 0 };
  assert.match(formula(wave, 1, 3, 0).pair, /^i = 1: features 2 and 3 are sine and cosine of an angle that goes round once in/);
  assert.match(formula(wave, 1, 6, 0).pair, /^i = 3: feature 6 is the sine/); // an odd width
});

test('the first pair goes round once in 2π positions', () => {
  assert.match(formula({ kind: 'sinusoidal', dim: 64, side: 0, lead: 0 }, 1, 0, 0).pair, /goes round once in 6\.3 positions$/);
});
