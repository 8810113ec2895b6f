// Inputs, gates and states over time: a strip each, a column a step, a row a unit. The board says what they hold and what is chosen.

import { canvasOf } from './canvas.js';

import { number, sub } from './formulas.js';

const ROOM = 268; // px of all strips together
const STRIP = { tallest: 15, least: 26, gap: 5, left: 86, right: 42, change: 4 }; // px
const WIDEST = 44; // px of a cell
const WRITTEN = { width: 27, height: 11 }; // px of a cell that has room for its number

export class Strips {
  constructor(board, canvas) {
    Object.assign(this, { board, canvas, base: document.createElement('canvas'), pointed: null, ranges: {} });
  }

  // Where every strip lies: inputs first, then the parts of the cell in the order they are computed.
  layOut() {
    const { board } = this;
    const parts = board.kind.parts.map(({ field, letter, name }, part) => ({ name: field, letter, title: name, rows: board.H, part }));
    const names = [{ name: 'x', letter: 'x', title: 'input', rows: board.C, part: -1 }, ...parts];
    const rows = names.reduce((sum, one) => sum + one.rows, 0);
    const room = ROOM - names.length * (STRIP.gap + STRIP.change);
    let top = 2;
    this.layout = names.map((one) => {
      const height = Math.max(STRIP.least, Math.min(STRIP.tallest * one.rows, (room * one.rows) / rows));
      const strip = { ...one, top, height, each: height / one.rows };
      top += height + STRIP.change + STRIP.gap;
      return strip;
    });
    const width = this.canvas.parentElement.clientWidth;
    this.cell = Math.max(1, Math.min(WIDEST, (width - STRIP.left - STRIP.right) / board.T));
    this.size = { width: STRIP.left + STRIP.right + this.cell * board.T, height: top };
  }

  // The strip, step and row at a place on the canvas.
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const strip = this.layout.findLast(({ top }) => top <= y) ?? this.layout[0];
    const clamp = (value, count) => Math.max(0, Math.min(count - 1, value));
    return { strip, t: clamp(Math.floor((x - STRIP.left) / this.cell), this.board.T), row: clamp(Math.floor((y - strip.top) / strip.each), strip.rows) };
  }

  // Lowest and highest value of a strip.
  range(name) {
    return (this.ranges[name] ??= this.board.arrays[name].reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]));
  }

  // -- what changes with the numbers ----------------------------------------------------------------------------------

  paint() {
    this.layOut();
    Object.assign(this, { ranges: {}, pointed: null });
    const context = canvasOf(this.base, this.size.width, this.size.height);
    context.textBaseline = 'middle';
    for (const strip of this.layout) {
      this.paintCells(context, strip);
      this.paintChange(context, strip);
      this.paintLabels(context, strip);
    }
  }

  // A pixel a number, then stretched.
  paintCells(context, { name, rows, top, height, each }) {
    const { board, cell } = this;
    const { T, colors } = board;
    const limit = Math.max(...this.range(name).map(Math.abs)) || 1;
    const [positive, negative] = [rgb(colors.positive), rgb(colors.negative)];
    const small = Object.assign(document.createElement('canvas'), { width: T, height: rows });
    const image = new ImageData(T, rows);
    for (let t = 0; t < T; t += 1) {
      for (let row = 0; row < rows; row += 1) {
        const value = board.at(name, t, row);
        image.data.set([...(value < 0 ? negative : positive), Math.round((230 * Math.abs(value)) / limit)], 4 * (row * T + t));
      }
    }
    small.getContext('2d').putImageData(image, 0, 0);
    context.imageSmoothingEnabled = each < 1; // else rows would be left out
    context.drawImage(small, STRIP.left, top, cell * T, height);
    if (cell < WRITTEN.width || each < WRITTEN.height) return;
    Object.assign(context, { font: `9.5px ${board.font}`, textAlign: 'center', strokeStyle: colors.paper, lineWidth: 0.6 });
    for (let t = 0; t < T; t += 1) {
      for (let row = 0; row < rows; row += 1) {
        const value = board.at(name, t, row);
        const [x, y] = [STRIP.left + t * cell, top + row * each];
        context.strokeRect(x, y, cell, each);
        context.fillStyle = Math.abs(value) / limit > 0.62 ? '#fff' : colors.ink;
        context.fillText(number(value), x + cell / 2, y + each / 2 + 0.5);
      }
    }
  }

  // Under a strip: how far each step is from the run before.
  paintChange(context, { name, rows, top, height }) {
    const { ghost, T, colors } = this.board;
    if (!ghost) return;
    const [now, before] = [this.board.arrays[name], ghost[name]];
    const away = Array.from({ length: T }, (_, t) => {
      let most = 0;
      for (let n = t * rows; n < (t + 1) * rows; n += 1) most = Math.max(most, Math.abs(now[n] - before[n]));
      return most;
    });
    const most = Math.max(...away);
    context.fillStyle = colors.z;
    away.forEach((value, t) => {
      context.globalAlpha = most ? value / most : 0;
      context.fillRect(STRIP.left + t * this.cell, top + height + 1, this.cell, STRIP.change);
    });
    context.globalAlpha = 1;
  }

  // Letter, name, shape and range of a strip.
  paintLabels(context, { name, letter, title, rows, top, height }) {
    const { colors, font, T } = this.board;
    const right = STRIP.left + this.cell * T;
    const [low, high] = this.range(name);
    const line = top + Math.min(height / 2, 9);
    Object.assign(context, { globalAlpha: 0.35, strokeStyle: colors.ink, lineWidth: 1, textAlign: 'left' });
    context.strokeRect(STRIP.left - 0.5, top - 0.5, this.cell * T + 1, height + 1);
    Object.assign(context, { globalAlpha: 1, fillStyle: colors[letter], font: `600 12px ${font}` });
    context.fillText(letter, 0, line);
    Object.assign(context, { fillStyle: colors.ink, font: `10.5px ${font}` });
    context.fillText(title, 12, line);
    context.globalAlpha = 0.75;
    context.fillText(`(${rows}, ${T})`, 12, line + 12);
    context.fillText(`${number(low)}…`, right + 4, line);
    context.fillText(number(high), right + 4, line + 12);
    context.globalAlpha = 1;
  }

  // -- what follows step, unit and pointer ----------------------------------------------------------------------------

  draw() {
    const { board, cell, layout } = this;
    const { width, height } = this.size;
    const context = canvasOf(this.canvas, width, height);
    context.drawImage(this.base, 0, 0, width, height);
    const x = STRIP.left + board.t * cell;
    const frame = (left, top, wide, tall, color, line) => {
      Object.assign(context, { strokeStyle: color, lineWidth: line });
      context.strokeRect(left, top, wide, tall);
    };
    const last = layout.at(-1);
    for (const [color, line] of [[board.colors.paper, 4], [board.colors.ink, 1.5]]) frame(x - 1, 0.75, cell + 1, last.top + last.height + 1, color, line);
    for (const strip of layout) {
      const lit = strip.part === board.lit;
      const color = board.colors[strip.letter];
      if (lit) frame(STRIP.left - 1, strip.top - 1, cell * board.T + 2, strip.height + 2, color, 2);
      const row = strip.name !== 'x' ? board.j : board.replacing.target.array === 'x' ? board.replacing.target.column : -1;
      if (row >= 0) frame(x, strip.top + row * strip.each, Math.max(3, cell - 1), Math.max(3, strip.each - 0.5), lit ? color : board.colors.ink, 2);
    }
    if (this.pointed) this.tag(context, this.said(), this.pointed);
  }

  // What is under the pointer, in words.
  said() {
    if (!this.pointed) return '';
    const { strip, t, row } = this.pointed;
    const { board } = this;
    const before = board.ghost ? `, before ${number(board.at(strip.name, t, row, board.ghost), 3)}` : '';
    return `${strip.title} ${strip.letter}${sub(row + 1)}, step ${t + 1}: ${number(board.at(strip.name, t, row), 3)}${before}`;
  }

  // A label above the place that is pointed at, or below it where there is no room.
  tag(context, text, { strip, t, row }) {
    const { colors, font } = this.board;
    Object.assign(context, { font: `11px ${font}`, textAlign: 'left', textBaseline: 'middle', fillStyle: colors.ink });
    const [x, y] = [STRIP.left + (t + 0.5) * this.cell, strip.top + (row + 0.5) * strip.each];
    const wide = context.measureText(text).width + 10;
    const left = Math.max(0, Math.min(x - wide / 2, this.size.width - wide));
    const top = y > 34 ? y - 28 : y + 12;
    context.fillRect(left, top, wide, 17);
    context.fillStyle = colors.paper;
    context.fillText(text, left + 5, top + 9);
  }

  // The strips as a picture with a line on what they are.
  picture(words) {
    const { width, height } = this.size;
    const { colors, font } = this.board;
    const canvas = document.createElement('canvas');
    const context = canvasOf(canvas, width, height + 18);
    context.fillStyle = colors.paper;
    context.fillRect(0, 0, width, height + 18);
    context.drawImage(this.canvas, 0, 0, width, height);
    Object.assign(context, { fillStyle: colors.ink, font: `10.5px ${font}` });
    context.fillText(words, 2, height + 12);
    return canvas.toDataURL('image/png');
  }
}

// The three numbers of a color such as #0072b2.
function rgb(color) {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}
