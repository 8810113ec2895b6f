// A matrix of which one cell is chosen: by a tap, or with the arrow keys and Enter. At the reveal each cell says who chose it.
import { button, make, set } from '../../../dashboard/kit/dom.js';
import { answer, beside } from '../../../dashboard/kit/keys.js';

export class Grid {
  at = 0; // the cell that the arrow keys are on

  constructor(board) {
    this.board = board;
    const { rows, columns, row_axis, column_axis } = board.data;
    const label = `Matrix: row = ${row_axis}, column = ${column_axis}. Arrow keys move, Enter chooses`;
    this.element = make('div', { class: 'vote-grid', role: 'grid', 'aria-label': label, style: `--columns:${columns.length}` });
    this.cells = rows.flatMap((_row, row) => columns.map((_column, column) => this.cell(row, column)));
    const heads = columns.map((name) => make('span', 'vote-grid-column', name));
    const lines = rows.flatMap((name, row) => [
      make('span', 'vote-grid-row', name),
      ...this.cells.slice(row * columns.length, (row + 1) * columns.length),
    ]);
    const corner = make('span', 'vote-grid-corner', `${row_axis} ↓ ${column_axis} →`);
    this.element.append(corner, ...heads, ...lines);
    answer(this.element, {}, (step) => this.move(beside(this.at, step, columns.length, rows.length)));
  }

  cell(row, column) {
    const { rows, columns, row_axis, column_axis, diagonal } = this.board.data;
    const words = `${row_axis} ${rows[row]}, ${column_axis} ${columns[column]}`;
    const made = button({ class: 'vote-grid-cell', 'aria-label': words, title: words });
    if (row === column && !diagonal) made.classList.add('off');
    made.addEventListener('click', () => this.choose(row, column));
    made.addEventListener('focus', () => {
      this.at = row * columns.length + column;
      this.board.tell(words);
    });
    made.addEventListener('pointerenter', () => this.board.tell(words));
    return made;
  }

  move(place) {
    this.at = place;
    this.cells[place].focus();
    this.draw();
  }

  choose(row, column) {
    const { locked, diagonal } = this.board.data;
    if (!locked && (diagonal || row !== column)) this.board.take([row, column]);
  }

  draw() {
    const { columns, outcome, locked, rows, row_axis, column_axis } = this.board.data, own = this.board.drawn;
    const most = outcome ? Math.max(1, ...outcome.before.counts.flat(), ...outcome.after.counts.flat()) : 1;
    this.cells.forEach((cell, place) => {
      const [row, column] = [Math.floor(place / columns.length), place % columns.length];
      const is = (chosen) => chosen !== null && chosen[0] === row && chosen[1] === column;
      cell.classList.toggle('own', is(own));
      cell.classList.toggle('right', Boolean(outcome) && is(outcome.truth));
      set(cell, { tabindex: place === this.at ? 0 : -1, 'aria-pressed': is(own), 'aria-disabled': locked });
      const [before, after] = outcome ? [outcome.before.counts[row][column], outcome.after.counts[row][column]] : [0, 0];
      cell.style.setProperty('--v', String(after / most));
      cell.textContent = before || after ? `${before}→${after}` : is(own) ? '●' : '';
    });
    const named = own && `${row_axis} ${rows[own[0]]}, ${column_axis} ${columns[own[1]]}`;
    if (outcome) this.board.tell('Each cell shows how many chose it, before → after. The framed cell was measured.');
    else if (named) this.board.tell(`Chosen: ${named}`);
    else this.board.tell('Tap a cell.');
  }
}
