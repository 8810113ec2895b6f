// What the shuffle test says of one model: the difference of each token on the picture, the largest one on a scale of powers of ten with its
// tolerance, the verdict, and the classes before and after.
const SIDE = 32; // pixels of the picture
const SCALE = 6; // of a card's canvas
const [LOW, HIGH] = [-17, 3]; // powers of ten of the scale

export function newCard(id) {
  const element = make('div', 'shuffle-card');
  element.role = 'listitem';
  element.dataset.model = id;
  const canvas = make('canvas');
  canvas.width = canvas.height = SIDE * SCALE;
  canvas.role = 'img';
  const parts = Object.fromEntries(['name', 'verdict', 'said', 'why'].map((part) => [part, make(part === 'name' ? 'b' : 'span', `shuffle-${part}`)]));
  const scale = make('div', 'shuffle-scale');
  scale.role = 'img';
  const marks = Object.fromEntries(['noise', 'tolerance', 'dot'].map((part) => [part, make('i', part)]));
  scale.append(...Object.values(marks), ...[-15, -10, -5, 0].map(tick));
  const [head, words, bars] = [make('div', 'shuffle-head'), make('div', 'shuffle-words'), make('div', 'shuffle-bars')];
  head.append(parts.name, parts.verdict);
  words.append(head, scale, parts.said, parts.why);
  element.append(canvas, words, bars);
  return { element, canvas, scale, bars, ...parts, ...marks };
}

function tick(power) {
  const element = make('small');
  element.style.setProperty('--at', part(power));
  element.textContent = power ? '10' : '1';
  if (power) {
    const raised = make('sup');
    raised.textContent = String(power).replace('-', '−');
    element.append(raised);
  }
  return element;
}

// A power of ten as a place on the scale, 0 to 1.
function part(power) {
  return (Math.min(HIGH, Math.max(LOW, power)) - LOW) / (HIGH - LOW);
}

export function showCard(card, model, base) {
  for (const name of ['name', 'verdict', 'said', 'why']) card[name].textContent = model[name];
  card.name.title = model.title;
  card.verdict.className = `shuffle-verdict ${model.look}`;
  card.scale.hidden = model.value === null;
  if (model.value !== null) {
    card.element.style.setProperty('--tolerance', part(Math.log10(model.tolerance)));
    card.element.style.setProperty('--value', model.value > 0 ? part(Math.log10(model.value)) : 0);
    card.dot.className = `dot ${model.value > model.tolerance ? 'more' : 'equal'}`;
    card.scale.ariaLabel = model.said;
  }
  drawTokens(card.canvas, model, base);
  card.canvas.ariaLabel = `Where the outputs of ${model.name} differ: ${model.said}`;
  card.bars.hidden = !model.bars.length;
  card.bars.replaceChildren(...model.bars.map(bar));
}

// The picture in grey, and on each token how much its output differs: nothing up to the tolerance, full where it differs most.
function drawTokens(canvas, model, base) {
  const pen = canvas.getContext('2d');
  pen.imageSmoothingEnabled = false;
  pen.filter = 'grayscale(1)';
  pen.drawImage(base, 0, 0, canvas.width, canvas.height);
  pen.filter = 'none';
  if (!model.tokens) return;
  const values = new Float32Array(Uint8Array.from(atob(model.tokens), (letter) => letter.charCodeAt(0)).buffer);
  const [low, high] = [Math.log10(model.tolerance), Math.log10(Math.max(...values))];
  const n = Math.round(Math.sqrt(values.length));
  const size = canvas.width / n;
  values.forEach((value, token) => {
    const share = value > model.tolerance ? 0.25 + 0.6 * (high > low ? (Math.log10(value) - low) / (high - low) : 1) : 0;
    pen.fillStyle = `rgba(213, 94, 0, ${share})`;
    pen.fillRect((token % n) * size, Math.floor(token / n) * size, size, size);
  });
}

function bar({ name, now, was, text, look }) {
  const row = make('div', `shuffle-bar ${look}`);
  row.style.setProperty('--p', now);
  row.style.setProperty('--was', was);
  const [label, value] = [make('span'), make('b')];
  label.textContent = name;
  value.textContent = text;
  row.append(make('i', 'now'), make('i', 'was'), label, value);
  return row;
}

function make(tag, className = '') {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}
