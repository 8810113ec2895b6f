// All matrices of one attention, linked: the cell that is pointed at, the row and the column that it comes from, and its sum.
// A message (pages/attention/board) holds everything; pointing, keys and the choice of a head ask the server for nothing.

import { explain, number, sources } from './arithmetic.js';

const SHAPES = {
  tokens: 'TC', wq: 'CC', wk: 'CC', wv: 'CC', q: 'TC', k: 'TC', v: 'TC',
  scores: 'TT', scaled: 'TT', masked: 'TT', weights: 'TT', joined: 'TC', wo: 'CC', output: 'TC',
};
const TITLES = {
  tokens: 'x', wq: 'W_q', wk: 'W_k', wv: 'W_v', scores: 'scores q kᵀ', scaled: 'scaled', masked: 'masked', joined: 'heads joined', wo: 'W_o',
};
const SPLIT_COLUMNS = new Set(['q', 'k', 'v', 'joined', 'wo']);
const SPLIT_ROWS = new Set(['wq', 'wk', 'wv']);
const FLAT = { height: 92, tallest: 18 }; // px of the matrices with C columns
const SQUARE = { largest: 30, smallest: 4 }; // px of a cell of the (T, T) matrices
const STRIP = 13; // px above them for the names of the keys
const WRITTEN = { width: 21, height: 12 }; // px of a cell that has room for its number
const GAP = 3; // px between two heads
const INKS = { row: '--matrices-row', column: '--matrices-column', result: '--st-text-color' };

export default function linkedMatrices({ data: [data], parentElement }) {
  const root = parentElement.querySelector('.matrices');
  root.board ??= new LinkedMatrices(root);
  root.board.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a board that left the page is closed.
  return () => root.isConnected || root.board.close();
}

class LinkedMatrices {
  constructor(root) {
    this.root = root;
    this.part = Object.fromEntries(['heads', 'labels', 'stats', 'name', 'sum', 'note'].map((name) => [name, root.querySelector(`.matrices-${name}`)]));
    this.figures = {};
    for (const canvas of root.querySelectorAll('canvas')) this.listen(canvas, canvas.dataset.matrix);
    this.at = this.pinned = { matrix: 'weights', i: 1, j: 1 };
    this.head = 0;
    this.observer = new ResizeObserver(() => this.data && root.clientWidth !== this.drawnWidth && this.redraw());
    this.observer.observe(root);
    this.theme = matchMedia('(prefers-color-scheme: dark)');
    this.repaint = () => this.data && this.redraw();
    this.theme.addEventListener('change', this.repaint);
  }

  close() {
    this.observer.disconnect();
    this.theme.removeEventListener('change', this.repaint);
  }

  // -- data -----------------------------------------------------------------------------------------------------------

  receive(data) {
    const view = new DataView(Uint8Array.from(atob(data.numbers), (letter) => letter.charCodeAt(0)).buffer);
    const numbers = Float32Array.from({ length: view.byteLength / 4 }, (_, n) => view.getFloat32(4 * n, true));
    const own = this.data;
    Object.assign(this, { data, T: data.names.length, C: data.width, D: data.width / data.heads, names: data.names, titles: TITLES });
    ['divisor', 'scaling', 'temperature', 'origin'].forEach((name) => (this[name] = data[name]));
    this.arrays = {};
    let offset = 0;
    for (const [name, length] of data.parts) {
      this.arrays[name] = numbers.subarray(offset, offset + length);
      offset += length;
    }
    this.arrays.masked = this.arrays.scaled;
    this.ranges = {};
    if (own && own.heads !== data.heads) this.head = 0;
    this.head = Math.min(this.head, data.heads - 1);
    this.pinned = this.inside(this.pinned);
    this.at = this.inside(this.at);
    this.pictures = data.pictures.map((uri) => {
      const picture = new Image();
      picture.onload = () => this.data === data && this.redraw();
      picture.src = uri;
      return picture;
    });
    this.drawHeads();
    this.redraw();
  }

  size(matrix) {
    return [...SHAPES[matrix]].map((letter) => this[letter]);
  }

  inside({ matrix, i, j }) {
    const [rows, columns] = this.size(matrix);
    return { matrix, i: Math.max(0, Math.min(i, rows - 1)), j: Math.max(0, Math.min(j, columns - 1)) };
  }

  value(matrix, i, j) {
    const [rows, columns] = this.size(matrix);
    const first = SHAPES[matrix] === 'TT' ? this.head * rows * columns : 0;
    return this.arrays[matrix][first + i * columns + j];
  }

  allowed(i, j) {
    return this.data.mask[i * this.T + j] === '1';
  }

  // What `arithmetic.js` reads.
  view() {
    const { T, C, D, head, names, titles, divisor, scaling, temperature, origin } = this;
    return {
      T, C, D, head, names, titles, divisor, scaling, temperature, origin,
      at: (name, i, j) => this.value(name, i, j),
      allowed: (i, j) => this.allowed(i, j),
      weight: (h, i, j) => this.arrays.weights[(h * T + i) * T + j],
      entropy: (h, i) => this.arrays.entropy[h * T + i],
      slope: (h, i) => this.arrays.slope[h * T + i],
    };
  }

  // Lowest and highest value that is shown; of all heads, so that they compare.
  range(matrix) {
    return (this.ranges[matrix] ??= this.arrays[matrix].reduce(
      ([low, high], value, n) =>
        matrix === 'masked' && this.data.mask[n % (this.T * this.T)] !== '1' ? [low, high] : [Math.min(low, value), Math.max(high, value)],
      [Infinity, -Infinity],
    ));
  }

  // -- pointing -------------------------------------------------------------------------------------------------------

  listen(canvas, matrix) {
    this.figures[matrix] = { canvas, base: document.createElement('canvas'), title: canvas.parentElement.querySelector('figcaption'), legend: canvas.parentElement.querySelector('small') };
    const under = (event) => {
      const box = canvas.getBoundingClientRect();
      const { rows, columns } = this.figures[matrix];
      const place = (edges, at) => Math.max(0, edges.findLastIndex(([from]) => from <= at));
      return { matrix, i: place(rows, event.clientY - box.top), j: place(columns, event.clientX - box.left) };
    };
    canvas.addEventListener('pointermove', (event) => this.data && this.point(under(event)));
    canvas.addEventListener('pointerleave', () => this.data && this.point(this.pinned));
    canvas.addEventListener('click', (event) => this.pin(under(event)));
    canvas.addEventListener('focus', () => canvas.matches(':focus-visible') && this.at.matrix !== matrix && this.point(this.inside({ matrix, i: 0, j: 0 })));
    canvas.addEventListener('keydown', (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [-1e9, -1e9], End: [1e9, 1e9], Enter: [0, 0], ' ': [0, 0] }[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault(); // arrow keys and the space bar would scroll
      const from = this.at.matrix === matrix ? this.at : { matrix, i: 0, j: 0 };
      this.pin(this.inside({ matrix, i: from.i + step[0], j: from.j + step[1] }));
    });
  }

  pin(at) {
    this.pinned = at;
    this.point(at);
  }

  point(at) {
    const same = at.matrix === this.at.matrix && at.i === this.at.i && at.j === this.at.j;
    if (same && this.told === at.matrix + at.i + at.j + this.head) return;
    this.at = at;
    const head = this.headOf(at);
    if (head !== this.head) this.chooseHead(head);
    else this.draw();
  }

  // A cell of a part that belongs to one head shows that head.
  headOf({ matrix, i, j }) {
    if (SPLIT_COLUMNS.has(matrix)) return Math.floor(j / this.D);
    return SPLIT_ROWS.has(matrix) ? Math.floor(i / this.D) : this.head;
  }

  chooseHead(head) {
    this.head = head;
    this.drawHeads();
    this.redraw();
  }

  // -- drawing --------------------------------------------------------------------------------------------------------

  drawHeads() {
    const { heads } = this.data;
    const buttons = Array.from({ length: heads }, (_, head) => {
      const button = element('button', heads > 1 ? `${head + 1}` : 'the only one', { type: 'button' });
      button.setAttribute('aria-pressed', head === this.head);
      button.setAttribute('aria-label', `Show head ${head + 1} of ${heads}`);
      button.addEventListener('click', () => {
        if (SHAPES[this.pinned.matrix] !== 'TT') this.pinned = { matrix: 'weights', i: 0, j: 0 }; // a cell of one head would bring it back
        this.at = this.pinned;
        this.chooseHead(head);
        this.part.heads.children[head + 1].focus();
      });
      return button;
    });
    this.part.heads.replaceChildren(element('span', 'Head'), ...buttons);
    this.part.stats.replaceChildren(...this.stats());
  }

  // Means of each head over the rows that read something.
  stats() {
    const reads = Array.from({ length: this.T }, (_, i) => i).filter((i) => this.data.mask.slice(i * this.T, (i + 1) * this.T).includes('1'));
    const head = element('tr', '');
    head.append(...['head', 'entropy', '‖J‖', 'largest'].map((text) => element('th', text, { scope: 'col' })));
    const mean = (of) => (reads.length ? number(reads.reduce((sum, i) => sum + of(i), 0) / reads.length) : '–');
    const rows = Array.from({ length: this.data.heads }, (_, h) => {
      const row = element('tr', '', { className: h === this.head ? 'chosen' : '' });
      const weights = (i) => this.arrays.weights.subarray((h * this.T + i) * this.T, (h * this.T + i + 1) * this.T);
      const cells = [mean((i) => this.arrays.entropy[h * this.T + i]), mean((i) => this.arrays.slope[h * this.T + i]), mean((i) => Math.max(...weights(i)))];
      row.append(element('th', `${h + 1}`, { scope: 'row' }), ...cells.map((text) => element('td', text)));
      return row;
    });
    return [element('caption', 'Means over rows: entropy in nats, size of softmax’s Jacobian, largest weight'), head, ...rows];
  }

  redraw() {
    this.drawnWidth = this.root.clientWidth;
    if (!this.drawnWidth) return;
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colors = { ink: read('--st-text-color'), paper: read('--st-background-color'), positive: read('--lab-run'), negative: read('--lab-wrong') };
    for (const [name, ink] of Object.entries(INKS)) this.colors[name] = read(ink);
    this.font = style.fontFamily;
    for (const matrix of Object.keys(SHAPES)) this.layOut(matrix);
    for (const matrix of Object.keys(SHAPES)) this.paint(matrix);
    this.drawLabels();
    this.draw();
  }

  // The edges of rows and columns in px.
  layOut(matrix) {
    const figure = this.figures[matrix];
    const [rows, columns] = this.size(matrix);
    const width = figure.canvas.parentElement.clientWidth;
    const square = SHAPES[matrix] === 'TT';
    const [acrossGaps, downGaps] = [SPLIT_COLUMNS, SPLIT_ROWS].map((split) => (split.has(matrix) ? this.data.heads - 1 : 0));
    const side = Math.max(SQUARE.smallest, Math.min(SQUARE.largest, Math.floor(width / columns)));
    const wide = square ? side * columns : Math.min(width, FLAT.tallest * 1.7 * columns + GAP * acrossGaps) - GAP * acrossGaps;
    const tall = square ? side * rows : Math.min(FLAT.height - GAP * downGaps, rows * FLAT.tallest);
    const edges = (count, length, gaps, from = 0) =>
      Array.from({ length: count }, (_, n) => {
        const gap = gaps ? GAP * Math.floor(n / this.D) : 0;
        return [n, n + 1].map((edge) => from + gap + Math.round((edge * length) / count));
      });
    figure.columns = edges(columns, wide, acrossGaps);
    figure.rows = edges(rows, tall, downGaps, square ? STRIP : 0);
    figure.width = figure.columns.at(-1)[1];
    figure.height = figure.rows.at(-1)[1];
  }

  paint(matrix) {
    const figure = this.figures[matrix];
    const context = canvasOf(figure.base, figure.width, figure.height);
    const [low, high] = this.range(matrix);
    const limit = Math.max(Math.abs(low), Math.abs(high)) || 1;
    const square = SHAPES[matrix] === 'TT';
    const masks = matrix === 'masked' || matrix === 'weights';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    figure.rows.forEach(([top, bottom], i) =>
      figure.columns.forEach(([left, right], j) => {
        const value = this.value(matrix, i, j);
        if (masks && !this.allowed(i, j)) return this.cross(context, left, top, right - left, bottom - top, matrix);
        const strength = Math.min(1, Math.abs(value) / limit);
        context.globalAlpha = 0.9 * strength;
        context.fillStyle = value < 0 ? this.colors.negative : this.colors.positive;
        context.fillRect(left, top, right - left, bottom - top);
        context.globalAlpha = 1;
        if (right - left < WRITTEN.width || bottom - top < WRITTEN.height) return;
        context.font = `9.5px ${this.font}`;
        context.fillStyle = strength > 0.6 ? '#fff' : this.colors.ink;
        context.fillText(square && matrix === 'weights' ? number(value).replace(/^0/, '') : number(value, 1), (left + right) / 2, (top + bottom) / 2 + 0.5);
      }),
    );
    context.globalAlpha = 0.3;
    context.strokeStyle = this.colors.ink;
    for (const part of this.bands(figure)) context.strokeRect(part.x + 0.5, part.y + 0.5, part.width - 1, part.height - 1);
    context.globalAlpha = 1;
    if (square) this.names.forEach((name, j) => this.label(context, name, j, figure.columns[j]));
    figure.title.textContent = `${TITLES[matrix] ?? matrix} (${this.size(matrix).join(', ')})`;
    const ends = matrix === 'masked' && low > high ? 'all −∞' : `${number(low, 2)} … ${number(high, 2)}`;
    figure.legend.textContent = ends;
  }

  // The parts of a matrix, one a head where it is split.
  bands({ columns, rows, width, height }) {
    const split = (edges) => edges.some(([from], n) => n && from !== edges[n - 1][1]);
    const cut = (edges) => Array.from({ length: edges.length / this.D }, (_, n) => [edges[n * this.D][0], edges[(n + 1) * this.D - 1][1]]);
    if (split(columns)) return cut(columns).map(([from, to]) => ({ x: from, y: 0, width: to - from, height }));
    if (split(rows)) return cut(rows).map(([from, to]) => ({ x: 0, y: from, width, height: to - from }));
    return [{ x: 0, y: rows[0][0], width, height: height - rows[0][0] }];
  }

  cross(context, x, y, width, height, matrix) {
    context.globalAlpha = 0.12;
    context.fillStyle = this.colors.ink;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 0.6;
    if (width >= WRITTEN.width) {
      context.font = `9.5px ${this.font}`;
      context.fillText(matrix === 'masked' ? '−∞' : '0', x + width / 2, y + height / 2 + 0.5);
    }
    context.globalAlpha = 1;
  }

  label(context, name, j, [left, right]) {
    const size = Math.min(right - left, STRIP) - 1;
    const picture = this.pictures[j];
    if (picture) {
      if (picture.complete && picture.naturalWidth) context.drawImage(picture, (left + right - size) / 2, STRIP - 1 - size, size, size);
      return;
    }
    if (right - left < 12) return;
    context.font = `10px ${this.font}`;
    context.fillStyle = this.colors.ink;
    let text = name;
    while (text.length > 1 && context.measureText(text).width > right - left - 1) text = text.slice(0, -1);
    context.fillText(text, (left + right) / 2, STRIP / 2);
  }

  drawLabels() {
    const { rows } = this.figures.scores;
    this.part.labels.style.paddingTop = `${this.figures.scores.canvas.offsetTop - this.part.labels.offsetTop + STRIP}px`;
    this.part.labels.replaceChildren(
      ...this.names.map((name, i) => {
        const [top, bottom] = rows[i];
        const line = element('span', this.pictures[i] ? '' : name);
        line.style.height = line.style.lineHeight = `${bottom - top}px`;
        line.style.fontSize = `${Math.min(12, bottom - top)}px`;
        if (this.pictures[i]) {
          const picture = element('img', '', { src: this.data.pictures[i], alt: name });
          picture.style.height = `${bottom - top - 1}px`;
          line.append(picture);
        }
        return line;
      }),
    );
  }

  // What follows the pointer: frames on the painted matrices, and the sum in words.
  draw() {
    if (!this.colors) return;
    const { matrix, i, j } = this.at;
    const view = this.view();
    const found = sources(view, matrix, i, j);
    const frames = [...found, { matrix, ink: 'result', rows: [i, i + 1], columns: [j, j + 1] }];
    for (const [name, figure] of Object.entries(this.figures)) {
      const context = canvasOf(figure.canvas, figure.width, figure.height);
      context.drawImage(figure.base, 0, 0, figure.width, figure.height);
      if (SPLIT_COLUMNS.has(name) || SPLIT_ROWS.has(name)) this.frameHead(context, figure);
      frames.filter((frame) => frame.matrix === name).forEach((frame) => this.frame(context, figure, frame));
    }
    const told = explain(view, matrix, i, j);
    this.part.name.textContent = told.name;
    this.part.sum.replaceChildren(...told.sum.map(([text, ink]) => element('span', text, { className: ink && `ink-${ink}` })));
    this.part.note.textContent = told.note;
    const { canvas } = this.figures[matrix];
    const [rows, columns] = this.size(matrix);
    const spoken = `row ${i + 1} of ${rows}, column ${j + 1} of ${columns}. ${told.name}: ${this.part.sum.textContent}. ${told.note}`;
    const aria = { valuemin: 1, valuemax: rows * columns, valuenow: i * columns + j + 1, valuetext: spoken };
    Object.entries(aria).forEach(([name, value]) => canvas.setAttribute(`aria-${name}`, value));
    this.told = matrix + i + j + this.head;
    const lit = found.map(({ matrix: name, rows: r, columns: c }) => `${name} ${r.join('-')} ${c.join('-')}`).join('; ');
    Object.assign(this.root.dataset, { matrix, row: i, column: j, head: this.head, value: this.value(matrix, i, j), lit }); // for tests
  }

  frame(context, { rows, columns }, { rows: [top, bottom], columns: [left, right], ink }) {
    const [x, y] = [columns[left][0], rows[top][0]];
    const [width, height] = [columns[right - 1][1] - x, rows[bottom - 1][1] - y];
    const outline = (color, line) => Object.assign(context, { strokeStyle: color, lineWidth: line }) && context.strokeRect(x + 1, y + 1, width - 2, height - 2);
    outline(this.colors.paper, 4);
    outline(this.colors[ink], 2.5);
  }

  frameHead(context, figure) {
    const band = this.bands(figure)[this.head];
    if (this.data.heads < 2 || !band) return;
    Object.assign(context, { strokeStyle: this.colors.ink, lineWidth: 1.5 });
    context.strokeRect(band.x + 0.75, band.y + 0.75, band.width - 1.5, band.height - 1.5);
  }
}

// The context of `canvas`, cleared, in units of CSS pixels.
function canvasOf(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  return context;
}

function element(tag, text, attributes = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, attributes);
}
