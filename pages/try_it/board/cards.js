// What one model answers: the picture as it gets it, its verdict, and its most probable classes, which change places as one looks on.
import { bar } from '../../../dashboard/kit/beliefs.js';
import { make } from '../../../dashboard/kit/dom.js';
import { SIDE } from '../../../dashboard/kit/picture.js';

export const CARD = 6; // pixels of a card's canvas for one of the picture

export function newCard(id) {
  const canvas = make('canvas', { width: SIDE * CARD, height: SIDE * CARD, role: 'img' });
  const words = ['name', 'verdict', 'title', 'tokens'].map((part) => [part, make(part === 'name' ? 'b' : 'span', `patch-${part}`)]);
  const head = make('div', 'patch-head', canvas, make('div', '', ...words.map(([, element]) => element)));
  const bars = make('div', { class: 'patch-bars', role: 'img' });
  const element = make('div', { class: 'patch-card', role: 'listitem', 'data-run': id }, head, bars);
  return { element, canvas, bars, rows: new Map(), ...Object.fromEntries(words) };
}

export function showCard(card, run) {
  card.run = run;
  for (const part of ['name', 'title', 'tokens', 'verdict']) card[part].textContent = run[part];
  card.verdict.className = `patch-verdict ${run.look}`;
  card.element.classList.toggle('right', run.look === 'right');
  card.element.classList.toggle('wrong', run.look === 'wrong');
  card.canvas.ariaLabel = `The picture as ${run.name} gets it: ${run.tokens}`;
  card.bars.ariaLabel = run.bars.map(({ name, text }) => `${name} ${text}`).join(', ');
  card.bars.style.setProperty('--rows', run.bars.length);
  const wanted = new Set(run.bars.map(({ name }) => name));
  for (const [name, row] of card.rows) {
    if (wanted.has(name)) continue;
    row.remove();
    card.rows.delete(name);
  }
  run.bars.forEach((belief, rank) => showBar(card, belief, rank));
}

// A bar keeps its element and moves to its rank: it would jump if the list were put into another order.
function showBar(card, belief, rank) {
  let row = card.rows.get(belief.name);
  if (!row) {
    row = bar(belief, 'patch-bar');
    card.rows.set(belief.name, row);
    card.bars.append(row);
  }
  row.className = `belief patch-bar ${belief.look}`;
  for (const [name, value] of Object.entries({ '--rank': rank, '--p': belief.p, '--was': belief.was })) row.style.setProperty(name, value);
  row.querySelector('.was').hidden = Math.abs(belief.p - belief.was) < 0.005;
  row.querySelector('b').textContent = belief.text;
}
