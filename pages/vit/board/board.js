// A picture and the attention of one of its tokens in every layer and head. All weights are here: pointing sends nothing to the server.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { enlarge, penOf, sheet } from '../../../dashboard/kit/canvas.js';
import { button, drag, make } from '../../../dashboard/kit/dom.js';
import { answer, beside, cellAt } from '../../../dashboard/kit/keys.js';
import { table } from '../../../dashboard/kit/matrix.js';
import { bytes, floats } from '../../../dashboard/kit/packed.js';
import { corner, frame, grid } from '../../../dashboard/kit/patches.js';
import { pixels, SIDE } from '../../../dashboard/kit/picture.js';
import { light, palette, rgb } from '../../../dashboard/kit/theme.js';
import { EXTRA, headsOf, nameOf, number, placeOf, size, told } from './words.js';

const SMALL = 96; // pixels of a small map's canvas
const REST = 400; // ms after which a choice goes into the link
const FULL = 0.94; // opacity of the largest weight
// A pixel of the picture in light grey, so that colors over it tell how much is read.
const faint = (color) => Array(3).fill(185 + 0.27 * light(color));
const LINES = 'rgba(136, 136, 136, 0.4)'; // between patches

class Explorer extends Board {
  constructor(root) {
    super(root);
    const find = (name) => root.querySelector(`.attention-${name}`);
    Object.assign(this, { canvas: find('picture'), grid: find('grid'), told: find('told'), top: find('top'), plain: find('plain') });
    Object.assign(this, { view: find('beside'), second: find('second'), scale: find('scale'), classButton: find('class') });
    this.names = [find('epoch'), find('other')];
    this.cells = [];
    this.veil = make('canvas'); // a pixel a patch, used again and again
    for (const canvas of [this.canvas, this.second]) {
      drag(canvas, { press: (at) => this.keep(this.under(at)), move: (at) => this.point(this.under(at)) });
    }
    const [home, keep] = [() => this.point(0), () => this.keep(this.token)];
    answer(this.canvas, { c: home, Home: home, Enter: keep, ' ': keep }, (step) => this.move(step));
    this.classButton.addEventListener('click', () => this.keep(0));
    for (const kind of ['pointerenter', 'focus']) this.classButton.addEventListener(kind, home);
    this.plain.addEventListener('change', () => this.draw());
    this.grid.addEventListener('click', ({ target }) => this.choose(target.closest('button')));
    answer(this.grid, {}, (step) => this.walk(step));
  }

  // ---- messages ----

  receive(data, before) {
    const shape = (of) => `${of?.layers} ${of?.columns} ${of?.side}`;
    this.tokens = data.side ** 2 + data.lead;
    this.base = bytes(data.pixels);
    this.maps = unpacked(data);
    this.before = data.beside && unpacked(data.beside);
    if (!before?.layers) [this.token, this.layer, this.column] = data.pin;
    const inside = (value, bound) => (value < bound ? value : 0);
    this.token = inside(this.token, this.tokens);
    this.layer = inside(this.layer, data.layers);
    this.column = inside(this.column, data.columns);
    if (shape(data) !== shape(before)) this.build();
    this.root.querySelector('.attention-caption').textContent = data.caption;
    this.root.querySelector('.attention-answers').replaceChildren(...data.answers.map((text) => make('div', '', text)));
    this.classButton.hidden = !data.lead;
    this.view.hidden = !data.beside;
    this.view.classList.toggle('earlier', Boolean(data.beside?.earlier));
    this.names[0].textContent = data.epoch;
    this.names[1].textContent = data.beside?.epoch ?? '';
    this.sheets = [sheet(pixels(this.base), SIDE), sheet(pixels(this.base, faint), SIDE)];
    this.root.dataset.what = data.what; // tells a test whose maps these are
  }

  // What a token reads: of every patch, in 255ths of the largest; that largest weight; and the weight of the class token.
  row(layer, column, { maps, tops, own } = this.maps) {
    const at = (layer * this.data.columns + column) * this.tokens + this.token;
    const patches = this.data.side ** 2;
    return [maps.subarray(at * patches, (at + 1) * patches), tops[at], own[at]];
  }

  // ---- choosing ----

  under(at) {
    const patch = cellAt(at, this.data.side);
    return patch === null ? null : this.data.lead + patch;
  }

  move(step) {
    const { side, lead } = this.data;
    this.point(this.token < lead ? lead : lead + beside(this.token - lead, step, side));
  }

  point(token) {
    if (token === null || token === this.token || !this.data.layers) return;
    this.token = token;
    this.draw();
  }

  keep(token) {
    this.point(token);
    this.sendAtRest('pin', () => [this.token, this.layer, this.column], REST);
  }

  choose(chosen) {
    if (!chosen) return;
    [this.layer, this.column] = [Number(chosen.dataset.layer), Number(chosen.dataset.column)];
    this.draw();
    this.keep(this.token);
  }

  walk(step) {
    const { layers, columns } = this.data;
    const next = this.cells[beside(this.layer * columns + this.column, step, columns, layers)].button;
    next.focus();
    this.choose(next);
  }

  // ---- the grid of maps ----

  build() {
    const { layers, columns } = this.data;
    const heads = headsOf(this.data);
    this.cells = [];
    this.grid.style.setProperty('--columns', columns);
    this.grid.replaceChildren();
    if (!layers) return;
    const names = [...Array(heads).keys()].map((head) => `Head ${head + 1}`);
    for (const [column, name] of [...names, ...EXTRA].entries()) {
      this.grid.append(make('div', column === heads ? 'attention-name apart' : 'attention-name', name));
    }
    for (let layer = 0; layer < layers; layer += 1) {
      this.grid.append(make('div', 'attention-layer', `Layer ${layer + 1}`));
      for (let column = 0; column < columns; column += 1) this.grid.append(this.newCell(layer, column, column >= heads));
    }
  }

  newCell(layer, column, extra) {
    const canvas = make('canvas', { width: SMALL, height: SMALL });
    const words = [make('span'), make('span')];
    const look = { class: `attention-cell${extra ? ' extra' : ''}`, role: 'radio', 'data-layer': layer, 'data-column': column };
    const made = button(look, canvas, ...words);
    this.cells.push({ button: made, canvas, words, layer, column });
    return made;
  }

  // ---- drawing ----

  draw() {
    const { data } = this;
    this.colors = { ...palette(this.root), heat: rgb(this.root, '--attention-heat') };
    const alone = this.plain.checked || !data.layers;
    const [now, before] = alone ? [] : [this.row(this.layer, this.column), this.before && this.row(this.layer, this.column, this.before)];
    this.limit = Math.max(now?.[1] ?? 0, before?.[1] ?? 0); // of both epochs, so that their colors compare
    this.paint(this.canvas, this.sheets[alone ? 0 : 1], now, { line: 4, lines: true });
    if (data.beside) this.paint(this.second, this.sheets[alone ? 0 : 1], before, { line: 4, lines: true });
    for (const cell of this.cells) this.drawCell(cell);
    this.classButton.ariaPressed = String(data.lead > 0 && this.token === 0);
    this.tell();
  }

  // A picture, and over it a row of attention: the more weight a patch has, up to `limit`, the fuller its color. What reads is framed.
  paint(canvas, picture, read, { line, lines = false, limit = this.limit }) {
    const { side, lead } = this.data;
    const { heat, run } = this.colors;
    const width = canvas.width;
    const pen = penOf(canvas);
    enlarge(pen, picture, width);
    if (read) {
      const [row, top] = read;
      const full = limit > 0 ? (FULL * top) / limit : 0;
      this.veil = table(side, side, (r, c) => row[r * side + c], (value) => [...heat, full * value], this.veil);
      pen.drawImage(this.veil, 0, 0, width, width);
    }
    if (lines) grid(pen, width, side, { color: LINES });
    const patch = this.token - lead;
    if (!(patch >= 0)) return;
    const cell = width / side;
    const [left, top] = corner(patch, side, cell).map((edge) => edge - line / 2); // around the patch, not inside
    frame(pen, [left, top, cell + line, cell + line], run, { line, edge: 2 });
  }

  drawCell({ button: made, canvas, words, layer, column }) {
    const read = this.row(layer, column);
    const top = read[1];
    this.paint(canvas, this.sheets[1], read, { line: 2, limit: top });
    const chosen = layer === this.layer && column === this.column;
    const extra = column >= headsOf(this.data); // of these no distance is measured
    const distance = extra ? '' : number(this.data.distance[layer][column]);
    const largest = size(top, column, this.data);
    made.ariaChecked = String(chosen);
    made.tabIndex = chosen ? 0 : -1;
    words[0].textContent = extra ? '' : `d ${distance}`;
    words[1].textContent = `0–${largest}`;
    const far = extra ? '' : `, mean distance ${distance} patches`;
    made.ariaLabel = `${nameOf(this.data, layer, column)}${far}, largest ${largest}`;
  }

  tell() {
    const { data } = this;
    if (!data.layers) {
      this.told.textContent = 'The model is being loaded.';
      return;
    }
    const row = this.row(this.layer, this.column);
    this.told.textContent = told(data, this, row);
    this.top.textContent = size(this.limit, this.column, data);
    const both = data.beside ? ', on one scale in both pictures' : '';
    this.scale.textContent = `How much is read of a patch${both}. Each small map has its own scale, below it.`;
    if (!data.beside) return;
    const [weights, largest] = this.row(this.layer, this.column, this.before);
    const most = placeOf(data, data.lead + weights.indexOf(Math.max(...weights)));
    const read = largest > 0 ? `reads ${most} most of all patches: ${size(largest, this.column, data)}` : 'reads no patch';
    this.second.ariaLabel = `${data.beside.epoch}: ${nameOf(data, this.layer, this.column)}. ${placeOf(data, this.token)} ${read}.`;
  }
}

// All maps of an epoch: a byte a weight, the largest weight of each row, and that of the class token.
function unpacked({ maps, tops, own }) {
  return { maps: bytes(maps), tops: floats(tops), own: floats(own) };
}

export default mount('.attention', Explorer);
