// What the shuffle test says of one model: the difference of each token on the picture, the largest one on a scale of powers of ten with
// its tolerance, the verdict, and the classes before and after.
import { bar } from '../../../dashboard/kit/beliefs.js';
import { enlarge, penOf } from '../../../dashboard/kit/canvas.js';
import { make } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { floats } from '../../../dashboard/kit/packed.js';
import { corner } from '../../../dashboard/kit/patches.js';
import { SIDE } from '../../../dashboard/kit/picture.js';
import { solid } from '../../../dashboard/kit/theme.js';

const WIDE = 6 * SIDE; // pixels of a card's canvas
const [LOW, HIGH] = [-17, 3]; // powers of ten of the scale
const WORDS = ['name', 'verdict', 'said', 'why'];

export function newCard(id) {
  const canvas = make('canvas', { width: WIDE, height: WIDE, role: 'img' });
  const parts = Object.fromEntries(WORDS.map((part) => [part, make(part === 'name' ? 'b' : 'span', `shuffle-${part}`)]));
  const marks = Object.fromEntries(['noise', 'tolerance', 'dot'].map((part) => [part, make('i', part)]));
  const scale = make('div', { class: 'shuffle-scale', role: 'img' }, ...Object.values(marks), ...[-15, -10, -5, 0].map(tick));
  const head = make('div', 'shuffle-head', parts.name, parts.verdict);
  const bars = make('div', 'shuffle-bars');
  const words = make('div', 'shuffle-words', head, scale, parts.said, parts.why);
  const element = make('div', { class: 'shuffle-card', role: 'listitem', 'data-model': id }, canvas, words, bars);
  return { element, canvas, scale, bars, ...parts, ...marks };
}

function tick(power) {
  const text = power ? ['10', make('sup', '', String(power).replace('-', '−'))] : ['1'];
  return make('small', { style: `--at: ${place(power)}` }, ...text);
}

// A power of ten as a place on the scale, 0 to 1.
const place = (power) => (clamp(power, LOW, HIGH) - LOW) / (HIGH - LOW);

export function showCard(card, model, base) {
  for (const name of WORDS) card[name].textContent = model[name];
  card.name.title = model.title;
  card.verdict.className = `shuffle-verdict ${model.look}`;
  card.scale.hidden = model.value === null;
  if (model.value !== null) {
    card.element.style.setProperty('--tolerance', place(Math.log10(model.tolerance)));
    card.element.style.setProperty('--value', model.value > 0 ? place(Math.log10(model.value)) : 0);
    card.dot.className = `dot ${model.value > model.tolerance ? 'more' : 'equal'}`;
    card.scale.ariaLabel = model.said;
  }
  drawTokens(card.canvas, model, base);
  card.canvas.ariaLabel = `Where the outputs of ${model.name} differ: ${model.said}`;
  card.bars.hidden = !model.bars.length;
  card.bars.replaceChildren(...model.bars.map((belief) => bar(belief, 'shuffle-bar')));
}

// The picture in grey, and on each token how much its output differs: nothing up to the tolerance, full where it differs most.
function drawTokens(canvas, model, base) {
  const pen = penOf(canvas);
  pen.filter = 'grayscale(1)';
  enlarge(pen, base, WIDE);
  pen.filter = 'none';
  if (!model.tokens) return;
  const values = floats(model.tokens);
  const [low, high] = [Math.log10(model.tolerance), Math.log10(Math.max(...values))];
  const columns = Math.round(Math.sqrt(values.length));
  const size = WIDE / columns;
  pen.fillStyle = solid(canvas, '--lab-wrong');
  values.forEach((value, token) => {
    const share = high > low ? (Math.log10(value) - low) / (high - low) : 1;
    pen.globalAlpha = value > model.tolerance ? 0.25 + 0.6 * share : 0;
    pen.fillRect(...corner(token, columns, size), size, size);
  });
  pen.globalAlpha = 1;
}
