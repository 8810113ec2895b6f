import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pressed } from '../../dashboard/kit/shortcuts.js';

const act = () => {};
const find = { key: 'k', words: 'Find', act, control: true };
const present = { key: 'p', words: 'Present', act };
const space = { key: ' ', words: 'Press a button' }; // somebody else listens
const right = { key: 'ArrowRight', words: 'On', act };
const ALL = [find, present, space, right];
const event = (key, how = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...how });

test('a letter is the same with Shift or a locked keyboard', () => {
  assert.equal(pressed(event('p'), ALL), present);
  assert.equal(pressed(event('P'), ALL), present);
});

test('a key with Ctrl is another one, and the command key is Ctrl', () => {
  assert.equal(pressed(event('p', { ctrlKey: true }), ALL), undefined);
  assert.equal(pressed(event('k'), ALL), undefined);
  assert.equal(pressed(event('k', { ctrlKey: true }), ALL), find);
  assert.equal(pressed(event('K', { metaKey: true }), ALL), find);
});

test('Alt belongs to the browser', () => assert.equal(pressed(event('p', { altKey: true }), ALL), undefined));

test('keys of one sign can be switched off, all others stay', () => {
  assert.equal(pressed(event('p'), ALL, false), undefined);
  assert.equal(pressed(event('ArrowRight'), ALL, false), right);
  assert.equal(pressed(event('k', { ctrlKey: true }), ALL, false), find);
});

test('a key for which somebody else listens is listed only', () => assert.equal(pressed(event(' '), ALL), undefined));
