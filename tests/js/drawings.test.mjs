import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clock, counted, Shelf } from '../../pages/drawings/board/shelf.js';
import { fewest, Outbox, told } from '../../pages/drawings/pad/outbox.js';

const message = (since, version, pictures = [], gone = []) => ({
  set: 'zoo',
  since,
  version,
  pictures: pictures.map((id) => [id, id[0] === 'c' ? 'cat' : 'dog', 'Quiet Otter', `uri ${id}`]),
  gone,
});
const ids = (shelf) =>
  Object.fromEntries([...shelf.byClass(['cat', 'dog'])].map(([name, pictures]) => [name, pictures.map(({ id }) => id)]));

test('pictures lie by class, the newest first', () => {
  const shelf = new Shelf();
  assert.ok(shelf.take(message(0, 5, ['c1', 'd1', 'c2'])));
  assert.ok(shelf.take(message(5, 6, ['c3'])));
  assert.deepEqual(ids(shelf), { cat: ['c3', 'c2', 'c1'], dog: ['d1'] });
});

test('a gap is found, and everything takes its place', () => {
  const shelf = new Shelf();
  assert.ok(!shelf.take(message(5, 6, ['c3'])));
  shelf.take(message(0, 6, ['c1']));
  assert.ok(!shelf.take(message(8, 9, ['c4'])));
  assert.ok(!shelf.take({ ...message(6, 7, ['c5']), set: 'farm' }));
  assert.ok(shelf.take(message(0, 9, ['c1', 'c4'])));
  assert.deepEqual(ids(shelf), { cat: ['c4', 'c1'], dog: [] });
});

test('a dropped picture is out of sight at once, and wished until the server says so', () => {
  const shelf = new Shelf();
  shelf.take(message(0, 5, ['c1', 'c2']));
  shelf.wish('c1', true);
  assert.deepEqual(ids(shelf).cat, ['c2']);
  assert.deepEqual(shelf.wishes(), [{ id: 'c1', dropped: true }]);
  shelf.take(message(5, 6, ['c3']));
  assert.deepEqual(ids(shelf).cat, ['c3', 'c2'], 'a message that says nothing of it does not bring it back');
  shelf.take(message(6, 7, [], ['c1']));
  assert.deepEqual(shelf.wishes(), []);
  assert.deepEqual(shelf.dropped, ['c1']);
  shelf.wish('c1', false);
  assert.deepEqual(shelf.wishes(), [{ id: 'c1', dropped: false }]);
  shelf.take(message(7, 8, ['c1']));
  assert.deepEqual([shelf.wishes(), shelf.dropped, ids(shelf).cat], [[], [], ['c1', 'c3', 'c2']]);
});

test('of many wishes the server gets what it takes at a time', () => {
  const shelf = new Shelf();
  for (let number = 0; number < 150; number += 1) shelf.wish(`c${number}`, true);
  assert.equal(shelf.wishes().length, 100);
  assert.equal(shelf.wishes().at(-1).id, 'c149');
});

test('a sheet stays in the outbox until it is answered, and numbers go on', () => {
  const outbox = new Outbox();
  outbox.answered(4);
  outbox.put('cat', 'a');
  assert.deepEqual(outbox.put('dog', 'b').map(({ number }) => number), [5, 6]);
  outbox.answered(5);
  assert.deepEqual(outbox.sheets.map(({ png }) => png), ['b']);
  for (let sheet = 0; sheet < 9; sheet += 1) outbox.put('cat', 'c');
  assert.ok(outbox.full);
});

test('the class with the fewest pictures is suggested, the first of equals', () => {
  assert.equal(fewest(['a', 'b', 'c'], [3, 1, 1]), 'b');
  assert.equal(fewest([], []), '');
});

test('the pad says what was sent, and what was refused', () => {
  const about = { classes: ['cat', 'dog'], counts: [143, 9], mine: 6, waiting: 1, last: 'cat', said: '', most: 60 };
  assert.equal(told(about).said, 'Sent 7, “cat” has 143.');
  assert.equal(told({ ...about, said: 'Too fast.' }).said, 'Too fast.');
  assert.match(told({ ...about, mine: 59 }).said, /Sent 60: that is enough/);
  assert.match(told({ ...about, classes: [] }).head, /Nothing is collected now/);
});

test('time is read in minutes and seconds', () => {
  assert.deepEqual([179.2, 60, 9.5, 0].map(clock), ['3:00', '1:00', '0:10', '0:00']);
  assert.deepEqual([counted(1, 'picture'), counted(1200, 'picture')], ['1 picture', '1,200 pictures']);
});
