// The overview: image, patches, tokens, a cell or attention, class. It moves along the patches with numbers that a recorded run computed.
import { bar, look, ranked } from '../../../dashboard/kit/beliefs.js';
import { Board, mount } from '../../../dashboard/kit/board.js';
import { enlarge, fitted, sheet } from '../../../dashboard/kit/canvas.js';
import { make, partsOf, set } from '../../../dashboard/kit/dom.js';
import { table } from '../../../dashboard/kit/matrix.js';
import { bytes, floats } from '../../../dashboard/kit/packed.js';
import { pale, pixels, SIDE } from '../../../dashboard/kit/picture.js';
import { Player } from '../../../dashboard/kit/player.js';
import { diverging, greatest } from '../../../dashboard/kit/scale.js';
import { palette, rgb, signColors, solid } from '../../../dashboard/kit/theme.js';
import { doors } from './doors.js';

const PACE = 110; // milliseconds a patch
const SHOWN = 5; // classes
const LARGEST = 170, GAP = 2; // pixels of a part's side, and between two patches
const PART_NAMES = ['image', 'patches', 'tokens', 'inside', 'answer'];

class Overview extends Board {
  t = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    super(root);
    this.parts = partsOf(root, 'overview-', [...PART_NAMES, 'button', 'bar', 'count', 'result']);
    this.canvases = Object.fromEntries(PART_NAMES.slice(0, 4).map((name) => [name, make('canvas', { role: 'img' })]));
    for (const [name, canvas] of Object.entries(this.canvases)) this.parts[name].append(canvas);
    const button = this.parts.button, scrub = /** @type {HTMLInputElement} */ (this.parts.bar);
    this.player = new Player(button, scrub, {
      start: () => (this.t < this.count ? this.t + 1 : 1),
      end: () => this.count,
      pace: () => PACE,
      show: (place) => this.show(Math.floor(place)),
    });
    doors(root, (page) => this.trigger('open', page));
  }

  receive(data) {
    const rows = SIDE / data.patch;
    Object.assign(this, { rows, count: rows * rows, rgb: bytes(data.picture), tokens: floats(data.tokens), beliefs: floats(data.beliefs) });
    this.inside = floats(data.inside);
    this.features = this.tokens.length / this.count;
    this.label(data);
    set(this.parts.bar, { max: this.count });
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.player.stop();
    this.t = calm ? this.count : 0;
    if (!calm) this.player.toggle();
  }

  /** Names of the parts, what each of them is, and the page behind it. */
  label({ kind, doors: [tokens, inside], width, patch, result }) {
    const cell = kind === 'gru',
      words = {
        image: ['data', 'Image', `${SIDE} × ${SIDE} pixels`],
        patches: ['patches', 'Patches', `${this.count} of ${patch} × ${patch} pixels`],
        tokens: [tokens, 'Tokens', `${this.count} of ${width} numbers`],
        inside: [inside, cell ? 'Cell' : 'Attention', cell ? 'its state, a step a patch' : 'what this patch reads'],
        answer: ['evaluate', 'Class', 'what it believes now'],
      };
    for (const [name, [page, title, what]] of Object.entries(words)) {
      const figure = /** @type {Element} */ (this.parts[name].closest('figure'));
      const door = /** @type {HTMLElement} */ (figure.querySelector('.overview-door'));
      set(door, { href: `./${page}`, 'data-page': page }).textContent = title;
      /** @type {Element} */ (figure.querySelector('.overview-words')).textContent = what;
      if (this.canvases[name]) set(this.canvases[name], { 'aria-label': `${title}: ${what}` });
    }
    this.parts.result.textContent = result;
  }

  /** @param {number} t patches that have been read */
  show(t) {
    if (t === this.t) return;
    this.t = t;
    this.redraw();
  }

  draw() {
    const size = Math.min(LARGEST, this.parts.image.clientWidth || LARGEST);
    this.colors = { ...palette(this.root), run: solid(this.root, '--lab-run'), faint: solid(this.root, '--st-text-color', 0.25) };
    this.drawImage(size);
    this.drawPatches(size);
    this.drawTokens(size);
    if (this.data.kind === 'gru') this.drawState(size);
    else this.drawAttention(size);
    this.drawAnswer();
    /** @type {HTMLInputElement} */ (this.parts.bar).value = String(this.t);
    this.parts.count.textContent = `${this.t} of ${this.count} patches`;
  }

  /** The patch that is read now, as [row, column]; null before the first one. */
  get now() {
    return this.t ? [Math.floor((this.t - 1) / this.rows), (this.t - 1) % this.rows] : null;
  }

  frame(pen, side, gap = 0) {
    if (!this.now) return;
    const [row, column] = this.now;
    Object.assign(pen, { strokeStyle: this.colors.run, lineWidth: 3 });
    pen.strokeRect(column * side + gap / 2, row * side + gap / 2, side - gap, side - gap);
  }

  drawImage(size) {
    const pen = fitted(this.canvases.image, size, size, { sharp: true });
    enlarge(pen, sheet(pixels(this.rgb), SIDE), size);
    this.frame(pen, size / this.rows);
  }

  drawPatches(size) {
    const pen = fitted(this.canvases.patches, size, size, { sharp: true }), side = size / this.rows, { patch } = this.data;
    const read = (pixel) => Math.floor(Math.floor(pixel / SIDE) / patch) * this.rows + Math.floor((pixel % SIDE) / patch) < this.t;
    const image = sheet(pixels(this.rgb, (color, pixel) => (read(pixel) ? color : pale(color))), SIDE);
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.rows; column++) {
        const at = [column * side + GAP / 2, row * side + GAP / 2];
        pen.drawImage(image, column * patch, row * patch, patch, patch, ...at, side - GAP, side - GAP);
      }
    }
    this.frame(pen, side, GAP);
  }

  drawTokens(size) {
    const pen = fitted(this.canvases.tokens, size, size, { sharp: true }), { rgba } = diverging(this.tokens, signColors(this.root));
    const value = (row, column) => (column < this.t ? this.tokens[column * this.features + row] : 0);
    enlarge(pen, table(this.features, this.count, value, rgba), size, size);
    Object.assign(pen, { strokeStyle: this.colors.faint, lineWidth: 1 });
    pen.strokeRect(0.5, 0.5, size - 1, size - 1);
    pen.fillStyle = this.colors.run;
    if (this.t) pen.fillRect(((this.t - 1) / this.count) * size, 0, Math.max(2, size / this.count), size);
  }

  /** The numbers of the state as bars around 0, which is in the middle: all of them lie between -1 and 1. */
  drawState(size) {
    const pen = fitted(this.canvases.inside, size, size), units = this.inside.length / (this.count + 1), wide = size / units;
    const half = size / 2;
    for (let unit = 0; unit < units; unit++) {
      const value = this.inside[this.t * units + unit];
      pen.fillStyle = value < 0 ? this.colors.wrong : this.colors.run;
      pen.fillRect(unit * wide + 1, half - Math.max(0, value) * half, wide - 2, Math.abs(value) * half);
    }
    pen.fillStyle = this.colors.faint;
    pen.fillRect(0, half - 0.5, size, 1);
  }

  /** How much the patch of now reads of every patch: the fuller its color, the more, up to the most that it reads of one. */
  drawAttention(size) {
    const pen = fitted(this.canvases.inside, size, size, { sharp: true }), [red, green, blue] = rgb(this.root, '--lab-run');
    enlarge(pen, sheet(pixels(this.rgb, pale), SIDE), size);
    if (!this.t) return;
    const row = this.inside.subarray((this.t - 1) * this.count, this.t * this.count), most = greatest(row);
    const color = (value) => [red, green, blue, Math.round((210 * value) / most)];
    enlarge(pen, table(this.rows, this.rows, (y, x) => row[y * this.rows + x], color), size);
    this.frame(pen, size / this.rows);
  }

  drawAnswer() {
    const { classes, truth } = this.data, values = this.beliefs.subarray(this.t * classes.length, (this.t + 1) * classes.length);
    const answer = values.indexOf(greatest(values));
    const shown = ranked(this.beliefs.subarray(this.count * classes.length), SHOWN, truth); // in one order, so that bars grow and shrink
    const drawn = shown.map((k) => {
      const text = `${(100 * values[k]).toFixed(0)} %`;
      return bar({ name: classes[k], p: values[k], text, look: look(k, truth, answer) }, 'overview-belief');
    });
    this.parts.answer.replaceChildren(...drawn);
  }

  close() {
    super.close();
    this.player.stop();
  }
}

export default mount('.overview', Overview);
