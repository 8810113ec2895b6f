// One run: its picture with the patches lit that moved an output, all outputs by all inputs as a map, and the numbers in words.
import { enlarge, penOf, sheet } from '../../../dashboard/kit/canvas.js';
import { make, set, share, spoken } from '../../../dashboard/kit/dom.js';
import { answer, clamp } from '../../../dashboard/kit/keys.js';
import { table } from '../../../dashboard/kit/matrix.js';
import { floats } from '../../../dashboard/kit/packed.js';
import { framePatch, patchOf } from '../../../dashboard/kit/patches.js';
import { dimmed, pixels, SIDE } from '../../../dashboard/kit/picture.js';
import { scientific } from '../../../dashboard/kit/text.js';

const SIZE = 8 * SIDE; // of a canvas

export class Card {
  constructor(board, data) {
    Object.assign(this, { board, data, said: '' });
    this.element = make('div', { class: 'influence-card', role: 'listitem' }, make('b', '', data.name), make('small', '', data.told));
    if (data.problem) {
      this.element.append(make('div', 'influence-problem', data.problem));
      return;
    }
    this.side = SIDE / data.patch;
    this.map = floats(data.map); // (T, T): row s, column t
    this.picture = this.canvas((row, column) => row * this.side + column, this.side, this.side);
    this.grid = this.canvas((row) => row, data.tokens, 1);
    this.scale = make('div', 'influence-scale');
    this.words = make('div', 'influence-words');
    this.element.append(make('div', 'influence-pair', this.picture, this.grid), this.scale, this.words);
  }

  // A canvas whose cells are outputs: pointing at one, or moving to it with the arrow keys, looks at it. Up and down go by `row` outputs.
  canvas(output, cells, row) {
    const canvas = make('canvas', { width: SIZE, height: SIZE, tabindex: 0, role: 'slider' });
    const look = (s) => this.board.go((clamp(s, 0, this.data.tokens - 1) + 1) / this.data.tokens);
    const follow = (event) => {
      const [across, down] = share(event, canvas).map((at) => clamp(Math.floor(at * cells), 0, cells - 1));
      look(output(down, across));
    };
    for (const kind of ['pointermove', 'pointerdown']) canvas.addEventListener(kind, follow);
    answer(canvas, {}, ([right, down]) => look(this.s + down * row + right));
    return canvas;
  }

  row(s) {
    return this.map.subarray(s * this.data.tokens, (s + 1) * this.data.tokens);
  }

  // All outputs by all inputs, each row relative to its largest influence.
  paint() {
    if (this.data.problem) return;
    const { tokens } = this.data;
    const { full } = this.board.colors;
    const most = Array.from({ length: tokens }, (_, s) => Math.max(...this.row(s)) || 1);
    this.sheet = table(tokens, tokens, (s, t) => this.map[s * tokens + t] / most[s], (value) => [...full, 255 * value]);
  }

  draw(at) {
    if (this.data.problem) return;
    const { tokens, reach, name } = this.data;
    this.s = Math.max(0, Math.round(at * tokens) - 1);
    const row = this.row(this.s);
    const most = Math.max(...row);
    const weights = Array.from(row, (value) => value / (most || 1));
    this.lit = [this.s, weights.filter((weight) => weight >= 0.1).length, weights[0]];
    this.light(weights);
    this.overview();
    this.scale.replaceChildren(make('span', '', '0'), make('i'), make('span', '', scientific(most)));
    const first = this.s ? ` Patch 1 has ${scientific(weights[0])} times the influence of the strongest patch.` : '';
    const whole = `Of all influence of patches 1 to ${this.s + 1} on output ${this.s + 1}, 90 %`;
    this.words.textContent = `${whole} comes from the last ${reach[this.s]}.${first}`;
    this.said = `${name}: ${this.words.textContent}`;
    for (
      const [canvas, what] of [[this.picture, 'the picture, patches lit by their influence'], [this.grid, 'all outputs by all inputs']]
    ) {
      set(canvas, { 'aria-label': `${name}, ${what}: arrow keys choose the output` });
      spoken(canvas, { valuemin: 1, valuemax: tokens, valuenow: this.s + 1, valuetext: this.words.textContent });
    }
  }

  // The picture: as bright as the root of each patch's share of the largest influence, the rest in the dark.
  light(weights) {
    const { patch } = this.data;
    const lit = pixels(this.board.pixels, (color, pixel) => dimmed(color, 0.15 + 0.85 * Math.sqrt(weights[patchOf(pixel, patch)])));
    const pen = penOf(this.picture);
    enlarge(pen, sheet(lit, SIDE), SIZE);
    framePatch(pen, this.s, this.side, SIZE / this.side, this.board.colors.wrong, { line: 3, edge: 2 });
  }

  overview() {
    const pen = penOf(this.grid);
    const high = SIZE / this.data.tokens;
    pen.clearRect(0, 0, SIZE, SIZE);
    enlarge(pen, this.sheet, SIZE);
    Object.assign(pen, { lineWidth: 2, strokeStyle: this.board.colors.wrong });
    pen.strokeRect(1, this.s * high - 1, SIZE - 2, high + 2);
  }
}
