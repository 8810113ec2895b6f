// An attention map: row = the token that reads, column = the token that is read. Rows that are still to be written are empty.
import { spot, svg } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { short } from '../../../dashboard/kit/text.js';
import { shown } from './words.js';

const [LEAST, MOST] = [5, 30]; // px of a cell
const [LOW, REST, HIGH] = [200, 560, 420]; // px of height for the cells: what the rest of the board leaves of a screen
const LEGIBLE = 8; // px of a cell whose token is named; of smaller ones only every third or fifth has room
const TOP = 16; // px above the cells, for the names of columns

const longest = (names) => Math.max(1, ...names.map((name) => name.length));

export class AttentionMap {
  constructor(place) {
    this.place = place;
  }

  build(weights, rows, columns, width, mirrored) {
    Object.assign(this, { weights, rows, columns, left: 14 + 7 * Math.min(6, longest(rows)) });
    const y = clamp(clamp(window.innerHeight - REST, LOW, HIGH) / rows.length, LEAST, MOST);
    const wide = longest(columns) > 1 ? 60 : Math.max(34, 2 * y);
    this.cell = { x: clamp((width - this.left - 4) / columns.length, LEAST, wide), y };
    const [w, h] = [this.left + this.cell.x * columns.length + 2, TOP + y * rows.length + 2];
    this.cells = rows.map((_, t) => columns.map((__, s) => this.rect(s, t)));
    this.ring = svg('rect', { x: this.left - 1, width: columns.length * this.cell.x + 2, height: y, class: 'ring' });
    this.figure = svg('svg', { width: w, height: h, viewBox: `0 0 ${w} ${h}`, 'aria-hidden': true });
    this.figure.append(...this.names(), ...this.cells.flat(), ...(mirrored ? [] : [this.ring]));
    this.place.replaceChildren(this.figure);
  }

  rect(s, t) {
    const { x, y } = this.cell;
    const size = { width: Math.max(1, x - 1), height: Math.max(1, y - 1) };
    return svg('rect', { x: this.left + s * x + 0.5, y: TOP + t * y + 0.5, ...size, class: 'cell' });
  }

  names() {
    const { x, y } = this.cell;
    const letters = Math.max(1, Math.floor(x / 6.5));
    const columns = this.columns.map((name, s) => {
      const place = { x: this.left + (s + 0.5) * x, y: 11, 'text-anchor': 'middle', 'data-column': s };
      return (x >= LEGIBLE || s % 5 === 0) && svg('text', place, short(shown(name), letters));
    });
    const rows = this.rows.map((name, t) => {
      const place = { x: this.left - 4, y: TOP + (t + 0.5) * y + 4, 'text-anchor': 'end', 'data-row': t };
      return (y >= LEGIBLE || t % 3 === 0) && svg('text', place, short(shown(name), 6));
    });
    return [...columns, ...rows].filter(Boolean);
  }

  // `upto`: the last row that is shown; `now`: the one that is marked.
  show(layer, head, upto, now) {
    this.cells.forEach((row, t) => {
      row.forEach((cell, s) => cell.style.setProperty('--w', t > upto ? 0 : this.weights.at(layer, head, t, s)));
    });
    this.ring.setAttribute('y', TOP + now * this.cell.y);
  }

  // The cell under a pointer, or null.
  find(event) {
    if (!this.figure?.isConnected) return null;
    const [x, y] = spot(event, this.figure);
    const [s, t] = [Math.floor((x - this.left) / this.cell.x), Math.floor((y - TOP) / this.cell.y)];
    return s >= 0 && t >= 0 && s < this.columns.length && t < this.rows.length ? { s, t } : null;
  }
}
