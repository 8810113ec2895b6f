// All images of a page come on one sheet; their numbers are read back from it (a PNG keeps every byte). A choice, a view and the pixel
// under the mouse are answered here.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { penOf, sheet } from '../../../dashboard/kit/canvas.js';
import { button, drag, make } from '../../../dashboard/kit/dom.js';
import { answer, clamp } from '../../../dashboard/kit/keys.js';
import { SIDE } from '../../../dashboard/kit/picture.js';
import { number, percent } from '../../../dashboard/kit/text.js';
import { difference, normalised, range, restored, viewed } from './numbers.js';

const AROUND = 2; // pixels shown as numbers on each side of the one pointed at
const REST = 300; // ms without another choice, after which the page is told
const CHANNELS = ['red', 'green', 'blue'];
const AREA = SIDE * SIDE; // numbers of a channel

class Gallery extends Board {
  constructor(root) {
    super(root);
    this.find = (selector) => root.querySelector(selector);
    this.grid = this.find('.gallery-grid');
    this.canvas = this.find('canvas');
    this.view = 'stored';
    this.row = this.column = SIDE / 2;
    const walk = (by) => () => this.walk(by());
    answer(
      this.grid,
      { Home: walk(() => -this.place), End: walk(() => this.data.images.length - 1 - this.place) },
      ([right, down]) => this.walk(right + down * this.data.columns),
    );
    const point = ([x, y]) => this.moveTo(Math.floor(SIDE * y), Math.floor(SIDE * x));
    drag(this.canvas, { press: point, move: point });
    answer(this.canvas, {}, ([right, down]) => this.moveTo(this.row + down, this.column + right));
  }

  receive(data, before) {
    if (data.sheet === before?.sheet) return;
    this.pixels = null;
    this.drawGrid();
    this.read(data);
  }

  async read({ sheet: address, images, start }) {
    const pixels = await pixelsOf(address);
    if (this.data.sheet !== address) return; // another page came meanwhile
    this.pixels = pixels;
    this.place = Math.max(0, images.findIndex(([id]) => id === start));
    this.redraw();
  }

  draw() {
    if (!this.pixels) return;
    const constants = JSON.stringify([this.data.mean, this.data.std, this.data.backs]);
    if (constants !== this.constants) this.drawViews();
    this.constants = constants;
    this.choose(this.place);
  }

  // ---- the grid of images ----

  drawGrid() {
    const { sheet: address, columns, images } = this.data;
    const rows = Math.ceil(images.length / columns);
    const share = (at, count) => `${(100 * at) / Math.max(1, count - 1)}%`;
    this.grid.style.setProperty('--columns', columns);
    this.grid.style.setProperty('--rows', rows);
    this.grid.style.setProperty('--sheet', `url(${address})`);
    this.grid.replaceChildren(
      ...images.map(([, name, what], place) => {
        const one = button({ role: 'option', tabindex: -1, 'aria-label': `${what}: ${name}`, title: `${name} · ${what}` });
        one.style.backgroundPosition = `${share(place % columns, columns)} ${share(Math.floor(place / columns), rows)}`;
        one.addEventListener('click', () => this.take(place));
        return one;
      }),
    );
  }

  choose(place) {
    this.place = place;
    [...this.grid.children].forEach((one, which) => {
      one.setAttribute('aria-selected', which === place);
      one.tabIndex = which === place ? 0 : -1;
    });
    if (this.pixels) this.drawOne();
  }

  // A choice by hand, which the page is told once it has come to rest.
  take(place) {
    this.choose(place);
    const [id] = this.data.images[place];
    this.sendAtRest('chosen', () => id, REST);
  }

  // Keys in the grid choose as they go.
  walk(by) {
    const place = this.place + by;
    if (!(place >= 0 && place < this.data.images.length)) return false;
    this.take(place);
    this.grid.children[place].focus();
    return true;
  }

  // ---- the large image ----

  drawViews() {
    const views = [['stored', 'stored']];
    if (this.data.mean) {
      const backs = this.data.backs.map(([name], which) => [`${which}`, which ? `undo with ${name}` : 'undo']);
      views.push(['normalised', 'normalised'], ...backs);
    }
    if (!views.some(([view]) => view === this.view)) this.view = 'stored';
    this.find('.gallery-views').replaceChildren(
      ...views.map(([view, text]) => {
        const input = make('input', { type: 'radio', name: 'gallery-view' });
        input.checked = view === this.view;
        input.addEventListener('change', () => {
          this.view = view;
          this.drawOne();
        });
        return make('label', '', input, text);
      }),
    );
  }

  moveTo(row, column) {
    const [to, right] = [clamp(row, 0, SIDE - 1), clamp(column, 0, SIDE - 1)];
    if (!this.pixels || (to === this.row && right === this.column)) return;
    [this.row, this.column] = [to, right];
    this.drawPixel();
  }

  // The bytes of the image, channel after channel, out of the sheet's pixels.
  bytes() {
    const { columns } = this.data;
    const [top, left] = [Math.floor(this.place / columns) * SIDE, (this.place % columns) * SIDE];
    return Uint8Array.from({ length: 3 * AREA }, (_, at) => {
      const [channel, pixel] = [Math.floor(at / AREA), at % AREA];
      return this.pixels.data[4 * ((top + Math.floor(pixel / SIDE)) * this.pixels.width + left + (pixel % SIDE)) + channel];
    });
  }

  drawOne() {
    const [id, name, what] = this.data.images[this.place];
    this.root.dataset.shown = id; // tells a test what is large
    this.find('.gallery-name b').textContent = name;
    this.find('.gallery-name span').textContent = what;
    this.stored = this.bytes();
    this.shown = viewed(this.stored, this.view, this.data);
    this.ranges = CHANNELS.map((_, channel) => range(this.shown.subarray(channel * AREA, (channel + 1) * AREA)));
    const full = this.view === 'normalised' ? 255 : 1;
    const pixels = new Uint8ClampedArray(4 * AREA).fill(255); // which takes what lies outside 0 to 255 as its end
    for (let at = 0; at < 3 * AREA; at += 1) pixels[4 * (at % AREA) + Math.floor(at / AREA)] = full * this.shown[at];
    sheet(pixels, SIDE, SIDE, this.canvas);
    this.find('.gallery-said').textContent = this.viewWords();
    this.drawPixel();
  }

  viewWords() {
    if (this.view === 'stored') return 'As stored: three bytes for each pixel, 0 to 255.';
    if (this.view === 'normalised') {
      return 'This is what the model gets. It is drawn from 0 to 1: below 0 is black, above 1 is full brightness.';
    }
    const { largest, changed } = difference(this.shown, this.stored);
    return `Largest difference from the stored image: ${largest} of 255 levels${
      changed ? `; ${percent(changed)} of the numbers changed` : ''
    }.`;
  }

  // ---- the pixel that is pointed at ----

  drawPixel() {
    const { row, column } = this;
    const digits = this.view === 'normalised' ? 2 : 0;
    const marker = this.find('.gallery-picture i');
    marker.style.left = `${(100 * column) / SIDE}%`;
    marker.style.top = `${(100 * row) / SIDE}%`;
    this.find('.gallery-steps caption').textContent = `Pixel in row ${row}, column ${column}`;
    this.drawSteps();
    this.find('.gallery-numbers').replaceChildren(...CHANNELS.map((name, channel) => this.block(name, channel, digits)));
    const here = CHANNELS.map((name, channel) => `${name} ${number(this.shown[channel * AREA + row * SIDE + column], digits)}`);
    const what = this.data.images[this.place].slice(1).join(', ');
    this.canvas.setAttribute(
      'aria-label',
      `${what}, ${this.view}; row ${row}, column ${column}: ${here.join(', ')}. Arrow keys move.`,
    );
  }

  // A line a channel: from the byte to what the model gets, and back with the chosen constants.
  drawSteps() {
    const { mean, std, backs } = this.data;
    const back = /^\d+$/.test(this.view) ? this.view : 0;
    const lines = CHANNELS.map((name, channel) => {
      const byte = this.stored[channel * AREA + this.row * SIDE + this.column];
      const cells = [byte, number(byte / 255, 3), ...(mean ? [] : ['…', '…', '…'])];
      if (mean) {
        const given = normalised(byte, mean[channel], std[channel]);
        const [, means, stds] = backs[back];
        cells.push(number(byte / 255 - mean[channel], 3), number(given), restored(given, means[channel], stds[channel]));
      }
      return make('tr', '', make('th', { scope: 'row' }, name), ...cells.map((text) => make('td', '', text)));
    });
    this.find('.gallery-steps tbody').replaceChildren(...lines);
    if (mean) this.find('.gallery-steps thead th:last-child').title = `with ${backs[back][0]}`;
  }

  // The numbers of one channel around the pixel; a cell is the darker, the larger its number in this image.
  block(name, channel, digits) {
    const { low, high, mean } = this.ranges[channel];
    const words = `${number(low, digits)} to ${number(high, digits)}, mean ${number(mean, digits || 1)}`;
    const grid = make('div', name);
    for (let row = this.row - AROUND; row <= this.row + AROUND; row += 1) {
      for (let column = this.column - AROUND; column <= this.column + AROUND; column += 1) {
        const inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
        const value = this.shown[channel * AREA + row * SIDE + column];
        const cell = make('span', inside ? '' : 'outside', ...(inside ? [number(value, digits)] : []));
        if (inside) cell.style.setProperty('--v', high > low ? (value - low) / (high - low) : 0);
        cell.classList.toggle('here', row === this.row && column === this.column);
        grid.append(cell);
      }
    }
    return make('figure', '', make('figcaption', '', make('b', '', name), ' ', words), grid);
  }
}

async function pixelsOf(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const pen = penOf(make('canvas', { width: image.width, height: image.height }), { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  return pen.getImageData(0, 0, image.width, image.height);
}

export default mount('.gallery', Gallery);
