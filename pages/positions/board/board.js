// A table of positions, how like they are, and the number that is pointed at. A message (pages/positions/board) holds everything; what
// follows the pointer or the arrow keys asks the server for nothing. The formulas are those of core/probes/positions/tables.py.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { fitted, penOf } from '../../../dashboard/kit/canvas.js';
import { partsOf, share, spoken } from '../../../dashboard/kit/dom.js';
import { answer, clamp, wrap } from '../../../dashboard/kit/keys.js';
import { table } from '../../../dashboard/kit/matrix.js';
import { floats, int16s } from '../../../dashboard/kit/packed.js';
import { diverging } from '../../../dashboard/kit/scale.js';
import { capital, number } from '../../../dashboard/kit/text.js';
import { palette, signColors } from '../../../dashboard/kit/theme.js';
import { drawCircle } from './circle.js';
import { formula } from './formula.js';

const STEPS = 10000; // similarities come as whole ten-thousandths
const LEAST = 7; // px of the frame around a cell; of smaller cells it stands over several
const ADDED = { none: 'Nothing is added', rotary: 'What the pair (1, 0) is rotated to' };
const NAMES = ['table', 'like', 'grid', 'circle', 'name', 'formula', 'pair', 'none', 'table-title', 'like-title', 'grid-title'];

class PositionMap extends Board {
  constructor(root) {
    super(root);
    this.parts = partsOf(root, 'position-map-', NAMES);
    this.legends = [...root.querySelectorAll('.position-map-scale')];
    Object.assign(this, { position: 0, feature: 0, other: 0 });
    this.listen('table', (row, column) => ({ position: row, feature: column }));
    this.listen('like', (row, column) => ({ position: row, other: column }));
    this.listen('grid', (row, column) => ({ position: this.data.lead + row * this.data.side + column }));
  }

  receive(data, before) {
    this.table = floats(data.table); // (T, C)
    this.like = Array.from(int16s(data.like), (step) => step / STEPS); // (T, T)
    if (before?.length === data.length && before?.dim === data.dim) return;
    // In the middle of the grid, or of the sequence, on a feature whose wave is to be seen.
    const middle = data.side ? data.lead + (data.side >> 1) * (data.side + 1) : data.length >> 1;
    this.position = clamp(middle, 0, data.length - 1);
    this.feature = clamp(data.dim >> 3, 0, data.dim - 1);
    this.other = clamp(data.lead, 0, data.length - 1);
  }

  // The rows and columns of each picture.
  cells(name) {
    const { length, dim, side } = this.data;
    return { table: [length, dim], like: [length, length], grid: [side, side] }[name];
  }

  // The row and column of each picture that is framed; of a class token there is none in the grid.
  framed(name) {
    const { lead, side } = this.data;
    const patch = this.position - lead;
    const places = { table: this.feature, like: this.other, grid: wrap(patch, side) };
    return [name === 'grid' ? Math.floor(patch / side) : this.position, places[name]];
  }

  listen(name, meaning) {
    const canvas = this.parts[name];
    const take = (row, column) => {
      const [rows, columns] = this.cells(name);
      const before = [this.position, this.feature, this.other].join();
      Object.assign(this, meaning(clamp(row, 0, rows - 1), clamp(column, 0, columns - 1)));
      if ([this.position, this.feature, this.other].join() !== before) this.show();
    };
    const follow = (event) => {
      const [rows, columns] = this.cells(name);
      const [x, y] = share(event, canvas);
      take(Math.floor(y * rows), Math.floor(x * columns));
    };
    for (const kind of ['pointermove', 'pointerdown']) canvas.addEventListener(kind, follow);
    answer(canvas, {}, ([right, down]) => {
      const [row, column] = this.framed(name);
      if (name === 'grid' && row < 0) take(0, 0);
      else take(row + down, column + right);
    });
  }

  draw() {
    const { root } = this;
    const { length, dim } = this.data;
    this.colors = palette(root);
    const colors = signColors(root);
    this.scales = { table: diverging(this.table, colors), like: diverging(this.like, { ...colors, limit: 1 }) };
    this.sheets = {
      table: table(length, dim, (row, column) => this.table[row * dim + column], this.scales.table.rgba),
      like: table(length, length, (row, column) => this.like[row * length + column], this.scales.like.rgba),
    };
    this.show();
  }

  // What follows the pointer.
  show() {
    const { data, position, feature } = this;
    const { length, dim, side, lead } = data;
    this.entry = formula(data, position, feature, this.table[position * dim + feature]);
    this.paint('table', this.sheets.table);
    this.paint('like', this.sheets.like);
    this.parts.grid.hidden = !side;
    const like = (row, column) => this.like[position * length + lead + row * side + column];
    if (side) this.paint('grid', table(side, side, like, this.scales.like.rgba));
    drawCircle(this.parts.circle, this.entry.angle, this.colors);
    this.tell();
  }

  // A table of numbers as a square, and what is looked at in a frame.
  paint(name, sheet) {
    const width = this.parts[name].parentElement.clientWidth;
    const pen = fitted(this.parts[name], width, width, { sharp: true });
    pen.drawImage(sheet, 0, 0, width, width);
    const [row, column] = this.framed(name);
    if (row >= 0) this.frame(name, row, column);
  }

  // A frame around one cell; of cells too small for one, a cross of lines through it.
  frame(name, row, column) {
    const pen = penOf(this.parts[name]);
    const width = this.parts[name].parentElement.clientWidth;
    const [rows, columns] = this.cells(name);
    const [wide, high] = [width / columns, width / rows];
    const [x, y] = [column * wide, row * high];
    pen.strokeStyle = this.colors.ink;
    if (name !== 'grid') {
      Object.assign(pen, { lineWidth: 1, globalAlpha: 0.35 });
      pen.beginPath();
      pen.moveTo(0, y + high / 2);
      pen.lineTo(width, y + high / 2);
      pen.moveTo(x + wide / 2, 0);
      pen.lineTo(x + wide / 2, width);
      pen.stroke();
      pen.globalAlpha = 1;
    }
    const grown = (at, size) => (size < LEAST ? [at - (LEAST - size) / 2, LEAST] : [at, size]);
    const [[left, boxWidth], [top, boxHeight]] = [grown(x, wide), grown(y, high)];
    pen.lineWidth = 2;
    pen.strokeRect(left, top, boxWidth, boxHeight);
  }

  tell() {
    const { parts, entry, position, feature, other } = this;
    const { kind, length, dim, side, lead } = this.data;
    const patch = position - lead;
    const row = Math.floor(patch / side);
    const where = !side ? '' : patch < 0 ? ' (class token)' : ` (row ${row}, column ${patch % side})`;
    const compared = patch < 0 ? 'the class token' : `patch in row ${row}, column ${patch % side}`;
    const added = ADDED[kind] ?? 'Added to the tokens';
    parts['table-title'].textContent = `${added}: position ↓ 0 to ${length - 1}, feature → 0 to ${dim - 1}`;
    parts['like-title'].textContent = `Similarity (cosine) of positions: row and column 0 to ${length - 1}`;
    parts['grid-title'].textContent = side ? `Similarity of ${compared} to all ${side} × ${side} patches` : 'As patches';
    const none = `${length} tokens do not make a square grid: choose 64 or 65, for example.`;
    parts.none.textContent = side ? 'The same colours as at the left. Row 0 and column 0 come first.' : none;
    this.legend(this.legends[0], this.scales.table);
    this.legend(this.legends[1], this.scales.like);
    parts.name.textContent = `Position ${position}${where}, feature ${feature}`;
    parts.formula.textContent = entry.formula;
    const like = this.like[position * length + other];
    const words = `similarity to position ${other}: ${number(like, 4)}`;
    parts.pair.textContent = entry.pair ? `${entry.pair} · ${words}` : capital(words);
    const valuetext = `${parts.name.textContent}: ${entry.formula}; ${words}`;
    for (const name of ['table', 'like', 'grid']) spoken(parts[name], { valuemin: 0, valuemax: length - 1, valuenow: position, valuetext });
    Object.assign(this.root.dataset, { kind, length, dim, position, feature, other, value: entry.value, like }); // for tests
  }

  // The scale of the colors from the lowest to the highest value that there is.
  legend(place, { low, high, limit, gradient }) {
    const [left, right] = place.querySelectorAll('span');
    const digits = limit >= 10 ? 0 : 2;
    left.textContent = number(low, digits);
    right.textContent = number(high, digits);
    place.querySelector('i').style.background = gradient();
  }
}

export default mount('.position-map', PositionMap);
