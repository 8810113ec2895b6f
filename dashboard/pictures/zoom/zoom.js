// Where one is on the way from a picture to a Vision Transformer: four small pictures with the same patch marked. A press leads there.
import { Board, mount } from '../../kit/board.js';
import { enlarge, fitted, sheet } from '../../kit/canvas.js';
import { bytes } from '../../kit/packed.js';
import { corner, frame, middle } from '../../kit/patches.js';
import { pale, pixels, SIDE } from '../../kit/picture.js';
import { palette, solid } from '../../kit/theme.js';

const HIGH = 38; // px of a small picture
const WIDE = 104; // px of the sequence of tokens
const BEFORE = 2; // tokens that are shown before the chosen one, and after it
const LAYERS = 3;

class Zoom extends Board {
  constructor(root) {
    super(root);
    this.steps = [...root.querySelectorAll('button')];
    for (const step of this.steps) step.addEventListener('click', () => this.trigger('go', step.dataset.step));
  }

  receive(data) {
    const own = bytes(data.pixels);
    this.sheets = [sheet(pixels(own), SIDE), sheet(pixels(own, pale), SIDE)];
    for (const step of this.steps) {
      const here = data.here.includes(step.dataset.step);
      if (here) step.setAttribute('aria-current', 'step');
      else step.removeAttribute('aria-current');
    }
    this.root.dataset.patch = `${data.patch} of ${data.side ** 2}`; // for tests
  }

  draw() {
    this.colors = palette(this.root);
    const draw = { picture: () => this.picture(), tokens: () => this.tokens(), attention: () => this.attention() };
    for (const step of this.steps) {
      const wide = step.dataset.step === 'tokens' ? WIDE : HIGH;
      this.pen = fitted(step.querySelector('canvas'), wide, HIGH);
      (draw[step.dataset.step] ?? (() => this.layers()))();
    }
  }

  mark(x, y, size) {
    frame(this.pen, [x, y, size, size], this.colors.run, { line: 2, edge: 1.5 });
  }

  // The picture in a square, the chosen patch framed.
  square(image, [left, top], size) {
    const cell = size / this.data.side;
    this.pen.save();
    this.pen.translate(left, top);
    enlarge(this.pen, image, size);
    const [x, y] = corner(this.data.patch, this.data.side, cell);
    this.mark(x - 1, y - 1, cell + 2);
    this.pen.restore();
  }

  picture() {
    this.square(this.sheets[0], [0, 0], HIGH);
  }

  // The chosen patch among its neighbours in reading order.
  tokens() {
    const { side, patch } = this.data;
    const pitch = WIDE / (2 * BEFORE + 1);
    const size = pitch - 3;
    this.pen.imageSmoothingEnabled = false;
    for (let step = -BEFORE; step <= BEFORE; step += 1) {
      const token = patch + step;
      if (token < 0 || token >= side ** 2) continue;
      const [x, y] = [(step + BEFORE) * pitch, (HIGH - size) / 2];
      this.pen.drawImage(this.sheets[0], ...corner(token, side, SIDE / side), SIDE / side, SIDE / side, x, y, size, size);
      if (!step) this.mark(x, y, size);
    }
  }

  // The chosen patch reads all others: a line to each.
  attention() {
    const { side, patch } = this.data;
    const cell = HIGH / side;
    enlarge(this.pen, this.sheets[1], HIGH);
    this.pen.strokeStyle = solid(this.root, '--lab-wrong', 0.55);
    this.pen.lineWidth = 0.7;
    for (let other = 0; other < side ** 2; other += 1) {
      this.pen.beginPath();
      this.pen.moveTo(...middle(patch, side, cell));
      this.pen.lineTo(...middle(other, side, cell));
      this.pen.stroke();
    }
    const [x, y] = corner(patch, side, cell);
    this.mark(x - 1, y - 1, cell + 2);
  }

  // The picture once for each layer.
  layers() {
    const size = HIGH - 5 * (LAYERS - 1);
    for (let layer = 0; layer < LAYERS; layer += 1) {
      this.square(this.sheets[1], [5 * layer, 5 * layer], size);
      this.pen.strokeStyle = this.colors.paper;
      this.pen.lineWidth = 1;
      this.pen.strokeRect(5 * layer, 5 * layer, size, size);
    }
  }
}

export default mount('.zoom', Zoom);
