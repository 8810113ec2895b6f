// A sheet of 32 x 32 pixels to draw on. Every stroke ends in one PNG; where that goes is for whoever makes a board of it.
import { Board } from './board.js';
import { penOf } from './canvas.js';
import { drag, share } from './dom.js';
import { answer, clamp } from './keys.js';
import { SIDE } from './picture.js';
import { WHITE } from './theme.js';
import { between, flood, nib } from './strokes.js';

const UNDO = 30; // strokes that can be taken back
const REST = 250; // ms after the last key before a stroke by keyboard is sent

/** @typedef {import('./strokes.js').Place} Place */

export class DrawPad extends Board {
  /** Sheets before the last strokes. @type {ImageData[]} */
  past = [];
  /** Where the pointer was while it draws. @type {Place | null} */
  last = null;
  tool = '';
  color = '';
  typing = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    super(root);
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector('canvas'));
    this.mark = /** @type {HTMLElement} */ (root.querySelector('.draw-sheet i'));
    this.pen = penOf(this.canvas, { willReadFrequently: true });
    this.wide = /** @type {HTMLInputElement} */ (root.querySelector('input[type=range]'));
    /** The cursor of the keyboard. @type {Place} */
    this.at = [SIDE / 2, SIDE / 2];
    this.fillAll(WHITE);
    this.choose('tool', 'pen');
    this.choose('color', /** @type {HTMLElement} */ (root.querySelector('[data-color]')).dataset.color ?? '');
    this.listen();
  }

  /**
   * The pad starts with the drawing of its first message, and goes on with its own.
   * @override
   * @param {any} start
   * @param {any} before
   */
  receive(start, before) {
    if (before !== null || !start.startsWith('data:image/png;base64,')) return;
    const image = new Image();
    image.addEventListener('load', () => this.pen.drawImage(image, 0, 0, SIDE, SIDE));
    image.src = start;
  }

  listen() {
    this.root.addEventListener('click', ({ target }) => {
      const { tool, color, act } = /** @type {HTMLElement} */ (target).dataset;
      if (tool) this.choose('tool', tool);
      if (color) this.choose('color', color);
      if (act === 'undo') this.undo();
      if (act === 'clear') this.clear();
    });
    const other = /** @type {HTMLInputElement} */ (this.root.querySelector('input[type=color]'));
    other.addEventListener('input', () => this.choose('color', other.value));
    drag(this.canvas, {
      press: (_, event) => this.begin(event),
      move: (_, event) => this.go(event),
      release: () => this.end(),
    });
    const dot = () => this.type(this.at, this.at);
    answer(this.canvas, { ' ': dot, Enter: dot }, (step, event) => {
      const inside = (/** @type {number} */ value) => clamp(value, 0, SIDE - 1);
      /** @type {Place} */
      const here = [inside(this.at[0] + step[0]), inside(this.at[1] + step[1])];
      if (event.shiftKey && this.tool !== 'fill') this.type(this.at, here);
      this.at = here;
      this.show();
    });
    this.canvas.addEventListener('keydown', (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
      event.preventDefault(); // the browser would take back what was typed elsewhere
      event.stopPropagation();
      this.undo();
    });
  }

  /**
   * @param {'tool' | 'color'} kind
   * @param {string} value
   */
  choose(kind, value) {
    this[kind] = value;
    for (const choice of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll(`[data-${kind}]`))) {
      choice.ariaPressed = String(choice.dataset[kind] === value);
    }
    if (kind === 'color' && this.tool === 'eraser') this.choose('tool', 'pen'); // who takes a color wants to see it
  }

  // ---- strokes ----

  /** @param {PointerEvent} event */
  begin(event) {
    this.keep();
    this.last = this.place(event);
    this.paint(this.last, this.last);
  }

  /** @param {PointerEvent} event */
  go(event) {
    if (!this.last || this.tool === 'fill') return;
    for (const point of event.getCoalescedEvents?.() ?? [event]) {
      const here = this.place(point);
      this.paint(this.last, here);
      this.last = here;
    }
  }

  end() {
    if (!this.last) return;
    this.last = null;
    this.sendSheet();
  }

  /**
   * What keys paint within a short while is one stroke.
   * @param {Place} from
   * @param {Place} to
   */
  type(from, to) {
    if (!this.typing) this.keep();
    clearTimeout(this.typing);
    this.paint(from, to);
    this.show();
    this.typing = setTimeout(() => {
      this.typing = 0;
      this.sendSheet();
    }, REST);
  }

  /**
   * @param {PointerEvent} event
   * @returns {Place}
   */
  place(event) {
    const [across, down] = share(event, this.canvas);
    return [Math.floor(SIDE * across), Math.floor(SIDE * down)];
  }

  show() {
    this.mark.style.left = `${(100 * this.at[0]) / SIDE}%`;
    this.mark.style.top = `${(100 * this.at[1]) / SIDE}%`;
  }

  // ---- pixels ----

  /**
   * @param {Place} from
   * @param {Place} to
   */
  paint(from, to) {
    if (this.tool === 'fill') return this.fill(to);
    this.pen.fillStyle = this.tool === 'eraser' ? WHITE : this.color;
    const pixels = nib(Number(this.wide.value));
    for (const [x, y] of between(from, to)) {
      for (const [right, down] of pixels) this.pen.fillRect(x + right, y + down, 1, 1);
    }
    return undefined;
  }

  /**
   * Everything of one color that touches the pixel at `start`.
   * @param {Place} start
   */
  fill(start) {
    const image = this.pen.getImageData(0, 0, SIDE, SIDE);
    this.pen.fillStyle = this.color;
    this.pen.fillRect(...start, 1, 1);
    const [color] = new Uint32Array(this.pen.getImageData(...start, 1, 1).data.buffer); // as the canvas keeps it
    flood(new Uint32Array(image.data.buffer), SIDE, start, color);
    this.pen.putImageData(image, 0, 0);
  }

  /** @param {string} color */
  fillAll(color) {
    this.pen.fillStyle = color;
    this.pen.fillRect(0, 0, SIDE, SIDE);
  }

  keep() {
    this.past = [...this.past, this.pen.getImageData(0, 0, SIDE, SIDE)].slice(-UNDO);
  }

  undo() {
    const before = this.past.pop();
    if (!before) return;
    this.pen.putImageData(before, 0, 0);
    this.sendSheet();
  }

  clear() {
    this.keep();
    this.fillAll(WHITE);
    this.sendSheet();
  }

  sendSheet() {
    this.send('png', this.canvas.toDataURL('image/png'));
  }
}
