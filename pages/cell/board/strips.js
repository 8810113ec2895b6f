// Inputs, gates and states over time: a strip each, a column a step, a row a unit. The board says what they hold and what is chosen.
import { blank, fitted } from '../../../dashboard/kit/canvas.js';
import { make, share } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { table } from '../../../dashboard/kit/matrix.js';
import { diverging } from '../../../dashboard/kit/scale.js';
import { number, sub } from '../../../dashboard/kit/text.js';
import { WHITE } from '../../../dashboard/kit/theme.js';

const ROOM = 268; // px of all strips together
const STRIP = { tallest: 15, least: 26, gap: 5, left: 86, right: 42, change: 4 }; // px
const WIDEST = 44; // px of a cell
const WRITTEN = { width: 27, height: 11 }; // px of a cell that has room for its number
const FULL = 230; // opacity of a full color, of 255
const DARK = 0.62; // of a full color: from here on numbers on it are white

export class Strips {
  constructor(board, canvas) {
    Object.assign(this, { board, canvas, base: make('canvas'), pointed: null, scales: {} });
  }

  // Where every strip lies: inputs first, then the parts of the cell in the order they are computed.
  layOut() {
    const { T, C, H, kind } = this.board.reading;
    const parts = kind.parts.map(({ field, letter, name }, part) => ({ name: field, letter, title: name, rows: H, part }));
    const names = [{ name: 'x', letter: 'x', title: 'input', rows: C, part: -1 }, ...parts];
    const rows = names.reduce((sum, one) => sum + one.rows, 0);
    const room = ROOM - names.length * (STRIP.gap + STRIP.change);
    let top = 2;
    this.layout = names.map((one) => {
      const height = Math.max(STRIP.least, Math.min(STRIP.tallest, room / rows) * one.rows);
      const strip = { ...one, top, height, each: height / one.rows };
      top += height + STRIP.change + STRIP.gap;
      return strip;
    });
    const width = this.canvas.parentElement.clientWidth;
    this.cell = clamp((width - STRIP.left - STRIP.right) / T, 1, WIDEST);
    this.size = { width: STRIP.left + STRIP.right + this.cell * T, height: top };
  }

  // The strip, step and row at a place on the canvas.
  under(event) {
    const [across, down] = share(event, this.canvas);
    const [x, y] = [across * this.size.width, down * this.size.height];
    const strip = this.layout.findLast(({ top }) => top <= y) ?? this.layout[0];
    const inside = (place, count) => clamp(Math.floor(place), 0, count - 1);
    return { strip, t: inside((x - STRIP.left) / this.cell, this.board.reading.T), row: inside((y - strip.top) / strip.each, strip.rows) };
  }

  // The colors of a strip, and its lowest and highest value.
  scale(name) {
    const { above, below } = this.board.colors;
    return (this.scales[name] ??= diverging(this.board.arrays[name], { above, below, full: FULL }));
  }

  // ---- what changes with the numbers ----

  paint() {
    this.layOut();
    Object.assign(this, { scales: {}, pointed: null });
    const pen = fitted(this.base, this.size.width, this.size.height);
    pen.textBaseline = 'middle';
    for (const strip of this.layout) {
      this.paintCells(pen, strip);
      this.paintChange(pen, strip);
      this.paintLabels(pen, strip);
    }
  }

  // A pixel a number, then stretched.
  paintCells(pen, { name, rows, top, height, each }) {
    const { board, cell } = this;
    const { colors, reading } = board;
    const { T } = reading;
    const scale = this.scale(name);
    const small = table(rows, T, (row, t) => reading.at(name, t, row), scale.rgba);
    pen.imageSmoothingEnabled = each < 1; // else rows would be left out
    pen.drawImage(small, STRIP.left, top, cell * T, height);
    if (cell < WRITTEN.width || each < WRITTEN.height) return;
    Object.assign(pen, { font: `9.5px ${board.font}`, textAlign: 'center', strokeStyle: colors.paper, lineWidth: 0.6 });
    for (let t = 0; t < T; t += 1) {
      for (let row = 0; row < rows; row += 1) {
        const value = reading.at(name, t, row);
        const [x, y] = [STRIP.left + t * cell, top + row * each];
        pen.strokeRect(x, y, cell, each);
        pen.fillStyle = scale.strength(value) > DARK ? WHITE : colors.ink;
        pen.fillText(number(value), x + cell / 2, y + each / 2 + 0.5);
      }
    }
  }

  // Under a strip: how far each step is from the run before.
  paintChange(pen, { name, rows, top, height }) {
    const { ghost, reading: { T }, colors } = this.board;
    if (!ghost) return;
    const [now, before] = [this.board.arrays[name], ghost[name]];
    const away = Array.from({ length: T }, (_, t) => {
      let most = 0;
      for (let n = t * rows; n < (t + 1) * rows; n += 1) most = Math.max(most, Math.abs(now[n] - before[n]));
      return most;
    });
    const most = Math.max(...away);
    pen.fillStyle = colors.z;
    away.forEach((value, t) => {
      pen.globalAlpha = most ? value / most : 0;
      pen.fillRect(STRIP.left + t * this.cell, top + height + 1, this.cell, STRIP.change);
    });
    pen.globalAlpha = 1;
  }

  // Letter, name, shape and range of a strip.
  paintLabels(pen, { name, letter, title, rows, top, height }) {
    const { colors, font, reading: { T } } = this.board;
    const right = STRIP.left + this.cell * T;
    const { low, high } = this.scale(name);
    const line = top + Math.min(height / 2, 9);
    Object.assign(pen, { globalAlpha: 0.35, strokeStyle: colors.ink, lineWidth: 1, textAlign: 'left' });
    pen.strokeRect(STRIP.left - 0.5, top - 0.5, this.cell * T + 1, height + 1);
    Object.assign(pen, { globalAlpha: 1, fillStyle: colors[letter], font: `600 12px ${font}` });
    pen.fillText(letter, 0, line);
    Object.assign(pen, { fillStyle: colors.ink, font: `10.5px ${font}` });
    pen.fillText(title, 12, line);
    pen.globalAlpha = 0.75;
    pen.fillText(`(${rows}, ${T})`, 12, line + 12);
    pen.fillText(`${number(low)}…`, right + 4, line);
    pen.fillText(number(high), right + 4, line + 12);
    pen.globalAlpha = 1;
  }

  // ---- what follows step, unit and pointer ----

  draw() {
    const { board, cell, layout } = this;
    const { width, height } = this.size;
    const pen = fitted(this.canvas, width, height);
    pen.drawImage(this.base, 0, 0, width, height);
    const x = STRIP.left + board.t * cell;
    const frame = (left, top, wide, tall, color, line) => {
      Object.assign(pen, { strokeStyle: color, lineWidth: line });
      pen.strokeRect(left, top, wide, tall);
    };
    const last = layout.at(-1);
    for (const [color, line] of [[board.colors.paper, 4], [board.colors.ink, 1.5]]) {
      frame(x - 1, 0.75, cell + 1, last.top + last.height + 1, color, line);
    }
    for (const strip of layout) {
      const lit = strip.part === board.lit;
      const color = board.colors[strip.letter];
      if (lit) frame(STRIP.left - 1, strip.top - 1, cell * board.reading.T + 2, strip.height + 2, color, 2);
      const { array, column } = board.replacing.target;
      const row = strip.name !== 'x' ? board.j : array === 'x' ? column : -1;
      if (row < 0) continue;
      const [wide, tall] = [Math.max(3, cell - 1), Math.max(3, strip.each - 0.5)];
      frame(x, strip.top + row * strip.each, wide, tall, lit ? color : board.colors.ink, 2);
    }
    if (this.pointed) this.tag(pen, this.words(), this.pointed);
  }

  // What is under the pointer, in words.
  words() {
    if (!this.pointed) return '';
    const { strip, t, row } = this.pointed;
    const { ghost, reading } = this.board;
    const before = ghost ? `, before ${number(reading.at(strip.name, t, row, ghost), 3)}` : '';
    return `${strip.title} ${strip.letter}${sub(row + 1)}, step ${t + 1}: ${number(reading.at(strip.name, t, row), 3)}${before}`;
  }

  // A label above the place that is pointed at, or below it where there is no room.
  tag(pen, text, { strip, t, row }) {
    const { colors, font } = this.board;
    Object.assign(pen, { font: `11px ${font}`, textAlign: 'left', textBaseline: 'middle', fillStyle: colors.ink });
    const [x, y] = [STRIP.left + (t + 0.5) * this.cell, strip.top + (row + 0.5) * strip.each];
    const wide = pen.measureText(text).width + 10;
    const left = clamp(x - wide / 2, 0, this.size.width - wide);
    const top = y > 34 ? y - 28 : y + 12;
    pen.fillRect(left, top, wide, 17);
    pen.fillStyle = colors.paper;
    pen.fillText(text, left + 5, top + 9);
  }

  // The strips as a picture with a line on what they are.
  picture(words) {
    const { width, height } = this.size;
    const { colors, font } = this.board;
    const pen = blank(width, height + 18, colors.paper);
    pen.drawImage(this.canvas, 0, 0, width, height);
    Object.assign(pen, { fillStyle: colors.ink, font: `10.5px ${font}` });
    pen.fillText(words, 2, height + 12);
    return pen.canvas;
  }
}
