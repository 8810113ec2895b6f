import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axis, diverging, greatest, least, roundTicks } from '../../dashboard/kit/scale.js';

const near = (one, other) => assert.ok(Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other)), `${one} is not ${other}`);

test('an axis puts its ends at its pixels', () => {
  const { place } = axis([2, 10], 100, 300, { pad: 0 });
  near(place(2), 100);
  near(place(10), 300);
  near(place(6), 200);
});

test('an axis leaves a share of its range at both ends', () => {
  const { low, high } = axis([0, 100], 0, 1, { pad: 0.1 });
  assert.deepEqual([low, high], [-10, 110]);
});

test('a pixel leads back to its value', () => {
  const { place, value } = axis([-3, 8], 40, 900);
  for (const number of [-3, -0.5, 0, 7.25]) near(value(place(number)), number);
});

test('an axis that grows upwards has its pixels the other way round', () => {
  const { place } = axis([0, 1], 200, 0, { pad: 0 });
  near(place(0.25), 150);
});

test('a logarithmic axis has equal steps for equal factors', () => {
  const { place } = axis([1, 1000], 0, 300, { log: true, pad: 0 });
  near(place(10) - place(1), 100);
  near(place(1000) - place(100), 100);
});

test('a logarithmic axis without a positive value is a linear one', () => {
  const { ticks, place } = axis([0, -1], 0, 10, { log: true, range: [0, 1] });
  assert.deepEqual([place(0), place(1)], [0, 10]); // nothing is known: it goes from 0 to 1
  assert.ok(ticks.length > 2);
});

test('what is not known has no place, and does not move the ends', () => {
  const { low, high, place } = axis([1, NaN, 2, Infinity], 0, 1, { pad: 0 });
  assert.deepEqual([low, high], [1, 2]);
  assert.ok(Number.isNaN(place(NaN)) && Number.isNaN(place(Infinity)));
});

test('an axis without values goes from 0 to 1, and one of a single value has room around it', () => {
  const { low: none, high: all } = axis([], 0, 1);
  assert.ok(Math.abs(none + 0.04) < 1e-12 && Math.abs(all - 1.04) < 1e-12);
  const { low, high } = axis([5, 5], 0, 1);
  assert.ok(low < 5 && high > 5);
});

test('a range that is given is kept', () => {
  const { low, high } = axis([0, 100], 0, 1, { range: [20, 30] });
  assert.deepEqual([low, high], [20, 30]);
});

for (
  const [low, high, most, expected] of [
    [0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 100, 4, [0, 50, 100]],
    [-1, 1, 4, [-1, -0.5, 0, 0.5, 1]],
    [0.1, 0.3, 2, [0.1, 0.2, 0.3]],
    [3, 47, 6, [10, 20, 30, 40]],
  ]
) test(`round ticks from ${low} to ${high}`, () => assert.deepEqual(roundTicks(low, high, most), expected));

test('ticks stand inside the axis, are multiples of one step and are not too many', () => {
  for (const [low, high] of [[0, 7], [-2.3, 11.9], [1e-7, 3e-7], [99990, 100010], [-1e9, 2e9]]) {
    const ticks = roundTicks(low, high, 6);
    assert.ok(ticks.length >= 2 && ticks.length <= 8, `${low} ${high}: ${ticks}`);
    const step = ticks[1] - ticks[0];
    for (const tick of ticks) {
      assert.ok(tick >= low - 1e-9 * (high - low) && tick <= high + 1e-9 * (high - low));
      near(Math.round(tick / step), tick / step);
    }
  }
});

test('a logarithmic axis has powers of ten, and parts of them where there is room', () => {
  assert.deepEqual(
    axis([1e-9, 1], 0, 1, { log: true, pad: 0, most: 4 }).ticks.map((tick) => Math.log10(tick)).every(Number.isInteger),
    true,
  );
  assert.deepEqual(axis([1, 10], 0, 1, { log: true, pad: 0 }).ticks, [1, 2, 5, 10]);
  assert.deepEqual(axis([1, 100], 0, 1, { log: true, pad: 0 }).ticks, [1, 3, 10, 30, 100]);
});

test('least and greatest take a hundred thousand numbers', () => {
  const many = Float32Array.from({ length: 200_000 }, (_, i) => Math.sin(i));
  near(least(many), Math.fround(Math.min(...many.subarray(0, 1000), -1)));
  assert.ok(greatest(many) <= 1 && greatest(many) > 0.9999);
  assert.deepEqual([least([]), greatest([])], [Infinity, -Infinity]);
});

// ---- colors ----

const COLORS = { above: [0, 114, 178], below: [213, 94, 0] };

test('a diverging scale says its true range', () => {
  const { low, high, limit } = diverging([-1, 0.5, 3], COLORS);
  assert.deepEqual([low, high, limit], [-1, 3, 3]);
});

test('the number that is furthest from 0 has the full color, and 0 has none', () => {
  const { rgba } = diverging([-4, 2], COLORS);
  assert.deepEqual(rgba(-4), [213, 94, 0, 255]);
  assert.deepEqual(rgba(2), [0, 114, 178, 128]);
  assert.deepEqual(rgba(0), [0, 114, 178, 0]);
});

test('equal distances from 0 are equally full on both sides', () => {
  const { strength } = diverging([-2, 5], COLORS);
  for (const value of [0.1, 1, 2]) assert.equal(strength(value), strength(-value));
});

test('a limit of its own is where a color is full', () => {
  const { rgba, strength } = diverging([0.5], { ...COLORS, limit: 1, full: 230 });
  assert.deepEqual(rgba(0.5), [0, 114, 178, 115]);
  assert.equal(strength(7), 1);
});

test('a table of nothing but zeros has no colors', () => {
  const { rgba, limit } = diverging([0, 0], COLORS);
  assert.deepEqual([limit, rgba(0)[3]], [1, 0]);
});

test('the picture of a scale is clear where 0 is', () => {
  assert.equal(
    diverging([-1, 3], COLORS).gradient(),
    'linear-gradient(to right, rgb(213 94 0 / 0.3333333333333333), transparent 25%, rgb(0 114 178 / 1))',
  );
  assert.equal(diverging([1, 4], COLORS).gradient(), 'linear-gradient(to right, rgb(0 114 178 / 0.25), rgb(0 114 178 / 1))');
});
