import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { Board, mount } from '../../dashboard/kit/board.js';
import { Exchange } from '../../dashboard/kit/exchange.js';
import { Player } from '../../dashboard/kit/player.js';
import { Element, event, observers } from './page.mjs';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

// ---- board ----

class Noted extends Board {
  log = [];

  receive(data, before) {
    this.log.push(`receive ${data.name} after ${before?.name ?? 'nothing'}`);
  }

  draw() {
    this.log.push(`draw ${this.data.name}`);
  }
}

function mounted() {
  const root = new Element('div');
  const parentElement = { querySelector: (selector) => (selector === '.noted' ? root : null) };
  const sent = [];
  const message = (data) =>
    mount('.noted', Noted)({ data, parentElement, setStateValue: (name, value) => sent.push([name, value]), setTriggerValue() {} });
  return { root, sent, message };
}

test('the first message makes a board, and all others go to the same one', () => {
  const { root, message } = mounted();
  message([{ name: 'one' }]);
  const { board } = root;
  message([{ name: 'two' }]);
  assert.equal(root.board, board);
  assert.deepEqual(board.log, ['receive one after nothing', 'draw one', 'receive two after one', 'draw two']);
});

test('the same message again only draws: the theme has changed', () => {
  const { root, message } = mounted();
  const data = { name: 'one' };
  message([data]);
  message([data]);
  assert.deepEqual(root.board.log, ['receive one after nothing', 'draw one', 'draw one']);
});

test('a message of bytes is handed on whole', () => {
  const { root, message } = mounted();
  const bytes = Uint8Array.of(1, 2);
  message(bytes);
  assert.equal(root.board.data, bytes);
});

test('a board without room draws once it has some', () => {
  const { root, message } = mounted();
  root.clientWidth = 0;
  message([{ name: 'one' }]);
  assert.deepEqual(root.board.log, ['receive one after nothing']);
  root.clientWidth = 50;
  observers.at(-1).seen();
  observers.at(-1).seen(); // nothing new
  assert.deepEqual(root.board.log.slice(1), ['draw one']);
});

test('the clean-up of a call that was overtaken leaves the board alone', () => {
  const { root, message } = mounted();
  const cleanUp = message([{ name: 'one' }]);
  cleanUp();
  assert.deepEqual(observers.at(-1).watched, [root]);
  root.connected = false;
  cleanUp();
  assert.deepEqual(observers.at(-1).watched, []);
});

test('what a board tells goes out once, when it has come to rest', () => {
  const { root, sent, message } = mounted();
  message([{ name: 'one' }]);
  for (const t of [1, 2, 3]) {
    root.board.sendAtRest('view', () => t, 500);
    mock.timers.tick(499);
  }
  assert.deepEqual(sent, []);
  mock.timers.tick(1);
  assert.deepEqual(sent, [['view', 3]]);
});

test('a board that has left the page tells nothing more', () => {
  const { root, sent, message } = mounted();
  const cleanUp = message([{ name: 'one' }]);
  root.board.sendAtRest('view', () => 1, 500);
  root.connected = false;
  cleanUp();
  mock.timers.tick(1000);
  assert.deepEqual(sent, []);
});

// ---- player ----

let now = 0;
let frames = [];
globalThis.requestAnimationFrame = (next) => frames.push(next);
globalThis.cancelAnimationFrame = () => (frames = []);
Object.defineProperty(performance, 'now', { value: () => now });

const frameAt = (time) => {
  now = time;
  const due = frames;
  frames = [];
  for (const next of due) next(time);
};

function player(more = {}) {
  [now, frames] = [0, []];
  const [row, button, bar, shown] = [new Element('div'), new Element('button'), new Element('input'), []];
  row.append(button, bar);
  const how = { start: () => 2, end: () => 5, pace: () => 100, show: (place) => shown.push(Math.floor(place)), ...more };
  return { button, bar, shown, player: new Player(button, bar, how), slow: row.children[1] };
}

test('a player goes from where it is to the end, and stops there', () => {
  const { player: playing, button, shown } = player();
  button.dispatchEvent(event('click'));
  assert.equal(button.textContent, 'Stop');
  for (const time of [50, 150, 250, 350]) frameAt(time);
  assert.deepEqual(shown, [2, 3, 4, 5]);
  assert.deepEqual([playing.playing, button.textContent, frames.length], [false, 'Play', 0]);
});

test('a frame that had begun before the click does not play backwards', () => {
  const { player: playing, shown } = player();
  now = 40;
  playing.toggle();
  frameAt(30);
  assert.deepEqual(shown, [2]);
});

test('a player goes to the end at once for who has asked for no movement', () => {
  globalThis.matchMedia = (query) => ({ matches: query === '(prefers-reduced-motion: reduce)' });
  const { player: playing, button, shown } = player();
  button.dispatchEvent(event('click'));
  delete globalThis.matchMedia;
  assert.deepEqual([shown, playing.playing, frames.length], [[5], false, 0]);
});

test('a slow picture leaves steps out but not the end', () => {
  const { player: playing, shown } = player();
  playing.toggle();
  for (const time of [10, 900]) frameAt(time);
  assert.deepEqual(shown, [2, 5]);
});

test('where each step counts, a slow picture makes playing longer', () => {
  const { player: playing, shown } = player({ each: true });
  playing.toggle();
  for (const time of [10, 900, 1000, 1100]) frameAt(time);
  assert.deepEqual(shown, [2, 3, 4, 5]);
});

test('slow makes all players four times as slow at once, is remembered, and moves nothing', () => {
  const kept = new Map();
  globalThis.localStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (...row) => kept.set(...row),
    removeItem: (key) => kept.delete(key),
  };
  const { player: first, shown, slow } = player();
  const other = player().slow;
  assert.deepEqual([slow.textContent, slow.attributes['aria-pressed']], ['Slow', 'false']);
  first.toggle();
  frameAt(50);
  slow.dispatchEvent(event('click'));
  assert.deepEqual([slow, other].map((one) => one.attributes['aria-pressed']), ['true', 'true']);
  assert.deepEqual([...kept.keys()], ['sequence-lab-slow']);
  for (const time of [250, 260, 660]) frameAt(time); // half a step at the fast speed, and then 400 ms a step
  assert.deepEqual(shown, [2, 3, 3, 4]);
  other.dispatchEvent(event('click'));
  assert.deepEqual([slow.attributes['aria-pressed'], kept.size], ['false', 0]);
  delete globalThis.localStorage;
});

test('the button and the space bar stop and go on', () => {
  const { player: playing, button, bar } = player();
  bar.dispatchEvent(event('keydown', { key: ' ' }));
  assert.ok(playing.playing);
  button.dispatchEvent(event('click'));
  assert.ok(!playing.playing);
});

test('who takes the bar stops the player', () => {
  const taken = [];
  const { player: playing, bar } = player({ take: (place) => taken.push(place) });
  playing.toggle();
  bar.value = '4';
  bar.dispatchEvent(event('input'));
  assert.deepEqual([taken, playing.playing], [[4], false]);
});

test('a player whose board has left the page stops by itself', () => {
  const { player: playing, button, shown } = player();
  playing.toggle();
  button.connected = false;
  frameAt(50);
  assert.deepEqual([shown, frames.length], [[], 0]);
});

test('a player has the words it is given', () => {
  const { player: playing, button } = player({ words: ['▶', '⏸'], spoken: ['Play the epochs', 'Stop'] });
  playing.toggle();
  assert.deepEqual([button.textContent, button.attributes['aria-label']], ['⏸', 'Stop']);
  playing.stop();
  assert.deepEqual([button.textContent, button.attributes['aria-label']], ['▶', 'Play the epochs']);
});

// ---- exchange ----

function exchange() {
  const state = { shown: '', answered: '', sent: [] };
  const talk = new Exchange({ shown: () => state.shown, answered: () => state.answered, send: (text) => state.sent.push(text) });
  const show = (text) => {
    state.shown = text;
    talk.ask();
  };
  const answer = (text, anew = false) => {
    state.answered = text;
    talk.receive(anew);
    talk.ask();
  };
  return { state, show, answer, talk };
}

test('one question is on its way at a time, and the last one is asked next', () => {
  const { state, show, answer } = exchange();
  for (const text of ['1', '1.2', '1.2.3']) show(text);
  assert.deepEqual(state.sent, ['1']);
  answer('1');
  assert.deepEqual(state.sent, ['1', '1.2.3']);
  answer('1.2.3');
  assert.deepEqual(state.sent, ['1', '1.2.3']);
});

test('what is answered already is not asked', () => {
  const { state, show } = exchange();
  show('');
  assert.deepEqual(state.sent, []);
});

test('the answer to an older question is not waited for again', () => {
  const { state, show, answer } = exchange();
  show('1');
  answer('0'); // late, of a question before
  assert.deepEqual(state.sent, ['1']);
});

test('a question without an answer is asked again', () => {
  const { state, show } = exchange();
  show('1');
  mock.timers.tick(3999);
  assert.deepEqual(state.sent, ['1']);
  mock.timers.tick(1);
  assert.deepEqual(state.sent, ['1', '1']);
});

test('something else altogether waits for nothing', () => {
  const { state, show, answer } = exchange();
  show('1');
  answer('7', true);
  assert.deepEqual(state.sent, ['1', '1']); // the board still shows 1: asked of what is there now
});

test('an exchange that is over asks no more', () => {
  const { state, show, talk } = exchange();
  show('1');
  talk.close();
  mock.timers.tick(10_000);
  assert.deepEqual(state.sent, ['1']);
});
