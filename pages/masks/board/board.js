// Masks as matrices: row = the position that reads, column = the one that is read. The column that is pointed at is the token that has been
// replaced: beside every row stands how far its output moved. A message (pages/masks/board) holds everything, so pointing asks
// the server for nothing.
const SPACE = 'http://www.w3.org/2000/svg';
const [TOP, MOVED, GAP] = [20, 92, 8]; // px: names of the columns; how far outputs move, and the gap before it
const [LEAST_CELL, MOST_CELL, WIDEST_CELL] = [11, 23, 28]; // px of a cell; the last on a wide screen
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export default function maskBoard({ data: [data], parentElement }) {
  const root = parentElement.querySelector('.mask-board');
  root.board ??= new MaskBoard(root);
  root.board.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a board that left the page is closed.
  return () => root.isConnected || root.board.observer.disconnect();
}

const draw = (tag, attributes, text = '') => {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};
const inside = (value, least, most) => Math.min(most, Math.max(least, value));
const short = (name, letters) => (name.length > letters ? `${name.slice(0, letters - 1)}…` : name);
// Exactly nothing is "0"; whatever else there is has three digits.
const number = (value) => (value === 0 ? '0' : value < 0.001 ? value.toExponential(1).replace('-', '−') : value.toPrecision(3));

class MaskBoard {
  constructor(root) {
    this.root = root;
    this.place = root.querySelector('.mask-board-masks');
    [this.head, this.words] = root.querySelectorAll('.mask-board-told > *');
    for (const kind of ['pointermove', 'pointerdown']) this.place.addEventListener(kind, (event) => this.follow(event));
    this.place.addEventListener('keydown', (event) => this.press(event));
    this.observer = new ResizeObserver(() => this.data && root.clientWidth !== this.width && this.draw());
    this.observer.observe(root);
  }

  receive(data) {
    const fresh = this.data?.names.join('\n') !== data.names.join('\n');
    this.data = data;
    if (fresh) this.at = { mask: data.masks.findIndex(({ name }) => name === 'subsequent'), row: data.start[0], column: data.start[1] };
    this.draw();
  }

  draw() {
    const { masks, names } = this.data;
    this.width = this.root.clientWidth;
    if (!this.width) return;
    const across = this.width >= 1600 ? 4 : this.width >= 460 ? 2 : 1;
    const count = names.length;
    const letters = Math.max(...names.map((name) => name.length));
    const label = 16 + 7 * Math.min(letters, 6);
    const wide = this.width / across - 16;
    this.cell = inside(Math.floor((wide - label - MOVED - GAP) / count), LEAST_CELL, this.width > 900 ? WIDEST_CELL : MOST_CELL);
    this.left = label;
    this.place.style.setProperty('--across', across);
    this.place.replaceChildren(...masks.map((mask, at) => this.figure(mask, at, letters)));
    this.place.setAttribute('aria-label', `Masks for ${names.length} positions. Arrow keys move from cell to cell, Page Up and Page Down from mask to mask.`);
    this.point(this.at);
  }

  figure({ name, title, told, allowed }, at, letters) {
    const { names, padding } = this.data;
    const { cell, left } = this;
    const count = names.length;
    const figure = document.createElement('figure');
    figure.dataset.mask = name;
    const caption = document.createElement('figcaption');
    const strong = document.createElement('b');
    strong.textContent = title;
    caption.append(strong, ` ${told}`);
    const [width, height] = [left + cell * count + GAP + MOVED, TOP + cell * count + 4];
    const svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'data-at': at, 'aria-hidden': true });
    names.forEach((token, t) => {
      const look = padding[t] ? 'pad' : '';
      const middle = cell * (t + 0.5);
      svg.append(draw('text', { class: `row ${look}`, x: left - 4, y: TOP + middle + 4, 'text-anchor': 'end', 'data-row': t }, `${t} ${short(token, 6)}`));
      const top = letters > 1 ? String(t) : token;
      svg.append(draw('text', { class: `column ${look}`, x: left + middle, y: TOP - 6, 'text-anchor': 'middle', 'data-column': t }, top));
    });
    allowed.forEach((row, i) => {
      [...row].forEach((may, j) => {
        const look = `${may === '1' ? 'may' : 'not'}${padding[j] ? ' pad' : ''}`;
        svg.append(draw('rect', { class: look, x: left + j * cell + 0.5, y: TOP + i * cell + 0.5, width: cell - 1, height: cell - 1, rx: 1.5 }));
      });
      if (!row.includes('1')) svg.append(draw('text', { class: 'empty', x: left + 3, y: TOP + (i + 0.5) * cell + 4 }, 'nothing'));
      const x = left + cell * count + GAP;
      svg.append(draw('rect', { class: 'bar', x, y: TOP + i * cell + 1.5, width: 0, height: cell - 3, 'data-bar': i }));
      svg.append(draw('text', { class: 'moved', x: x + 3, y: TOP + (i + 0.5) * cell + 4, 'data-moved': i }));
    });
    svg.append(draw('text', { class: 'moves', x: left + cell * count + GAP, y: TOP - 6 }, 'output moves'));
    svg.append(draw('rect', { class: 'ring', width: cell, height: cell, rx: 2 }), draw('rect', { class: 'replaced', y: TOP, width: cell, height: cell * count, rx: 2 }));
    figure.append(caption, svg);
    return figure;
  }

  follow(event) {
    const svg = event.target.closest?.('svg');
    if (!svg) return;
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale - this.left, (event.clientY - box.top) * scale - TOP];
    const most = this.data.names.length - 1;
    const column = x > (most + 1) * this.cell || x < 0 ? this.at.column : inside(Math.floor(x / this.cell), 0, most);
    this.point({ mask: Number(svg.dataset.at), row: inside(Math.floor(y / this.cell), 0, most), column });
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = { PageUp: -1, PageDown: 1 }[event.key];
    const move = MOVES[event.key];
    if (!page && !move) return;
    event.preventDefault(); // the page would scroll
    const most = this.data.names.length - 1;
    const { mask, row, column } = this.at;
    if (page) this.point({ ...this.at, mask: inside(mask + page, 0, this.data.masks.length - 1) });
    else this.point({ mask, row: inside(row + move[0], 0, most), column: inside(column + move[1], 0, most) });
  }

  point(at) {
    const { masks, names } = this.data;
    this.at = { mask: inside(at.mask, 0, masks.length - 1), row: inside(at.row, 0, names.length - 1), column: inside(at.column, 0, names.length - 1) };
    const { mask, row, column } = this.at;
    const { cell, left } = this;
    for (const [n, figure] of [...this.place.children].entries()) {
      figure.classList.toggle('here', n === mask);
      const moved = masks[n].changes.map((values) => values[column]); // null: the first position is never replaced
      const most = Math.max(...moved.map((value) => value ?? 0), 1e-300);
      moved.forEach((value, i) => {
        const bar = figure.querySelector(`[data-bar="${i}"]`);
        bar.setAttribute('width', value ? Math.max(2, ((MOVED - 4) * value) / most) : 0);
        bar.setAttribute('class', `bar ${i < column ? 'early' : ''}`);
        const text = figure.querySelector(`[data-moved="${i}"]`);
        text.textContent = value === null ? '–' : number(value);
        text.setAttribute('class', `moved ${value ? '' : 'zero'}`);
      });
      const ring = figure.querySelector('.ring');
      ring.setAttribute('x', left + column * cell);
      ring.setAttribute('y', TOP + row * cell);
      const replaced = figure.querySelector('.replaced');
      replaced.setAttribute('x', left + column * cell);
    }
    this.tell();
  }

  tell() {
    const { masks, names, padding, other, waiting } = this.data;
    const { mask, row, column } = this.at;
    const { title, name, allowed, changes } = masks[mask];
    const may = allowed[row][column] === '1';
    const why = may
      ? column === row ? 'its own token' : column < row ? 'it comes before' : padding[column] ? 'though it only fills up' : 'although it comes later'
      : column > row && name !== 'padding' ? 'it comes later' : 'it only fills up';
    this.head.textContent = `${title}: position ${row} (${names[row]}) ${may ? 'may' : 'may not'} read position ${column} (${names[column]}): ${why}.`;
    const value = changes[row][column];
    const around = value !== 0 && !may ? ' Not read here, but by a position that this one reads, a layer below.' : '';
    const self = value !== 0 && !may && row === column ? ' A position always holds its own token, whatever it reads.' : around;
    this.words.textContent = waiting
      ? 'What moves is measured in a moment.'
      : value === null
      ? `Position ${column} is never replaced: no output stands before it.`
      : `${names[column]} replaced by ${other} at position ${column}: output ${row}${row < names.length - 1 ? `, which predicts position ${row + 1},` : ''} moves by ${value === 0 ? 'exactly 0' : number(value)}.${self}`;
    const seen = { mask: name, row, column, may, value: value ?? '', count: names.length };
    Object.assign(this.root.dataset, seen); // for tests
  }
}
