// Which inputs moved an output, for up to three runs at once. A message (pages/memory/view.py) holds all influences; hovering an
// output lights up the patches that moved it, and asks the server for nothing.
import { save } from './save.js';

const SIDE = 32; // pixels of the picture
const SIZE = 256; // of a canvas
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const TALK_MS = 600;

export default function influenceBoard({ data: [data], parentElement }) {
  const root = parentElement.querySelector('.influence');
  root.board ??= new Board(root);
  root.board.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a board that left the page is closed.
  return () => root.isConnected || root.board.close();
}

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floats = (text) => {
  const view = new DataView(bytes(text).buffer);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
};

// A number as it is read: 0.53, 4.1·10⁻⁸.
function told(value) {
  if (value === 0 || (value >= 0.001 && value < 10000)) return String(Number(value.toPrecision(2)));
  const [digits, power] = value.toExponential(1).split('e');
  return `${digits}·10${power.replace('+', '').replace(/./g, (sign) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[sign] ?? '⁻')}`;
}

class Board {
  constructor(root) {
    this.root = root;
    this.label = root.querySelector('.influence-s');
    this.slider = root.querySelector('input');
    this.cards = root.querySelector('.influence-cards');
    this.spoken = root.querySelector('.influence-told');
    this.share = 0.6; // where the output is, as a share of the sequence: runs cut the picture into different numbers of patches
    root.querySelector('.influence-top button').addEventListener('click', () => save(this));
    this.slider.addEventListener('input', () => this.go(Number(this.slider.value) / this.finest));
    this.theme = matchMedia('(prefers-color-scheme: dark)');
    this.repaint = () => this.draw();
    this.theme.addEventListener('change', this.repaint);
  }

  close() {
    clearTimeout(this.talk);
    this.theme.removeEventListener('change', this.repaint);
  }

  receive(data) {
    this.pixels = bytes(data.pixels); // (32, 32, 3)
    this.finest = Math.max(1, ...data.cards.map((card) => card.tokens));
    this.slider.max = this.finest;
    this.shown = data.cards.map((card) => new Card(this, card));
    this.cards.replaceChildren(...this.shown.map((card) => card.element));
    this.root.querySelector('.influence-top').hidden = !data.cards.some((card) => card.tokens);
    this.draw();
  }

  go(share, silent = false) {
    if (share === this.share) return;
    this.share = share;
    this.draw();
    clearTimeout(this.talk);
    if (!silent) this.talk = setTimeout(() => { this.spoken.textContent = this.shown.map((card) => card.said).join(' '); }, TALK_MS);
  }

  draw() {
    const s = Math.max(1, Math.round(this.share * this.finest));
    this.slider.value = s;
    this.label.textContent = `Output after patch ${s} of ${this.finest}`;
    for (const card of this.shown) card.draw(this.share);
    Object.assign(this.root.dataset, { s, lit: JSON.stringify(this.shown.map((card) => card.lit ?? [])) }); // for tests
  }
}

class Card {
  constructor(board, data) {
    Object.assign(this, { board, data, said: '' });
    this.element = make('div', 'influence-card');
    this.element.setAttribute('role', 'listitem');
    const [name, under] = [make('b'), make('small')];
    [name.textContent, under.textContent] = [data.name, data.told];
    this.element.append(name, under);
    if (data.problem) {
      const words = make('div', 'influence-problem');
      words.textContent = data.problem;
      this.element.append(words);
      return;
    }
    this.side = SIDE / data.patch;
    this.map = floats(data.map); // (T, T): row s, column t
    this.picture = this.canvas((row, column) => row * this.side + column);
    this.grid = this.canvas((row) => row, data.tokens);
    this.scale = make('div', 'influence-scale');
    this.words = make('div', 'influence-words');
    const pair = make('div', 'influence-pair');
    pair.append(this.picture, this.grid);
    this.element.append(pair, this.scale, this.words);
    this.sheet = this.paintMap();
  }

  // A canvas whose cells are outputs: pointing at one, or moving to it with the arrow keys, looks at it.
  canvas(output, cells = this.side) {
    const canvas = make('canvas');
    Object.assign(canvas, { width: SIZE, height: SIZE, tabIndex: 0 });
    canvas.setAttribute('role', 'slider');
    const look = (row, column) => this.board.go((output(row, column) + 1) / this.data.tokens);
    const follow = (event) => {
      const box = canvas.getBoundingClientRect();
      const cell = (at, start, size) => Math.max(0, Math.min(cells - 1, Math.floor(((at - start) / size) * cells)));
      look(cell(event.clientY, box.top, box.height), cell(event.clientX, box.left, box.width));
    };
    canvas.addEventListener('pointermove', follow);
    canvas.addEventListener('pointerdown', follow);
    canvas.addEventListener('keydown', (event) => {
      const move = MOVES[event.key];
      if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault(); // the page would scroll
      const wide = cells === this.side ? this.side : 1;
      const next = Math.max(0, Math.min(this.data.tokens - 1, this.s + move[0] * wide + move[1]));
      this.board.go((next + 1) / this.data.tokens);
    });
    return canvas;
  }

  row(s) {
    return this.map.subarray(s * this.data.tokens, (s + 1) * this.data.tokens);
  }

  // All outputs by all inputs, each row relative to its largest influence.
  paintMap() {
    const { tokens } = this.data;
    const sheet = Object.assign(make('canvas'), { width: tokens, height: tokens });
    const image = new ImageData(tokens, tokens);
    const color = accent(this.board.root, '--lab-run');
    for (let s = 0; s < tokens; s += 1) {
      const row = this.row(s);
      const most = Math.max(...row) || 1;
      for (let t = 0; t < tokens; t += 1) image.data.set([...color, 255 * (row[t] / most)], 4 * (s * tokens + t));
    }
    sheet.getContext('2d').putImageData(image, 0, 0);
    return sheet;
  }

  draw(share) {
    if (this.data.problem) return;
    const { tokens, reach, name } = this.data;
    this.s = Math.max(0, Math.round(share * tokens) - 1);
    const row = this.row(this.s);
    const most = Math.max(...row);
    const weights = Array.from(row, (value) => value / (most || 1));
    this.lit = [this.s, weights.filter((weight) => weight >= 0.1).length, weights[0]];
    this.light(weights);
    this.overview();
    this.scale.replaceChildren(...['0', 'scale', told(most)].map((text) => (text === 'scale' ? make('i') : Object.assign(make('span'), { textContent: text }))));
    const first = this.s ? ` Patch 1 moves it ${told(weights[0])} times as much as the one that moves it most.` : '';
    this.words.textContent = `90 % of what patches 1 to ${this.s + 1} do to output ${this.s + 1} comes from the last ${reach[this.s]} of them.${first}`;
    this.said = `${name}: ${this.words.textContent}`;
    const spoken = { valuemin: 1, valuemax: tokens, valuenow: this.s + 1, valuetext: this.words.textContent };
    for (const [canvas, what] of [[this.picture, 'the picture, patches lit by their influence'], [this.grid, 'all outputs by all inputs']]) {
      canvas.setAttribute('aria-label', `${name}, ${what}: arrow keys choose the output`);
      Object.entries(spoken).forEach(([key, value]) => canvas.setAttribute(`aria-${key}`, value));
    }
  }

  // The picture: as bright as the root of each patch's share of the largest influence, the rest in the dark.
  light(weights) {
    const { patch } = this.data;
    const image = new ImageData(SIDE, SIDE);
    for (let i = 0; i < SIDE * SIDE; i += 1) {
      const own = Math.floor(Math.floor(i / SIDE) / patch) * this.side + Math.floor((i % SIDE) / patch);
      const light = 0.15 + 0.85 * Math.sqrt(weights[own]);
      image.data.set([...Array.from(this.board.pixels.subarray(3 * i, 3 * i + 3), (value) => value * light), 255], 4 * i);
    }
    small.getContext('2d').putImageData(image, 0, 0);
    const pen = this.picture.getContext('2d');
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, SIZE, SIZE);
    const size = patch * (SIZE / SIDE);
    const [x, y] = [(this.s % this.side) * size, Math.floor(this.s / this.side) * size];
    for (const [width, style] of [[5, '#fff'], [3, `rgb(${accent(this.board.root, '--lab-wrong')})`]]) {
      Object.assign(pen, { lineWidth: width, strokeStyle: style });
      pen.strokeRect(x + 2, y + 2, size - 4, size - 4);
    }
  }

  overview() {
    const pen = this.grid.getContext('2d');
    const high = SIZE / this.data.tokens;
    pen.imageSmoothingEnabled = false;
    pen.clearRect(0, 0, SIZE, SIZE);
    pen.drawImage(this.sheet, 0, 0, SIZE, SIZE);
    Object.assign(pen, { lineWidth: 2, strokeStyle: `rgb(${accent(this.board.root, '--lab-wrong')})` });
    pen.strokeRect(1, this.s * high - 1, SIZE - 2, high + 2);
  }
}

const small = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });

function make(tag, className = '') {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

// An accent of the page as three numbers.
function accent(root, name) {
  const hex = getComputedStyle(root).getPropertyValue(name).trim().slice(1);
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
