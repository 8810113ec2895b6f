// Masks as matrices: row = the position that reads, column = the one that is read. The column that is pointed at is the token that was
// replaced: beside every row stands how far its output moved. A message (pages/masks/board) holds everything, so pointing asks
// the server for nothing.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { make, set, svg } from '../../../dashboard/kit/dom.js';
import { answer, clamp } from '../../../dashboard/kit/keys.js';
import { scientific, short } from '../../../dashboard/kit/text.js';

const [TOP, MOVED, GAP] = [20, 92, 8]; // px: names of the columns; how far outputs move, and the gap before it
const [LEAST_CELL, MOST_CELL, WIDEST_CELL] = [11, 23, 28]; // px of a cell; the last on a wide screen

// Exactly nothing is "0"; whatever else there is has three digits.
const number = (value) => scientific(value, 3);

class MaskBoard extends Board {
  constructor(root) {
    super(root);
    this.place = root.querySelector('.mask-board-masks');
    [this.head, this.words] = root.querySelectorAll('.mask-board-told > *');
    for (const kind of ['pointermove', 'pointerdown']) this.place.addEventListener(kind, (event) => this.follow(event));
    const page = (by) => this.point({ ...this.at, mask: this.at.mask + by });
    answer(this.place, { PageUp: () => page(-1), PageDown: () => page(1) }, ([right, down]) => {
      const { mask, row, column } = this.at;
      this.point({ mask, row: row + down, column: column + right });
    });
  }

  receive(data, before) {
    if (before?.names.join('\n') === data.names.join('\n')) return;
    this.at = { mask: data.masks.findIndex(({ name }) => name === 'subsequent'), row: data.start[0], column: data.start[1] };
  }

  draw() {
    const { masks, names } = this.data;
    const across = this.width >= 1600 ? 4 : this.width >= 460 ? 2 : 1;
    const count = names.length;
    const letters = Math.max(...names.map((name) => name.length));
    const label = 16 + 7 * Math.min(letters, 6);
    const wide = this.width / across - 16;
    this.cell = clamp(Math.floor((wide - label - MOVED - GAP) / count), LEAST_CELL, this.width > 900 ? WIDEST_CELL : MOST_CELL);
    this.left = label;
    this.place.style.setProperty('--across', across);
    this.place.replaceChildren(...masks.map((mask, at) => this.figure(mask, at, letters)));
    const keys = 'Arrow keys move from cell to cell, Page Up and Page Down from mask to mask.';
    this.place.setAttribute('aria-label', `Masks for ${names.length} positions. ${keys}`);
    this.point(this.at);
  }

  figure({ name, title, told, allowed }, at, letters) {
    const { names, padding } = this.data;
    const { cell, left } = this;
    const count = names.length;
    const [width, height] = [left + cell * count + GAP + MOVED, TOP + cell * count + 4];
    const drawing = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'data-at': at, 'aria-hidden': true });
    names.forEach((token, t) => {
      const look = padding[t] ? 'pad' : '';
      const middle = cell * (t + 0.5);
      const row = { class: `row ${look}`, x: left - 4, y: TOP + middle + 4, 'text-anchor': 'end', 'data-row': t };
      const column = { class: `column ${look}`, x: left + middle, y: TOP - 6, 'text-anchor': 'middle', 'data-column': t };
      drawing.append(svg('text', row, `${t} ${short(token, 6)}`), svg('text', column, letters > 1 ? t : token));
    });
    allowed.forEach((row, i) => {
      [...row].forEach((may, j) => {
        const look = `${may === '1' ? 'may' : 'not'}${padding[j] ? ' pad' : ''}`;
        const box = { x: left + j * cell + 0.5, y: TOP + i * cell + 0.5, width: cell - 1, height: cell - 1, rx: 1.5 };
        drawing.append(svg('rect', { class: look, ...box }));
      });
      if (!row.includes('1')) drawing.append(svg('text', { class: 'empty', x: left + 3, y: TOP + (i + 0.5) * cell + 4 }, 'nothing'));
      const x = left + cell * count + GAP;
      drawing.append(svg('rect', { class: 'bar', x, y: TOP + i * cell + 1.5, width: 0, height: cell - 3, 'data-bar': i }));
      drawing.append(svg('text', { class: 'moved', x: x + 3, y: TOP + (i + 0.5) * cell + 4, 'data-moved': i }));
    });
    drawing.append(svg('text', { class: 'moves', x: left + cell * count + GAP, y: TOP - 6 }, 'output moves'));
    drawing.append(
      svg('rect', { class: 'ring', width: cell, height: cell, rx: 2 }),
      svg('rect', { class: 'replaced', y: TOP, width: cell, height: cell * count, rx: 2 }),
    );
    return make('figure', { 'data-mask': name }, make('figcaption', '', make('b', '', title), ` ${told}`), drawing);
  }

  follow(event) {
    const drawing = event.target.closest?.('svg');
    if (!drawing) return;
    const box = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale - this.left, (event.clientY - box.top) * scale - TOP];
    const most = this.data.names.length - 1;
    const column = x > (most + 1) * this.cell || x < 0 ? this.at.column : clamp(Math.floor(x / this.cell), 0, most);
    this.point({ mask: Number(drawing.dataset.at), row: clamp(Math.floor(y / this.cell), 0, most), column });
  }

  point(at) {
    const { masks, names } = this.data;
    this.at = {
      mask: clamp(at.mask, 0, masks.length - 1),
      row: clamp(at.row, 0, names.length - 1),
      column: clamp(at.column, 0, names.length - 1),
    };
    const { mask, row, column } = this.at;
    const { cell, left } = this;
    for (const [n, figure] of [...this.place.children].entries()) {
      figure.classList.toggle('here', n === mask);
      const moved = masks[n].changes.map((values) => values[column]); // null: the first position is never replaced
      const most = Math.max(...moved.map((value) => value ?? 0), 1e-300);
      moved.forEach((value, i) => {
        const bar = figure.querySelector(`[data-bar="${i}"]`);
        set(bar, { width: value ? Math.max(2, ((MOVED - 4) * value) / most) : 0, class: `bar ${i < column ? 'early' : ''}` });
        const text = figure.querySelector(`[data-moved="${i}"]`);
        text.textContent = value === null ? '–' : number(value);
        text.setAttribute('class', `moved ${value ? '' : 'zero'}`);
      });
      set(figure.querySelector('.ring'), { x: left + column * cell, y: TOP + row * cell });
      set(figure.querySelector('.replaced'), { x: left + column * cell });
    }
    this.tell();
  }

  why(may, mask, row, column) {
    if (!may) return column > row && mask !== 'padding' ? 'it comes later' : 'it is padding';
    if (column === row) return 'its own token';
    if (column < row) return 'it comes before';
    return this.data.padding[column] ? 'although it is padding' : 'although it comes later';
  }

  tell() {
    const { masks, names, other, waiting } = this.data;
    const { mask, row, column } = this.at;
    const { title, name, allowed, changes } = masks[mask];
    const may = allowed[row][column] === '1';
    const read = `${may ? 'may' : 'may not'} read position ${column} (${names[column]})`;
    this.head.textContent = `${title}: position ${row} (${names[row]}) ${read}: ${this.why(may, name, row, column)}.`;
    const value = changes[row][column];
    const around = value !== 0 && !may ? ' It is not read here, but by a position that this one reads, one layer below.' : '';
    const self = value !== 0 && !may && row === column ? ' A position always holds its own token, whatever it reads.' : around;
    const next = row < names.length - 1 ? `, which predicts position ${row + 1},` : '';
    const moves = value ? number(value) : 'exactly 0';
    this.words.textContent = waiting
      ? 'The changes are measured in a moment.'
      : value === null
      ? `Position ${column} is never replaced: no output stands before it.`
      : `${names[column]} replaced by ${other} at position ${column}: output ${row}${next} moves by ${moves}.${self}`;
    const seen = { mask: name, row, column, may, value: value ?? '', count: names.length };
    Object.assign(this.root.dataset, seen); // for tests
  }
}

export default mount('.mask-board', MaskBoard);
