import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answer, beside, cellAt, clamp, wrap } from '../../dashboard/kit/keys.js';

const RIGHT = [1, 0];
const LEFT = [-1, 0];
const UP = [0, -1];
const DOWN = [0, 1];

test('clamp keeps what is inside and moves what is outside to the edge', () => {
  assert.deepEqual([-1, 0, 2, 5, 9].map((value) => clamp(value, 0, 5)), [0, 0, 2, 5, 5]);
});

test('clamp of an empty range is its lower end', () => assert.equal(clamp(3, 0, -1), 0));

test('wrap goes round in both directions', () => {
  assert.deepEqual([-6, -1, 0, 4, 5, 11].map((place) => wrap(place, 5)), [4, 4, 0, 4, 0, 1]);
});

test('beside walks over a grid', () => {
  assert.equal(beside(5, RIGHT, 4), 6);
  assert.equal(beside(5, LEFT, 4), 4);
  assert.equal(beside(5, UP, 4), 1);
  assert.equal(beside(5, DOWN, 4), 9);
});

test('beside stays at every edge', () => {
  assert.equal(beside(3, RIGHT, 4), 3);
  assert.equal(beside(4, LEFT, 4), 4);
  assert.equal(beside(2, UP, 4), 2);
  assert.equal(beside(13, DOWN, 4), 13);
});

test('beside knows grids that are not square', () => {
  assert.equal(beside(2, DOWN, 3, 2), 5);
  assert.equal(beside(5, DOWN, 3, 2), 5);
});

test('beside agrees with walking row and column apart', () => {
  for (let place = 0; place < 12; place += 1) {
    for (const [right, down] of [RIGHT, LEFT, UP, DOWN]) {
      const [row, column] = [Math.floor(place / 4) + down, (place % 4) + right];
      const inside = row >= 0 && row < 3 && column >= 0 && column < 4;
      assert.equal(beside(place, [right, down], 4, 3), inside ? 4 * row + column : place);
    }
  }
});

test('cellAt counts row by row', () => {
  assert.equal(cellAt([0, 0], 4), 0);
  assert.equal(cellAt([0.99, 0], 4), 3);
  assert.equal(cellAt([0.3, 0.6], 4), 9);
  assert.equal(cellAt([0.5, 0.5], 3, 2), 4);
});

test('cellAt gives nothing beside the grid', () => {
  for (const share of [[-0.01, 0.5], [1, 0.5], [0.5, -0.01], [0.5, 1], [NaN, 0.5]]) assert.equal(cellAt(share, 4), null);
});

// ---- answer ----

function press(element, key, more = {}) {
  const event = Object.assign(new Event('keydown', { cancelable: true }), { key, ctrlKey: false, metaKey: false, altKey: false }, more);
  element.dispatchEvent(event);
  return event.defaultPrevented;
}

function listening(keys, step) {
  const [element, heard] = [new EventTarget(), []];
  const note = (name) => () => void heard.push(name);
  answer(element, Object.fromEntries(keys.map((key) => [key, note(key)])), step && ((arrow) => void heard.push(arrow.join())));
  return { element, heard };
}

test('answer acts on its keys and keeps the page from scrolling', () => {
  const { element, heard } = listening(['Enter', ' '], true);
  assert.ok(press(element, 'Enter') && press(element, ' ') && press(element, 'ArrowLeft'));
  assert.deepEqual(heard, ['Enter', ' ', '-1,0']);
});

test('answer takes letters in both cases', () => {
  const { element, heard } = listening(['u']);
  press(element, 'U');
  press(element, 'u');
  assert.deepEqual(heard, ['u', 'u']);
});

test('answer leaves other keys, and those with Ctrl, Alt or Command, to the browser', () => {
  const { element, heard } = listening(['r'], true);
  assert.ok(!press(element, 'Tab') && !press(element, 'toString') && !press(element, 'constructor'));
  for (const name of ['ctrlKey', 'metaKey', 'altKey']) assert.ok(!press(element, 'r', { [name]: true }));
  assert.deepEqual(heard, []);
});

test('answer has no arrows unless they are wanted', () => {
  const { element, heard } = listening(['Enter']);
  assert.ok(!press(element, 'ArrowUp'));
  assert.deepEqual(heard, []);
});

test('a key that says what an arrow does comes before the step', () => {
  const { element, heard } = listening(['ArrowUp'], true);
  press(element, 'ArrowUp');
  assert.deepEqual(heard, ['ArrowUp']);
});

test('what returns false has not used its key', () => {
  const element = new EventTarget();
  answer(element, { Enter: () => false }, () => false);
  assert.ok(!press(element, 'Enter') && !press(element, 'ArrowUp'));
});
