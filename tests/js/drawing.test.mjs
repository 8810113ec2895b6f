// What is drawn: pictures, patches, tables, bars and colors.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bar, curves, look, plotBeliefs, ranked } from '../../dashboard/kit/beliefs.js';
import { blank, disc, fitted, sheet } from '../../dashboard/kit/canvas.js';
import { table } from '../../dashboard/kit/matrix.js';
import { convert, corner, frame, framePatch, grid, middle, named, patchOf } from '../../dashboard/kit/patches.js';
import { dimmed, grey, pale, pixels } from '../../dashboard/kit/picture.js';
import { light, parts, signColors } from '../../dashboard/kit/theme.js';
import { Element } from './page.mjs';

// ---- colors ----

for (
  const [color, expected] of [
    ['#fff', [255, 255, 255, 1]],
    ['#0072b2', [0, 114, 178, 1]],
    ['#0072B280', [0, 114, 178, 128 / 255]],
    ['#0008', [0, 0, 0, 136 / 255]],
    ['rgb(1, 2, 3)', [1, 2, 3, 1]],
    ['rgba(1, 2, 3, 0.5)', [1, 2, 3, 0.5]],
    ['rgb(1 2 3 / 25%)', [1, 2, 3, 0.25]],
    ['color(srgb 0.2 0.4 1 / 0.1)', [51, 102, 255, 0.1]],
    ['color(srgb 1e-5 0.4 1)', [0, 102, 255, 1]],
    ['currentColor', null],
    ['red', null],
    ['', null],
  ]
) test(`the parts of ${color || 'nothing'}`, () => assert.deepEqual(parts(color), expected));

test('white is light, black is not, and green is lighter than blue', () => {
  assert.deepEqual([light([255, 255, 255]), light([0, 0, 0])].map(Math.round), [255, 0]);
  assert.ok(light([0, 255, 0]) > light([0, 0, 255]));
});

test('numbers above and below 0 have two colors of the theme', (t) => {
  const theme = { '--lab-run': '#0072b2', '--lab-wrong': '#d55e00' };
  t.mock.method(globalThis, 'getComputedStyle', () => ({ getPropertyValue: (name) => theme[name] ?? '' }));
  assert.deepEqual(signColors(new Element('div')), { above: [0, 114, 178], below: [213, 94, 0] });
});

// ---- pictures ----

const RGB = Uint8Array.of(10, 20, 30, 200, 100, 0);

test('a picture gets its fourth byte', () => assert.deepEqual([...pixels(RGB)], [10, 20, 30, 255, 200, 100, 0, 255]));

test('pixels may be changed one by one', () => {
  assert.deepEqual([...pixels(RGB, (color, pixel) => (pixel ? dimmed(color, 0.5) : color))], [10, 20, 30, 255, 100, 50, 0, 255]);
});

test('what has not been read is pale: grey, between 150 and 206', () => {
  assert.deepEqual(pale([0, 0, 0]), [150, 150, 150]);
  assert.deepEqual(pale([255, 255, 255]).map(Math.round), [206, 206, 206]);
  assert.equal(new Set(grey([10, 200, 30])).size, 1);
});

test('a sheet has its pixels in rows', () => {
  const canvas = sheet(pixels(RGB), 2, 1, new Element('canvas'));
  assert.deepEqual([canvas.width, canvas.height], [2, 1]);
  assert.equal(canvas.pen.calls[0][0], 'putImageData');
});

test('a canvas is fitted to the pixels of the screen', () => {
  const canvas = new Element('canvas');
  const pen = fitted(canvas, 100, 50, { ratio: 1.5, sharp: true });
  assert.deepEqual([canvas.width, canvas.height, canvas.style.width, canvas.style.height], [150, 75, '100px', '50px']);
  assert.deepEqual(pen.calls, [['scale', 1.5, 1.5], ['imageSmoothingEnabled', false]]);
});

test('a canvas to take along is of the color of its paper, all of it', () => {
  assert.deepEqual(blank(100, 50, 'white', { ratio: 3 }).calls, [
    ['scale', 3, 3],
    ['imageSmoothingEnabled', true],
    ['fillStyle', 'white'],
    ['fillRect', 0, 0, 100, 50],
  ]);
});

test('a disc is a whole turn around its middle', () => {
  const pen = new Element('canvas').getContext();
  disc(pen, [3, 4], 5);
  assert.deepEqual(pen.calls, [['beginPath'], ['arc', 3, 4, 5, 0, 2 * Math.PI], ['fill']]);
});

test('a table is a pixel a number, row by row', () => {
  const canvas = table(2, 3, (row, column) => 10 * row + column, (value) => [value, 0, 0, 255], new Element('canvas'));
  const [, image] = canvas.pen.calls[0];
  assert.deepEqual([image.width, image.height, [...image.data].filter((_, at) => at % 4 === 0)], [3, 2, [0, 1, 2, 10, 11, 12]]);
});

// ---- patches ----

test('a pixel belongs to the patch that slicing gives it to', () => {
  const [side, patch] = [8, 4];
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    const [row, column] = [Math.floor(pixel / side), pixel % side];
    assert.equal(patchOf(pixel, patch, side), (row < 4 ? 0 : 2) + (column < 4 ? 0 : 1));
  }
});

test('all pixels of the picture are shared out evenly', () => {
  for (const patch of [1, 2, 4, 8, 16, 32]) {
    const counts = new Map();
    for (let pixel = 0; pixel < 1024; pixel += 1) counts.set(patchOf(pixel, patch), (counts.get(patchOf(pixel, patch)) ?? 0) + 1);
    assert.deepEqual([counts.size, new Set(counts.values()).size], [(32 / patch) ** 2, 1]);
  }
});

test('a patch of a fine grid lies in the patch of a coarse one that covers it, and back in its middle', () => {
  assert.deepEqual([0, 3, 12, 15, 5].map((patch) => convert(patch, 16, 4)), [0, 1, 2, 3, 0]);
  assert.deepEqual([0, 1, 2, 3].map((patch) => convert(patch, 4, 16)), [5, 7, 13, 15]);
  for (let patch = 0; patch < 64; patch += 1) assert.equal(convert(patch, 64, 64), patch);
});

test('corner, middle and name of a patch', () => {
  assert.deepEqual([corner(6, 4, 10), middle(6, 4, 10), named(6, 4)], [[20, 10], [25, 15], 'row 2, column 3']);
});

test('a grid has one line fewer than columns, each way', () => {
  const pen = new Element('canvas').getContext();
  grid(pen, 100, 4, { color: 'red' });
  assert.deepEqual(pen.calls.filter(([name]) => name === 'moveTo').map(([, x, y]) => [x, y]), [
    [25, 0],
    [0, 25],
    [50, 0],
    [0, 50],
    [75, 0],
    [0, 75],
  ]);
});

test('a frame is seen on any picture: a light line under its own', () => {
  const pen = new Element('canvas').getContext();
  frame(pen, [10, 20, 100, 50], 'blue', { line: 4, edge: 3 });
  assert.deepEqual(pen.calls, [
    ['lineWidth', 7],
    ['strokeStyle', '#fff'],
    ['strokeRect', 12, 22, 96, 46],
    ['lineWidth', 4],
    ['strokeStyle', 'blue'],
    ['strokeRect', 12, 22, 96, 46],
  ]);
});

test('the frame of a patch is one inside its box', () => {
  const [patch, box] = [new Element('canvas').getContext(), new Element('canvas').getContext()];
  framePatch(patch, 6, 4, 10, 'blue', { line: 2 });
  frame(box, [20, 10, 10, 10], 'blue', { line: 2 });
  assert.deepEqual(patch.calls, box.calls);
});

// ---- beliefs ----

test('the most probable classes come first, equal ones in their order', () => {
  assert.deepEqual(ranked([0.1, 0.4, 0.1, 0.3, 0.1], 3), [1, 3, 0]);
  assert.deepEqual(ranked([0.5, 0.5], 5), [0, 1]);
});

test('the right class is always in sight', () => {
  assert.deepEqual(ranked([0.4, 0.3, 0.2, 0.1], 2, 3), [0, 3]);
  assert.deepEqual(ranked([0.4, 0.3, 0.2, 0.1], 2, 1), [0, 1]);
});

test('the right class is marked, and an answer that is not it', () => {
  assert.deepEqual([look(2, 2, 2), look(1, 2, 1), look(0, 2, 1), look(1, -1, 1), look(0, -1, 1)], ['true', 'false', '', 'told', '']);
});

test('a bar says its class and how probable it is and was', () => {
  const row = bar({ name: 'cat', p: 0.25, text: '25 %', look: 'true', was: 0.5 }, 'patch-bar');
  assert.deepEqual([row.className, row.textContent, row.style['--p'], row.style['--was']], [
    'belief patch-bar true',
    'cat25 %',
    '0.25',
    '0.5',
  ]);
  assert.equal(bar({ name: 'cat', p: 0, text: '' }).children.length, 3);
});

test('curves go from the first step to the last, the marked one on top', () => {
  const drawing = new Element('svg');
  curves(drawing, 2, 2, (t, k) => [[0, 1], [0.25, 0.75], [1, 0]][t][k], (k) => (k ? '' : 'true'));
  const lines = drawing.children.filter((child) => child.tagName === 'POLYLINE');
  assert.deepEqual(lines.map((line) => [line.attributes.class, line.attributes.points]), [
    ['', '0.0000,0.0000 0.5000,0.2500 1.0000,1.0000'],
    ['true', '0.0000,1.0000 0.5000,0.7500 1.0000,0.0000'],
  ]);
});

for (const [tokens, known, left, ticks] of [[16, 9, true, ['0', '4', '8', '12', '16']], [6, 3, false, ['0', '3', '6']]]) {
  test(`a reader of ${tokens} patches knows from patch ${known} on`, () => {
    const places = { lines: new Element('svg'), known: new Element('span'), axis: new Element('div') };
    plotBeliefs(places, { tokens, classes: ['cat', 'dog'], known, answer: 1 }, () => 0.5, () => '');
    assert.equal(places.known.textContent, `dog from ${known} on`);
    assert.deepEqual([places.known.style.left, places.known.classList.has('left')], [`${(100 * known) / tokens}%`, left]);
    assert.deepEqual(places.axis.children.map((tick) => tick.textContent), ticks);
    assert.equal(places.lines.children.length, 5);
  });
}
