import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytes, doubles, floats, int16s, int8s, parted, uint16s } from '../../dashboard/kit/packed.js';
import { golden } from './golden.mjs';

// The oracle is Node's own Buffer, written with the lowest byte first.
function packed(values, size, write) {
  const buffer = Buffer.alloc(values.length * size);
  values.forEach((value, at) => buffer[write](value, at * size));
  return buffer.toString('base64');
}

test('bytes are those that went in', () => {
  const every = Uint8Array.from({ length: 256 }, (_, value) => value);
  assert.deepEqual(bytes(Buffer.from(every).toString('base64')), every);
});

test('nothing is an empty array', () => assert.equal(floats('').length, 0));

for (
  const [name, unpack, size, write, values] of [
    ['int8s', int8s, 1, 'writeInt8', [-128, -1, 0, 127]],
    ['int16s', int16s, 2, 'writeInt16LE', [-32768, -2, 258, 32767]],
    ['uint16s', uint16s, 2, 'writeUInt16LE', [0, 1, 258, 65535]],
    ['floats', floats, 4, 'writeFloatLE', [0, -1.5, 3.0000000054977558e38, 2 ** -149, Infinity]],
    ['doubles', doubles, 8, 'writeDoubleLE', [0.1, -1e300, Number.MIN_VALUE, -Infinity]],
  ]
) {
  test(`${name} have the lowest byte first`, () => {
    const unpacked = unpack(packed(values, size, write));
    assert.equal(unpacked.BYTES_PER_ELEMENT, size);
    assert.deepEqual([...unpacked], values.map((value) => (name === 'floats' ? Math.fround(value) : value)));
  });
}

test('not a number stays one', () => assert.ok(Number.isNaN(doubles(packed([NaN], 8, 'writeDoubleLE'))[0])));

test('parted gives each name its own numbers, in order', () => {
  const arrays = parted(Float32Array.of(1, 2, 3, 4, 5, 6), [['a', 2], ['b', 0], ['c', 4]]);
  assert.deepEqual(Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, [...values]])), {
    a: [1, 2],
    b: [],
    c: [3, 4, 5, 6],
  });
});

golden('packed', (messages) => {
  for (const { kind, base64, values } of messages) {
    test(`Python's ${kind} arrive as they were sent`, () => {
      const unpacked = { int8: int8s, int16: int16s, uint16: uint16s, float32: floats, float64: doubles }[kind](base64);
      assert.deepEqual([...unpacked], values);
    });
  }
});
