// One figure on the page: a canvas with the picture, and one over it for the run that is pointed at.
import { blank, fitted, penOf } from '../../../dashboard/kit/canvas.js';
import { spot } from '../../../dashboard/kit/dom.js';
import { canvasPen, svgPen } from './pens.js';
import { source } from './words.js';

const CLICK = 6; // px that a press may move and still be a click
const LARGE = 3; // pixels of a PNG for each on the page

export class Figure {
  constructor(root, build, board) {
    Object.assign(this, { root, build, board, name: root.dataset.name, canvases: [...root.querySelectorAll('canvas')] });
    root.addEventListener('pointermove', (event) => {
      this.frame ??= requestAnimationFrame(() => this.moved(event));
    });
    root.addEventListener('pointerleave', () => board.point(null));
    root.addEventListener('click', (event) => this.tapped(event));
    if (this.name === 'curves') this.zooming();
  }

  moved(event) {
    this.frame = undefined;
    if (!this.corner) this.board.point(this.shape?.nearest(...this.at(event)) ?? null);
  }

  tapped(event) {
    if (this.dragged) return;
    const run = this.shape?.nearest(...this.at(event));
    if (run) this.board.toggle(run);
  }

  at(event) {
    return spot(event, this.root);
  }

  draw() {
    const box = { width: this.root.clientWidth, height: this.root.clientHeight };
    this.shape = this.build(box, this.board.show());
    for (const canvas of this.canvases) fitted(canvas, box.width, box.height);
    this.shape.base(this.pen(0));
    this.highlight(this.board.hot);
  }

  pen(layer) {
    return canvasPen(penOf(this.canvases[layer]), this.board.style.font);
  }

  clear() {
    const over = this.canvases[1];
    penOf(over).clearRect(0, 0, over.width, over.height);
  }

  highlight(run) {
    this.clear();
    if (!run || !this.board.runs.includes(run)) return;
    const look = this.board.look(run);
    const color = look.rank ? look.color : this.board.style.text;
    this.shape.one(this.pen(1), run, { ...look, color: this.board.style.background, width: 7, alpha: 0.85, dash: [] });
    this.shape.one(this.pen(1), run, { ...look, color, width: 3.4, alpha: 1, dash: [], raw: true });
  }

  // A box drawn with the mouse is looked at alone; a double click shows all again.
  zooming() {
    const { root } = this;
    root.addEventListener('dblclick', () => this.board.changed({ zoom: null }));
    root.addEventListener('pointerdown', (event) => {
      this.dragged = false;
      if (event.pointerType === 'mouse' && event.button === 0) this.corner = this.at(event);
    });
    root.addEventListener('pointermove', (event) => {
      if (!this.corner) return;
      const [[x, y], [u, v]] = [this.corner, this.at(event)];
      this.dragged ||= Math.hypot(u - x, v - y) > CLICK;
      this.clear();
      if (this.dragged) this.pen(1).line([x, y, u, y, u, v, x, v, x, y], { color: this.board.style.text, dash: [4, 3] });
    });
    root.addEventListener('pointerup', (event) => this.corner && this.dropped(this.at(event)));
    root.addEventListener('pointerleave', () => {
      this.corner = null;
    });
  }

  dropped([u, v]) {
    const [x, y] = this.corner;
    this.corner = null;
    if (!this.dragged || Math.abs(u - x) < CLICK || Math.abs(v - y) < CLICK) return;
    const { across, up } = this.shape;
    const range = (axis, a, b) => [axis.value(a), axis.value(b)].sort((one, other) => one - other);
    this.board.zoom = { x: range(across, x, u), y: range(up, y, v) };
    this.draw();
    this.board.say();
  }

  describe(count) {
    const { x, y } = this.board.parts;
    const titles = {
      curves: `${y.selectedOptions[0].text} of ${count} runs against ${x.selectedOptions[0].text}`,
      scatter: `Best validation accuracy of ${count} runs against seconds of training, and against parameters`,
      parallel: `Hyperparameters and validation accuracy of ${count} runs, a line a run`,
    };
    const left = this.shape.left > 0 ? `; ${this.shape.left} more in the table` : '';
    this.root.setAttribute('aria-label', `${titles[this.name]}${left}. All numbers are in the table.`);
  }

  // ---- to take along ----

  get size() {
    return [this.root.clientWidth, this.root.clientHeight + this.footer(null)];
  }

  svg() {
    const pen = svgPen(...this.size, this.board.style);
    this.whole(pen);
    return pen.toString();
  }

  png() {
    const { background, font } = this.board.style;
    const pen = blank(...this.size, background, { ratio: LARGE });
    this.whole(canvasPen(pen, font));
    return pen.canvas;
  }

  whole(pen) {
    this.shape.base(pen);
    this.footer(pen);
  }

  // Under a figure that is taken along: what its colors and its numbers are. Returns the height of it, and draws it if there is a pen.
  footer(pen) {
    const { clientWidth: width, clientHeight: height } = this.root;
    const { text, soft } = this.board.style;
    let [x, y] = [6, height + 12];
    for (const [words, look] of this.board.legend()) {
      const wide = 34 + 6.6 * words.length;
      if (x > 6 && x + wide > width) [x, y] = [6, y + 17];
      pen?.line([x, y, x + 20, y], { ...look, alpha: 1 });
      pen?.text(x + 25, y, words, { color: text, size: 11.5 });
      x += wide;
    }
    pen?.text(6, y + 17, `${source(this.board.runs)} Sequence Lab`, { color: soft, size: 11 });
    return y + 29 - height;
  }
}
