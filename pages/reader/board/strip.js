// One strip: a line a unit, a column a patch. Its colors never change with t; what has not been read is veiled, what the head reads is framed.

import { make, shorts16 } from './parts.js';

const LEVELS = 32767; // an int16 of the message is that many steps of the largest number
const [ABOVE, BELOW] = [[0, 114, 178], [213, 94, 0]];
const [MOST, LEAST] = [64, 24]; // pixels of a strip; of two a unit
const TALLER = 1.5; // what the head reads is half as high again
const WIDE = 512; // pixels across that are drawn at least: a column has sharp edges

const sheet = document.createElement('canvas');

export class Strip {
  // `room` is how high it may be, in pixels.
  constructor(told, room, go) {
    Object.assign(this, { told, go });
    const wanted = (told.head ? TALLER : 1) * Math.min(MOST, Math.max(LEAST, 2 * told.units.length));
    this.element = make('div', 'reader-row');
    this.element.dataset.part = told.symbol;
    this.box = make('div', 'reader-strip');
    this.box.role = 'img';
    this.box.style.height = `${Math.min(room, wanted)}px`;
    this.canvas = make('canvas');
    this.veil = make('i', 'reader-veil');
    this.line = make('i', 'reader-now');
    this.mark = make('i', 'reader-head');
    this.mark.dataset.part = 'head';
    this.mark.title = 'what the head reads';
    this.box.append(this.canvas, this.veil, this.line, ...(told.head ? [this.mark] : []));
    this.legend = make('div', 'reader-legend');
    this.name = make('b', '', told.symbol);
    this.about = make('span');
    this.legend.append(this.name, this.about);
    this.legend.title = told.told;
    this.element.append(this.box, this.legend);
    this.box.addEventListener('pointermove', (event) => this.point(event));
    this.box.addEventListener('pointerleave', () => this.describe());
    this.box.addEventListener('pointerdown', (event) => {
      if (event.button || !this.tokens) return;
      this.box.setPointerCapture(event.pointerId);
      this.point(event);
    });
  }

  read({ values, top, full, low, high }, tokens) {
    Object.assign(this, { values: shorts16(values), top, full, low, high, tokens });
    const { units, signed } = this.told;
    const image = new ImageData(tokens, units.length);
    const pixels = image.data;
    let place = 0; // pixel by pixel: a spread or a call for each of a hundred thousand would be seen
    for (let u = 0; u < units.length; u += 1) {
      for (let t = 0; t < tokens; t += 1) {
        const value = this.value(t, u);
        const color = value < 0 ? BELOW : ABOVE;
        const strength = Math.round(255 * (signed ? Math.min(1, Math.abs(value) / full) : value)); // a gate's scale is 0 to 1
        pixels[place] = color[0];
        pixels[place + 1] = color[1];
        pixels[place + 2] = color[2];
        pixels[place + 3] = strength;
        place += 4;
      }
    }
    this.canvas.style.imageRendering = units.length > parseFloat(this.box.style.height) ? 'auto' : 'pixelated';
    Object.assign(this.canvas, { width: Math.ceil(WIDE / tokens) * tokens, height: units.length }); // clears it
    Object.assign(sheet, { width: tokens, height: units.length });
    sheet.getContext('2d').putImageData(image, 0, 0);
    const pen = this.canvas.getContext('2d');
    pen.imageSmoothingEnabled = false;
    pen.drawImage(sheet, 0, 0, this.canvas.width, units.length);
    this.describe();
    this.box.ariaLabel = `${this.told.symbol}, ${this.told.told}: ${units.length} units after 1 to ${tokens} patches, from ${number(low)} to ${number(high)}`;
  }

  value(t, u) {
    return (this.values[t * this.told.units.length + u] / LEVELS) * this.top;
  }

  describe() {
    const { units, of, told } = this.told;
    const count = units.length < of ? `${units.length} of ${of} units` : `${of} unit${of === 1 ? '' : 's'}`;
    const full = this.full < this.top ? `; full color from ±${number(this.full)}` : '';
    this.about.textContent = `${this.told.head ? told : told.split(':')[0]}, ${count}, ${number(this.low)} … ${number(this.high)}${full}`;
  }

  // The number under the pointer; a pressed pointer takes the scrub bar along.
  point(event) {
    if (!this.tokens) return;
    const box = this.box.getBoundingClientRect();
    const inside = (value, count) => Math.min(count - 1, Math.max(0, Math.floor(value * count)));
    const t = inside((event.clientX - box.left) / box.width, this.tokens);
    const u = inside((event.clientY - box.top) / box.height, this.told.units.length);
    if (this.box.hasPointerCapture(event.pointerId)) this.go(t + 1);
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

export function number(value, digits = 2) {
  return value.toFixed(digits).replace('-', '−');
}
