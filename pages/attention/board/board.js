// All matrices of one attention, linked: the cell that is pointed at, the row and the column that it comes from, and its sum.
// A message (pages/attention/board) holds everything; pointing, keys and the choice of a head ask the server for nothing.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { button, make, partsOf, spoken, spot } from '../../../dashboard/kit/dom.js';
import { fitted } from '../../../dashboard/kit/canvas.js';
import { answer, clamp } from '../../../dashboard/kit/keys.js';
import { frame } from '../../../dashboard/kit/patches.js';
import { number } from '../../../dashboard/kit/text.js';
import { palette, variable, WHITE } from '../../../dashboard/kit/theme.js';
import { explain, sources } from './arithmetic.js';
import { bands, layOut, STRIP } from './layout.js';
import { Matrices, SHAPES, SPLIT_COLUMNS, SPLIT_ROWS } from './matrices.js';

const TITLES = {
  tokens: 'x',
  wq: 'W_q',
  wk: 'W_k',
  wv: 'W_v',
  scores: 'scores q kᵀ',
  scaled: 'scaled',
  masked: 'masked',
  joined: 'heads joined',
  wo: 'W_o',
};
const FULL = 0.9; // opacity of the largest number
const WRITTEN = { width: 21, height: 12 }; // px of a cell that has room for its number
const LETTERS = [9.5, 11.5]; // px of a number, the smallest and the largest
const NAMED = 12; // px of a column that has room for its name

class LinkedMatrices extends Board {
  constructor(root) {
    super(root);
    const names = ['heads', 'labels', 'stats', 'name', 'sum', 'note'];
    this.part = partsOf(root, 'matrices-', names);
    this.figures = {};
    for (const canvas of root.querySelectorAll('canvas')) this.listen(canvas, canvas.dataset.matrix);
    this.at = this.pinned = { matrix: 'weights', i: 1, j: 1 };
    this.head = 0;
  }

  receive(data, before) {
    this.all = new Matrices(data);
    if (before && before.heads !== data.heads) this.head = 0;
    this.head = Math.min(this.head, data.heads - 1);
    const { token } = data;
    const marked = token !== null && token !== before?.token;
    this.pinned = this.inside(marked ? { matrix: 'weights', i: token, j: token } : this.pinned);
    this.at = this.inside(marked ? this.pinned : this.at);
    this.pictures = data.pictures.map((uri) => {
      const picture = new Image();
      picture.onload = () => this.data === data && this.redraw();
      picture.src = uri;
      return picture;
    });
    this.drawHeads();
  }

  inside({ matrix, i, j }) {
    const [rows, columns] = this.all.size(matrix);
    return { matrix, i: clamp(i, 0, rows - 1), j: clamp(j, 0, columns - 1) };
  }

  value(matrix, i, j) {
    return this.all.value(matrix, i, j, this.head);
  }

  // -- pointing -------------------------------------------------------------------------------------------------------

  listen(canvas, matrix) {
    const find = (tag) => canvas.parentElement.querySelector(tag);
    this.figures[matrix] = { canvas, base: make('canvas'), title: find('figcaption'), legend: find('small') };
    const under = (event) => {
      const [x, y] = spot(event, canvas);
      const { rows, columns } = this.figures[matrix];
      const place = (edges, at) => Math.max(0, edges.findLastIndex(([from]) => from <= at));
      return { matrix, i: place(rows, y), j: place(columns, x) };
    };
    canvas.addEventListener('pointermove', (event) => this.data && this.point(under(event)));
    canvas.addEventListener('pointerleave', () => this.data && this.point(this.pinned));
    canvas.addEventListener('click', (event) => this.pin(under(event)));
    canvas.addEventListener('focus', () => {
      if (canvas.matches(':focus-visible') && this.at.matrix !== matrix) this.point(this.inside({ matrix, i: 0, j: 0 }));
    });
    const move = ([right, down]) => {
      const from = this.at.matrix === matrix ? this.at : { i: 0, j: 0 };
      this.pin(this.inside({ matrix, i: from.i + down, j: from.j + right }));
    };
    const [stay, home, end] = [[0, 0], [-Infinity, -Infinity], [Infinity, Infinity]].map((step) => () => move(step));
    answer(canvas, { Home: home, End: end, Enter: stay, ' ': stay }, move);
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
    else this.show();
  }

  // A cell of a part that belongs to one head shows that head.
  headOf({ matrix, i, j }) {
    if (SPLIT_COLUMNS.has(matrix)) return Math.floor(j / this.all.D);
    return SPLIT_ROWS.has(matrix) ? Math.floor(i / this.all.D) : this.head;
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
      const look = { 'aria-pressed': head === this.head, 'aria-label': `Show head ${head + 1} of ${heads}` };
      const made = button(look, heads > 1 ? head + 1 : 'the only one');
      made.addEventListener('click', () => {
        if (SHAPES[this.pinned.matrix] !== 'TT') this.pinned = { matrix: 'weights', i: 0, j: 0 }; // a cell of one head would bring it back
        this.at = this.pinned;
        this.chooseHead(head);
        this.part.heads.children[head + 1].focus();
      });
      return made;
    });
    this.part.heads.replaceChildren(make('span', '', 'Head'), ...buttons);
    this.part.stats.replaceChildren(...this.stats());
  }

  // Means of each head over the rows that read something.
  stats() {
    const titles = ['head', 'entropy', '‖J‖', 'largest'].map((text) => make('th', { scope: 'col' }, text));
    const rows = Array.from({ length: this.data.heads }, (_, h) => {
      const cells = this.all.means(h).map((value) => make('td', '', number(value)));
      return make('tr', h === this.head ? 'chosen' : '', make('th', { scope: 'row' }, h + 1), ...cells);
    });
    const caption = 'Means over rows: entropy in nats, size of softmax’s Jacobian, largest weight';
    return [make('caption', '', caption), make('tr', '', ...titles), ...rows];
  }

  draw() {
    const { root } = this;
    const inks = { row: variable(root, '--matrices-row'), column: variable(root, '--matrices-column') };
    this.colors = { ...palette(root), ...inks, result: variable(root, '--st-text-color') };
    for (const matrix of Object.keys(SHAPES)) {
      const figure = this.figures[matrix];
      Object.assign(figure, layOut(this.all, matrix, figure.canvas.parentElement.clientWidth));
    }
    for (const matrix of Object.keys(SHAPES)) this.paint(matrix);
    this.drawLabels();
    this.show();
  }

  paint(matrix) {
    const figure = this.figures[matrix];
    const pen = fitted(figure.base, figure.width, figure.height);
    const [low, high] = this.all.range(matrix);
    const limit = Math.max(Math.abs(low), Math.abs(high)) || 1;
    const masks = matrix === 'masked' || matrix === 'weights';
    Object.assign(pen, { textAlign: 'center', textBaseline: 'middle' });
    figure.rows.forEach(([top, bottom], i) =>
      figure.columns.forEach(([left, right], j) => {
        const box = [left, top, right - left, bottom - top];
        if (masks && !this.all.allowed(i, j)) this.cross(pen, box, matrix);
        else this.cell(pen, box, matrix, this.value(matrix, i, j), limit);
      })
    );
    pen.globalAlpha = 0.3;
    pen.strokeStyle = this.colors.ink;
    for (const band of bands(figure, this.all.D)) pen.strokeRect(band.x + 0.5, band.y + 0.5, band.width - 1, band.height - 1);
    pen.globalAlpha = 1;
    if (SHAPES[matrix] === 'TT') this.data.names.forEach((name, j) => this.label(pen, name, j, figure.columns[j]));
    figure.title.textContent = `${TITLES[matrix] ?? matrix} (${this.all.size(matrix).join(', ')})`;
    figure.legend.textContent = matrix === 'masked' && low > high ? 'all −∞' : `${number(low)} … ${number(high)}`;
  }

  cell(pen, [left, top, width, height], matrix, value, limit) {
    const strength = Math.min(1, Math.abs(value) / limit);
    pen.globalAlpha = FULL * strength;
    pen.fillStyle = value < 0 ? this.colors.wrong : this.colors.run;
    pen.fillRect(left, top, width, height);
    pen.globalAlpha = 1;
    const text = matrix === 'weights' ? number(value).replace(/^0/, '') : number(value, 1);
    this.write(pen, [left, top, width, height], text, strength > 0.6 ? WHITE : this.colors.ink);
  }

  write(pen, [left, top, width, height], text, color) {
    if (width < WRITTEN.width || height < WRITTEN.height) return;
    Object.assign(pen, { font: `${clamp(width / 2.6, ...LETTERS)}px ${this.colors.font}`, fillStyle: color });
    pen.fillText(text, left + width / 2, top + height / 2 + 0.5);
  }

  cross(pen, box, matrix) {
    pen.globalAlpha = 0.12;
    pen.fillStyle = this.colors.ink;
    pen.fillRect(...box);
    pen.globalAlpha = 0.6;
    this.write(pen, box, matrix === 'masked' ? '−∞' : '0', this.colors.ink);
    pen.globalAlpha = 1;
  }

  label(pen, name, j, [left, right]) {
    const size = Math.min(right - left, STRIP) - 1;
    const picture = this.pictures[j];
    if (picture) {
      if (picture.complete && picture.naturalWidth) pen.drawImage(picture, (left + right - size) / 2, STRIP - 1 - size, size, size);
      return;
    }
    if (right - left < NAMED) return;
    Object.assign(pen, { font: `11px ${this.colors.font}`, fillStyle: this.colors.ink });
    let text = name;
    while (text.length > 1 && pen.measureText(text).width > right - left - 1) text = text.slice(0, -1);
    pen.fillText(text, (left + right) / 2, STRIP / 2);
  }

  drawLabels() {
    const { rows, canvas } = this.figures.scores;
    this.part.labels.style.paddingTop = `${canvas.offsetTop - this.part.labels.offsetTop + STRIP}px`;
    const labels = this.data.names.map((name, i) => {
      const high = rows[i][1] - rows[i][0];
      const uri = this.data.pictures[i];
      const look = i === this.data.token ? 'marked' : '';
      const text = uri ? make('img', { class: look, src: uri, alt: name, style: `height: ${high - 1}px` }) : name;
      return make('span', { style: `height: ${high}px; line-height: ${high}px; font-size: ${Math.min(12, high)}px` }, text);
    });
    this.part.labels.replaceChildren(...labels);
  }

  // What follows the pointer: frames on the painted matrices, and the sum in words.
  show() {
    if (!this.colors) return;
    const { matrix, i, j } = this.at;
    const view = this.all.view(this.head, TITLES);
    const lit = sources(view, matrix, i, j);
    const frames = [...lit, { matrix, ink: 'result', rows: [i, i + 1], columns: [j, j + 1] }];
    for (const [name, figure] of Object.entries(this.figures)) {
      const pen = fitted(figure.canvas, figure.width, figure.height);
      pen.drawImage(figure.base, 0, 0, figure.width, figure.height);
      if (SPLIT_COLUMNS.has(name) || SPLIT_ROWS.has(name)) this.frameHead(pen, figure);
      frames.filter((one) => one.matrix === name).forEach((one) => this.frame(pen, figure, one));
    }
    const told = explain(view, matrix, i, j);
    this.part.name.textContent = told.name;
    this.part.sum.replaceChildren(...told.sum.map(([text, ink]) => make('span', ink && `ink-${ink}`, text)));
    this.part.note.textContent = told.note;
    const [rows, columns] = this.all.size(matrix);
    const place = `row ${i + 1} of ${rows}, column ${j + 1} of ${columns}`;
    const valuetext = `${place}. ${told.name}: ${this.part.sum.textContent}. ${told.note}`;
    spoken(this.figures[matrix].canvas, { valuemin: 1, valuemax: rows * columns, valuenow: i * columns + j + 1, valuetext });
    this.told = matrix + i + j + this.head;
    const places = lit.map((one) => `${one.matrix} ${one.rows.join('-')} ${one.columns.join('-')}`).join('; ');
    const seen = { matrix, row: i, column: j, head: this.head, value: this.value(matrix, i, j), lit: places };
    Object.assign(this.root.dataset, seen); // for tests
  }

  frame(pen, { rows, columns }, { rows: [top, bottom], columns: [left, right], ink }) {
    const [x, y] = [columns[left][0], rows[top][0]];
    const box = [x, y, columns[right - 1][1] - x, rows[bottom - 1][1] - y];
    frame(pen, box, this.colors[ink], { line: 2.5, edge: 1.5, halo: this.colors.paper });
  }

  frameHead(pen, figure) {
    const band = bands(figure, this.all.D)[this.head];
    if (this.data.heads < 2 || !band) return;
    Object.assign(pen, { strokeStyle: this.colors.ink, lineWidth: 1.5 });
    pen.strokeRect(band.x + 0.75, band.y + 0.75, band.width - 1.5, band.height - 1.5);
  }
}

export default mount('.matrices', LinkedMatrices);
