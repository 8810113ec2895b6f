// An attention map: row = the token that reads, column = the token that is read. Rows that are still to be written are empty.
import { draw, inside, short, shown } from './parts.js';

const [LEAST, MOST] = [5, 30]; // px of a cell
const [LOW, REST, HIGH] = [200, 560, 420]; // px of height for the cells: what the rest of the board leaves of a screen

export class AttentionMap {
  constructor(place) {
    this.place = place;
  }

  build(weights, rows, columns, width, mirrored) {
    Object.assign(this, { weights, rows, columns });
    const letters = Math.min(6, Math.max(...rows.map((name) => name.length), 1));
    this.left = 14 + 7 * letters;
    this.top = 16;
    const y = inside(inside(window.innerHeight - REST, LOW, HIGH) / rows.length, LEAST, MOST);
    const wide = Math.max(...columns.map((name) => name.length)) > 1 ? 60 : Math.max(34, 2 * y);
    this.cell = { x: inside((width - this.left - 4) / columns.length, LEAST, wide), y };
    const [w, h] = [this.left + this.cell.x * columns.length + 2, this.top + this.cell.y * rows.length + 2];
    const svg = draw('svg', { width: w, height: h, viewBox: `0 0 ${w} ${h}`, 'aria-hidden': true });
    columns.forEach((name, s) => {
      if (this.cell.x >= 8 || s % 5 === 0) svg.append(draw('text', { x: this.left + (s + 0.5) * this.cell.x, y: 11, 'text-anchor': 'middle', 'data-column': s }, short(shown(name), Math.max(1, Math.floor(this.cell.x / 6.5)))));
    });
    rows.forEach((name, t) => {
      if (this.cell.y >= 8 || t % 3 === 0) svg.append(draw('text', { x: this.left - 4, y: this.top + (t + 0.5) * this.cell.y + 4, 'text-anchor': 'end', 'data-row': t }, short(shown(name), 6)));
    });
    this.cells = rows.map((_, t) =>
      columns.map((__, s) => {
        const cell = draw('rect', { x: this.left + s * this.cell.x + 0.5, y: this.top + t * this.cell.y + 0.5, width: Math.max(1, this.cell.x - 1), height: Math.max(1, this.cell.y - 1), class: 'cell' });
        svg.append(cell);
        return cell;
      }),
    );
    this.ring = draw('rect', { x: this.left - 1, width: columns.length * this.cell.x + 2, height: this.cell.y, class: 'ring' });
    if (!mirrored) svg.append(this.ring);
    this.place.replaceChildren(svg);
  }

  // `upto`: the last row that is shown; `now`: the one that is marked.
  show(layer, head, upto, now) {
    this.cells.forEach((row, t) => {
      row.forEach((cell, s) => cell.style.setProperty('--w', t > upto ? 0 : this.weights.at(layer, head, t, s)));
    });
    this.ring.setAttribute('y', this.top + now * this.cell.y);
  }

  // The cell under a pointer, or null.
  find(event) {
    const svg = this.place.querySelector('svg');
    if (!svg) return null;
    const box = svg.getBoundingClientRect();
    const [s, t] = [Math.floor((event.clientX - box.left - this.left) / this.cell.x), Math.floor((event.clientY - box.top - this.top) / this.cell.y)];
    return s >= 0 && t >= 0 && s < this.columns.length && t < this.rows.length ? { s, t } : null;
  }
}
