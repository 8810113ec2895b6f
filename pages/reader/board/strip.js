// One strip: a line a unit, a column a patch. Its colors never change with t; what has not been read is veiled, what the head reads is
// framed.
import { penOf } from '../../../dashboard/kit/canvas.js';
import { drag, make } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { table } from '../../../dashboard/kit/matrix.js';
import { int16s } from '../../../dashboard/kit/packed.js';
import { diverging } from '../../../dashboard/kit/scale.js';
import { number } from '../../../dashboard/kit/text.js';
import { signColors } from '../../../dashboard/kit/theme.js';

const LEVELS = 32767; // an int16 of the message is that many steps of the largest number
const [MOST, LEAST] = [64, 24]; // pixels of a strip; of two a unit
const TALLER = 1.5; // what the head reads is half as high again
const WIDE = 512; // pixels across that are drawn at least: a column has sharp edges

export class Strip {
  // `room` is how high it may be, in pixels.
  constructor(told, room, go) {
    Object.assign(this, { told, go });
    const wanted = (told.head ? TALLER : 1) * clamp(2 * told.units.length, LEAST, MOST);
    this.canvas = make('canvas');
    [this.veil, this.line] = [make('i', 'reader-veil'), make('i', 'reader-now')];
    this.mark = make('i', { class: 'reader-head', 'data-part': 'head', title: 'what the head reads' });
    const parts = [this.canvas, this.veil, this.line, ...(told.head ? [this.mark] : [])];
    this.box = make('div', { class: 'reader-strip', role: 'img', style: `height: ${Math.min(room, wanted)}px` }, ...parts);
    this.about = make('span');
    const legend = make('div', { class: 'reader-legend', title: told.told }, make('b', '', told.symbol), this.about);
    this.element = make('div', { class: 'reader-row', 'data-part': told.symbol }, this.box, legend);
    drag(this.box, {
      press: (at) => (this.tokens ? this.point(at, true) : false),
      move: (at, _, held) => this.point(at, held),
      leave: () => this.describe(),
    });
  }

  read({ values, top, full, low, high }, tokens) {
    Object.assign(this, { values: int16s(values), top, full, low, high, tokens });
    const { units, signed } = this.told;
    const { rgba } = diverging([low, high], { ...signColors(this.box), limit: signed ? full : 1 }); // a gate's scale is 0 to 1
    const small = table(units.length, tokens, (u, t) => this.value(t, u), rgba);
    this.canvas.style.imageRendering = units.length > parseFloat(this.box.style.height) ? 'auto' : 'pixelated';
    Object.assign(this.canvas, { width: Math.ceil(WIDE / tokens) * tokens, height: units.length }); // clears it
    const pen = penOf(this.canvas);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, this.canvas.width, units.length);
    this.describe();
    const range = `from ${number(low)} to ${number(high)}`;
    this.box.ariaLabel = `${this.told.symbol}, ${this.told.told}: ${units.length} units after 1 to ${tokens} patches, ${range}`;
  }

  value(t, u) {
    return (this.values[t * this.told.units.length + u] / LEVELS) * this.top;
  }

  describe() {
    const { units, of, told } = this.told;
    const count = units.length < of ? `${units.length} of ${of} units` : `${of} unit${of === 1 ? '' : 's'}`;
    const full = this.full < this.top ? `; full colour from ±${number(this.full)}` : '';
    this.about.textContent = `${this.told.head ? told : told.split(':')[0]}, ${count}, ${number(this.low)} … ${number(this.high)}${full}`;
  }

  // The number under the pointer; a pressed pointer takes the scrub bar along.
  point([x, y], held) {
    if (!this.tokens) return;
    const inside = (share, count) => clamp(Math.floor(share * count), 0, count - 1);
    const [t, u] = [inside(x, this.tokens), inside(y, this.told.units.length)];
    if (held) this.go(t + 1);
    this.about.textContent = `unit ${this.told.units[u] + 1}, t = ${t + 1}: ${number(this.value(t, u), 4)}`;
  }

  draw(t) {
    const share = (count) => `${(100 * count) / this.tokens}%`;
    this.veil.style.left = this.line.style.left = share(t);
    this.mark.hidden = !t;
    const from = this.told.head === 'all' ? 0 : t - 1;
    Object.assign(this.mark.style, { left: share(from), width: share(t - from) });
  }
}
