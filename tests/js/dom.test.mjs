import assert from 'node:assert/strict';
import { test } from 'node:test';

import { button, drag, keyed, make, partsOf, set, share, spoken, spot, svg } from '../../dashboard/kit/dom.js';
import { Element, event } from './page.mjs';

test('make takes a class or attributes, and children of every kind', () => {
  const made = make('div', 'card', 'a', 0, make('b', '', 'c'));
  assert.equal(made.className, 'card');
  assert.equal(made.textContent, 'a0c');
  assert.deepEqual(make('input', { type: 'range', max: 5, hidden: null, title: undefined, 'aria-checked': false }).attributes, {
    type: 'range',
    max: '5',
    'aria-checked': 'false',
  });
});

test('make without a look has no class', () => assert.deepEqual(make('span').attributes, {}));

test('a button does not send a form', () => {
  assert.deepEqual(button('go', 'Go').attributes, { class: 'go', type: 'button' });
  assert.equal(button({ 'data-act': 'play' }, 'Play').textContent, 'Play');
});

test('set leaves alone what is null or undefined', () => {
  const made = set(new Element('i'), { a: 1 });
  assert.deepEqual(set(made, { a: null, b: '' }).attributes, { a: '1', b: '' });
});

test('spoken speaks to screen readers', () => {
  const made = new Element('i');
  spoken(made, { valuemin: 0, valuetext: 'none' });
  assert.deepEqual(made.attributes, { 'aria-valuemin': '0', 'aria-valuetext': 'none' });
});

test('svg takes numbers and drawings as children', () => {
  const drawing = svg('g', { x: 1 }, svg('title', {}, 'told'), 7);
  assert.deepEqual([drawing.attributes.x, drawing.textContent], ['1', 'told7']);
});

// ---- keyed ----

function listed() {
  const [list, rows, log] = [new Element('ul'), new Map(), []];
  const show = (names) =>
    keyed(list, rows, names, {
      key: (name) => name,
      create: (name) => ({ element: make('li', '', name) }),
      update: (row, name, place) => log.push(`${name}${place}`),
    });
  return { list, log, show, text: () => list.children.map((row) => row.textContent).join('') };
}

for (const [before, after] of [['abc', 'abc'], ['abc', 'cab'], ['abc', 'b'], ['', 'ab'], ['ab', ''], ['abcd', 'xdby']]) {
  test(`keyed brings "${before}" to "${after}" and keeps the rows that stay`, () => {
    const { list, log, show, text } = listed();
    show([...before]);
    const kept = new Map(list.children.map((row) => [row.textContent, row]));
    log.length = 0;
    show([...after]);
    assert.equal(text(), after);
    for (const row of list.children) if (before.includes(row.textContent)) assert.equal(row, kept.get(row.textContent));
    assert.deepEqual(log, [...after].map((name, place) => name + place));
  });
}

// ---- pointers ----

test('share is where a pointer is, 0 to 1', () => {
  const made = new Element('i');
  made.box = { left: 10, top: 20, width: 200, height: 50 };
  assert.deepEqual(share({ clientX: 60, clientY: 70 }, made), [0.25, 1]);
});

test('spot is where a pointer is, in pixels', () => {
  const made = new Element('i');
  made.box = { left: 10, top: 20, width: 200, height: 50 };
  assert.deepEqual(spot({ clientX: 60, clientY: 70 }, made), [50, 50]);
});

test('parts of a board are found by their class', () => {
  const root = { querySelector: (selector) => `the element ${selector}` };
  assert.deepEqual(partsOf(root, 'grid-', ['name', 'image-title']), {
    name: 'the element .grid-name',
    'image-title': 'the element .grid-image-title',
  });
});

function dragged(how = {}) {
  const [element, heard] = [new Element('canvas'), []];
  drag(element, {
    press: ([x]) => heard.push(`press ${x}`),
    move: ([x], _, held) => heard.push(`${held ? 'drag' : 'hover'} ${x}`),
    release: () => heard.push('release'),
    leave: () => heard.push('leave'),
    ...how,
  });
  return {
    heard,
    element,
    do: (type, x = 0, more = {}) => element.dispatchEvent(event(type, { clientX: x, clientY: 0, pointerId: 1, button: 0, ...more })),
  };
}

test('a pointer hovers, presses, drags and lets go', () => {
  const pointer = dragged();
  pointer.do('pointermove', 10);
  pointer.do('pointerdown', 20);
  pointer.do('pointermove', 30);
  pointer.do('pointerup');
  pointer.do('pointerleave');
  assert.deepEqual(pointer.heard, ['hover 0.1', 'press 0.2', 'drag 0.3', 'release', 'leave']);
});

test('the other buttons of a mouse do not press', () => {
  const pointer = dragged();
  pointer.do('pointerdown', 20, { button: 2 });
  assert.deepEqual([pointer.heard, pointer.element.captured.size], [[], 0]);
});

test('a press that is refused holds nothing', () => {
  const pointer = dragged({ press: () => false });
  pointer.do('pointerdown', 20);
  pointer.do('pointermove', 30);
  assert.deepEqual(pointer.heard, ['hover 0.3']);
});

test('a press that is broken off lets go, unless it has a word of its own', () => {
  const [plain, own] = [dragged(), dragged({ cancel: () => own.heard.push('cancel') })];
  for (const pointer of [plain, own]) pointer.do('pointercancel');
  assert.deepEqual([plain.heard, own.heard], [['release'], ['cancel']]);
});
