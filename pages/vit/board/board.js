// A picture and the attention of one of its tokens in every layer and head. All weights are here: pointing sends nothing to the server.
const SIDE = 32; // pixels of the picture
const SMALL = 96; // pixels of a small map's canvas
const REST = 400; // ms after which a choice goes into the link
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HEAT = [255, 176, 0]; // on a darkened picture: also told apart by those who see no red or green
const DARK = 0.38; // what is left of the picture's light under a map
const EXTRA = ['Rollout', 'Grad × att.'];
const EXTRA_TOLD = ['rollout to here', 'gradient × attention, mean over heads'];

export default function attentionMaps({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.attention');
  root.board ??= new Explorer(root);
  root.board.send = (pin) => setStateValue('pin', pin);
  root.board.receive(data);
  return () => clearTimeout(root.board.timer);
}

class Explorer {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(`.attention-${name}`);
    Object.assign(this, { canvas: find('picture'), grid: find('grid'), told: find('told'), top: find('top'), plain: find('plain') });
    this.classButton = find('class');
    this.captions = [find('caption'), find('answers')];
    this.canvas.addEventListener('pointerdown', (event) => this.press(event));
    this.canvas.addEventListener('pointermove', (event) => this.point(this.under(event)));
    this.canvas.addEventListener('keydown', (event) => this.key(event));
    this.classButton.addEventListener('click', () => this.keep(0));
    this.classButton.addEventListener('pointerenter', () => this.point(0));
    this.classButton.addEventListener('focus', () => this.point(0));
    this.plain.addEventListener('change', () => this.draw());
    this.grid.addEventListener('click', ({ target }) => this.choose(target.closest('button')));
    this.grid.addEventListener('keydown', (event) => this.walk(event));
  }

  // ---- messages ----

  receive(data) {
    const first = !this.data?.layers;
    const shape = (of) => `${of?.layers} ${of?.columns} ${of?.side}`;
    const rebuilt = shape(data) !== shape(this.data);
    this.data = data;
    this.tokens = data.side ** 2 + data.lead;
    this.base = bytes(data.pixels);
    this.maps = bytes(data.maps);
    this.tops = new Float32Array(bytes(data.tops).buffer);
    this.own = new Float32Array(bytes(data.own).buffer);
    if (first) [this.token, this.layer, this.column] = data.pin;
    const inside = (value, bound) => (value < bound ? value : 0);
    this.token = inside(this.token, this.tokens);
    this.layer = inside(this.layer, data.layers);
    this.column = inside(this.column, data.columns);
    if (rebuilt) this.build();
    this.captions[0].textContent = data.caption;
    this.captions[1].replaceChildren(...data.answers.map((text) => make('div', '', text)));
    this.classButton.hidden = !data.lead;
    this.sheets = [sheet(this.base, 1), sheet(this.base, DARK, true)];
    this.draw();
    this.root.dataset.what = data.what; // tells a test whose maps these are
  }

  // What a token reads: of every patch, in 255ths of the largest; that largest weight; and the weight of the class token.
  row(layer, column, token = this.token) {
    const at = (layer * this.data.columns + column) * this.tokens + token;
    const patches = this.data.side ** 2;
    return [this.maps.subarray(at * patches, (at + 1) * patches), this.tops[at], this.own[at]];
  }

  // ---- choosing ----

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (at.some((value) => value < 0 || value >= 1)) return null;
    const [column, row] = at.map((value) => Math.floor(value * this.data.side));
    return this.data.lead + row * this.data.side + column;
  }

  press(event) {
    if (event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.keep(this.under(event));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.data.layers) return;
    const step = STEPS[event.key];
    const known = { c: () => this.point(0), Home: () => this.point(0), Enter: () => this.keep(this.token), ' ': () => this.keep(this.token) };
    const act = step ? () => this.move(step) : known[event.key.length > 1 ? event.key : event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault(); // the page would scroll
    event.stopPropagation();
    act();
  }

  move([right, down]) {
    const { side, lead } = this.data;
    const patch = this.token - lead;
    if (patch < 0) return this.point(lead);
    const inside = (value) => Math.min(side - 1, Math.max(0, value));
    return this.point(lead + inside(Math.floor(patch / side) + down) * side + inside((patch % side) + right));
  }

  point(token) {
    if (token === null || token === this.token || !this.data.layers) return;
    this.token = token;
    this.draw();
  }

  keep(token) {
    this.point(token);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send([this.token, this.layer, this.column]), REST);
  }

  choose(button) {
    if (!button) return;
    [this.layer, this.column] = [Number(button.dataset.layer), Number(button.dataset.column)];
    this.draw();
    this.keep(this.token);
  }

  walk(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const inside = (value, bound) => Math.min(bound - 1, Math.max(0, value));
    const next = this.cell(inside(this.layer + step[1], this.data.layers), inside(this.column + step[0], this.data.columns));
    next.button.focus();
    this.choose(next.button);
  }

  // ---- the grid of maps ----

  cell(layer, column) {
    return this.cells[layer * this.data.columns + column];
  }

  build() {
    const { layers, columns } = this.data;
    const heads = columns - EXTRA.length;
    this.cells = [];
    this.grid.style.setProperty('--columns', columns);
    this.grid.replaceChildren();
    if (!layers) return;
    const names = [...Array(heads).keys()].map((head) => `Head ${head + 1}`);
    for (const [column, name] of [...names, ...EXTRA].entries()) this.grid.append(make('div', column === heads ? 'attention-name apart' : 'attention-name', name));
    for (let layer = 0; layer < layers; layer += 1) {
      this.grid.append(make('div', 'attention-layer', `Layer ${layer + 1}`));
      for (let column = 0; column < columns; column += 1) this.grid.append(this.newCell(layer, column, column >= heads));
    }
  }

  newCell(layer, column, extra) {
    const button = make('button', `attention-cell${extra ? ' extra' : ''}`);
    Object.assign(button, { type: 'button', role: 'radio' });
    Object.assign(button.dataset, { layer, column });
    const canvas = make('canvas');
    canvas.width = canvas.height = SMALL;
    const words = [make('span'), make('span')];
    button.append(canvas, ...words);
    this.cells.push({ button, canvas, words, layer, column });
    return button;
  }

  // ---- drawing ----

  draw() {
    const { data } = this;
    const pen = this.canvas.getContext('2d');
    pen.imageSmoothingEnabled = false;
    const alone = this.plain.checked || !data.layers;
    const shown = data.layers ? this.row(this.layer, this.column)[0] : null;
    paint(pen, this.canvas.width, this.sheets[alone ? 0 : 1], alone ? null : shown, data);
    lines(pen, this.canvas.width, data.side);
    this.outline(pen, this.canvas.width, 4);
    for (const cell of this.cells) this.drawCell(cell);
    this.classButton.ariaPressed = String(data.lead > 0 && this.token === 0);
    this.tell();
  }

  drawCell({ button, canvas, words, layer, column }) {
    const pen = canvas.getContext('2d');
    pen.imageSmoothingEnabled = false;
    const [row, top] = this.row(layer, column);
    paint(pen, SMALL, this.sheets[1], row, this.data);
    this.outline(pen, SMALL, 2);
    const chosen = layer === this.layer && column === this.column;
    const distance = this.data.distance[layer][column];
    const extra = column >= this.data.columns - EXTRA.length;
    button.ariaChecked = String(chosen);
    button.tabIndex = chosen ? 0 : -1;
    words[0].textContent = extra ? '' : `d ${number(distance)}`;
    words[1].textContent = `0–${size(top, column, this.data)}`;
    button.ariaLabel = `${this.name(layer, column)}${extra ? '' : `, mean distance ${number(distance)} patches`}, largest ${words[1].textContent.slice(2)}`;
  }

  outline(pen, width, thick) {
    const { side, lead } = this.data;
    const patch = this.token - lead;
    if (!(patch >= 0)) return;
    const cell = width / side;
    for (const [color, line] of [['#fff', thick + 2], ['#0072b2', thick]]) {
      pen.lineWidth = line;
      pen.strokeStyle = color;
      pen.strokeRect((patch % side) * cell, Math.floor(patch / side) * cell, cell, cell);
    }
  }

  // ---- words ----

  name(layer, column) {
    const heads = this.data.columns - EXTRA.length;
    return `Layer ${layer + 1}, ${column < heads ? `head ${column + 1}` : EXTRA_TOLD[column - heads]}`;
  }

  place(token) {
    const { side, lead, block } = this.data;
    if (token < lead) return 'the class token';
    const patch = token - lead;
    const what = block > 1 ? `block ${patch} of ${block} × ${block} patches` : `patch ${patch}`;
    return `${what} (row ${Math.floor(patch / side) + 1}, column ${(patch % side) + 1})`;
  }

  tell() {
    const { data } = this;
    if (!data.layers) {
      this.told.textContent = 'The model is being loaded.';
      return;
    }
    const [row, top, own] = this.row(this.layer, this.column);
    const heads = data.columns - EXTRA.length;
    const most = data.lead + row.indexOf(Math.max(...row));
    const say = (token) => size(token < data.lead ? own : (row[token - data.lead] / 255) * top, this.column, data);
    const parts = [`${most === this.token ? 'itself' : this.place(most)} most of all patches: ${say(most)}`];
    if (most !== this.token) parts.push(`itself ${say(this.token)}`);
    if (data.lead && this.token > 0) parts.push(`the class token ${say(0)}`);
    const nothing = top === 0 && own === 0;
    const figures = this.column < heads
      ? ` Distance d = ${number(data.distance[this.layer][this.column])} patches (all patches alike: ${number(data.even)}), entropy ${number(data.entropy[this.layer][this.column])} of at most ${number(data.bits)} bits, means over all tokens of this picture.`
      : '';
    const why = this.column === heads + 1 ? ` For the logit of “${data.target}”.${nothing ? ' Nothing after this layer reads this token, so no weight of its row can change the answer.' : ''}` : '';
    this.told.textContent = `${this.name(this.layer, this.column)}. ${capital(this.place(this.token))} reads ${nothing ? 'nothing: all weights are 0' : parts.join(', ')}.${why}${figures}`;
    this.top.textContent = `${size(top, this.column, data)}, the patch that is read most in this map; every map has its own, written under it. Rounded to 1/255 of it.`;
  }
}

// ---- helpers ----

// What a weight is called: attention and rollout are shares of 1, gradient times attention has the unit of a logit.
function size(value, column, data) {
  if (column === data.columns - 1) return value === 0 ? '0' : value < 0.001 ? value.toExponential(0) : value.toPrecision(2);
  return value < 0.0005 ? `${(100 * value).toPrecision(1)} %` : `${(100 * value).toFixed(value < 0.0995 ? 1 : 0)} %`;
}

const number = (value) => (value === null ? 'none' : value.toFixed(2));
const capital = (text) => text[0].toUpperCase() + text.slice(1);

function make(tag, className = '', text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// The picture as a small canvas, its light times `share`, grey if asked for.
function sheet(base, share, grey = false) {
  const canvas = make('canvas');
  canvas.width = canvas.height = SIDE;
  const pixels = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
  for (let i = 0; i < SIDE * SIDE; i += 1) {
    const color = base.subarray(3 * i, 3 * i + 3);
    const light = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2];
    for (let c = 0; c < 3; c += 1) pixels[4 * i + c] = share * (grey ? light : color[c]);
  }
  canvas.getContext('2d').putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
  return canvas;
}

const veil = make('canvas'); // a pixel a patch

// A picture, and over it a row of attention: the more weight a patch has, the more it glows.
function paint(pen, width, picture, row, { side }) {
  pen.drawImage(picture, 0, 0, width, width);
  if (!row) return;
  veil.width = veil.height = side;
  const pixels = new Uint8ClampedArray(side * side * 4);
  for (let patch = 0; patch < side * side; patch += 1) pixels.set([...HEAT, 0.94 * row[patch]], 4 * patch);
  veil.getContext('2d').putImageData(new ImageData(pixels, side, side), 0, 0);
  pen.drawImage(veil, 0, 0, width, width);
}

function lines(pen, width, side) {
  pen.beginPath();
  for (let at = 1; at < side; at += 1) {
    const place = (at * width) / side;
    pen.moveTo(place, 0);
    pen.lineTo(place, width);
    pen.moveTo(0, place);
    pen.lineTo(width, place);
  }
  pen.lineWidth = 1;
  pen.strokeStyle = '#8886';
  pen.stroke();
}
