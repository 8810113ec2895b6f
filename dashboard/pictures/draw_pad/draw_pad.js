// A sheet of 32 x 32 pixels. Every stroke ends in one PNG for the server; nothing else is sent.
import { Board, mount } from '../../kit/board.js';
import { penOf } from '../../kit/canvas.js';
import { drag, share } from '../../kit/dom.js';
import { answer, clamp } from '../../kit/keys.js';
import { SIDE } from '../../kit/picture.js';
import { WHITE } from '../../kit/theme.js';
import { between, flood, nib } from './strokes.js';

const UNDO = 30; // strokes that can be taken back
const REST = 250; // ms after the last key before a stroke by keyboard is sent

class DrawPad extends Board {
  constructor(root) {
    super(root);
    this.canvas = root.querySelector('canvas');
    this.mark = root.querySelector('.draw-sheet i');
    this.pen = penOf(this.canvas, { willReadFrequently: true });
    this.wide = root.querySelector('input[type=range]');
    this.at = [SIDE / 2, SIDE / 2]; // the cursor of the keyboard
    this.past = []; // sheets before the last strokes
    this.last = null; // where the pointer was while it draws
    this.fillAll(WHITE);
    this.choose('tool', 'pen');
    this.choose('color', root.querySelector('[data-color]').dataset.color);
    this.listen();
  }

  // The pad starts with the drawing of its first message, and goes on with its own.
  receive(start, before) {
    if (before !== null || !start.startsWith('data:image/png;base64,')) return;
    const image = new Image();
    image.addEventListener('load', () => this.pen.drawImage(image, 0, 0, SIDE, SIDE));
    image.src = start;
  }

  listen() {
    this.root.addEventListener('click', ({ target }) => {
      const { tool, color, act } = target.dataset;
      if (tool) this.choose('tool', tool);
      if (color) this.choose('color', color);
      if (act) this[act]();
    });
    this.root.querySelector('input[type=color]').addEventListener('input', ({ target }) => this.choose('color', target.value));
    drag(this.canvas, {
      press: (_, event) => this.begin(event),
      move: (_, event) => this.go(event),
      release: () => this.end(),
    });
    const dot = () => this.type(this.at, this.at);
    answer(this.canvas, { ' ': dot, Enter: dot }, (step, event) => {
      const here = this.at.map((value, axis) => clamp(value + step[axis], 0, SIDE - 1));
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

  choose(kind, value) {
    this[kind] = value;
    for (const choice of this.root.querySelectorAll(`[data-${kind}]`)) choice.ariaPressed = String(choice.dataset[kind] === value);
    if (kind === 'color' && this.tool === 'eraser') this.choose('tool', 'pen'); // who takes a color wants to see it
  }

  // ---- strokes ----

  begin(event) {
    this.keep();
    this.last = this.place(event);
    this.paint(this.last, this.last);
  }

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

  // What keys paint within a short while is one stroke.
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

  place(event) {
    return share(event, this.canvas).map((part) => Math.floor(SIDE * part));
  }

  show() {
    this.mark.style.left = `${(100 * this.at[0]) / SIDE}%`;
    this.mark.style.top = `${(100 * this.at[1]) / SIDE}%`;
  }

  // ---- pixels ----

  paint(from, to) {
    if (this.tool === 'fill') return this.fill(to);
    this.pen.fillStyle = this.tool === 'eraser' ? WHITE : this.color;
    const pixels = nib(Number(this.wide.value));
    for (const [x, y] of between(from, to)) {
      for (const [right, down] of pixels) this.pen.fillRect(x + right, y + down, 1, 1);
    }
    return undefined;
  }

  // Everything of one color that touches the pixel at `start`.
  fill(start) {
    const image = this.pen.getImageData(0, 0, SIDE, SIDE);
    this.pen.fillStyle = this.color;
    this.pen.fillRect(...start, 1, 1);
    const [color] = new Uint32Array(this.pen.getImageData(...start, 1, 1).data.buffer); // as the canvas keeps it
    flood(new Uint32Array(image.data.buffer), SIDE, start, color);
    this.pen.putImageData(image, 0, 0);
  }

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

export default mount('.draw-pad', DrawPad);
