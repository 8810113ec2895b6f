// The state's path in the plane of two principal components, on a canvas: both axes on one scale.
import { disc, fitted } from '../../../dashboard/kit/canvas.js';

const ROOM = 0.86; // of the canvas that paths fill

export class StatePath {
  constructor(canvas) {
    this.canvas = canvas;
  }

  // Paths are (T + 1) pairs of numbers; `trained` is the one in the order that was trained, `shown` the one that is looked at.
  read(trained, shown) {
    Object.assign(this, { trained, shown, steps: shown.length / 2, view: around([trained, shown]) });
    this.measure();
  }

  // The size of the canvas on the page: asked for once a drawing, not once a dot.
  measure() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    Object.assign(this, { width, height, scale: (ROOM * Math.min(width, height)) / this.view[2] });
  }

  // Where the state after t patches lies, in pixels of the page.
  dot(path, t) {
    const [x, y] = this.view;
    return [this.width / 2 + (path[2 * t] - x) * this.scale, this.height / 2 - (path[2 * t + 1] - y) * this.scale];
  }

  // The t whose state is nearest to a point of the canvas (0 to 1 across and down).
  nearest(x, y) {
    const { width, height } = this;
    let [best, closest] = [0, Infinity];
    for (let t = 0; t < this.steps; t += 1) {
      const [px, py] = this.dot(this.shown, t);
      const far = (px - x * width) ** 2 + (py - y * height) ** 2;
      if (far < closest) [best, closest] = [t, far];
    }
    return best;
  }

  // The way to t strong and the rest faint; `dots` are the colors of the answer at each t, '' for one that does not count.
  draw(t, { dots, answer, ink, run, paper }) {
    this.measure();
    const { canvas, width, height } = this;
    if (!width) return;
    const pen = fitted(canvas, width, height);
    canvas.style.width = canvas.style.height = ''; // its place on the page says how large it is
    const way = (path, to, { line, color, alpha, dash = [] }) => {
      Object.assign(pen, { lineWidth: line, strokeStyle: color, globalAlpha: alpha, lineJoin: 'round' });
      pen.setLineDash(dash);
      pen.beginPath();
      for (let step = 0; step <= to; step += 1) pen.lineTo(...this.dot(path, step));
      pen.stroke();
      pen.setLineDash([]);
      pen.globalAlpha = 1;
    };
    if (this.trained !== this.shown) way(this.trained, this.steps - 1, { line: 1, color: ink, alpha: 0.35, dash: [3, 3] });
    way(this.shown, this.steps - 1, { line: 1, color: ink, alpha: 0.2 });
    way(this.shown, t, { line: 1.5, color: run, alpha: 0.9 });
    for (let step = 0; step <= t; step += 1) {
      Object.assign(pen, { fillStyle: dots[step] || ink, globalAlpha: dots[step] ? 1 : 0.5 });
      disc(pen, this.dot(this.shown, step), this.steps > 100 ? 1.7 : 2.4);
    }
    pen.globalAlpha = 1;
    const [start, end] = [0, t].map((step) => this.dot(this.shown, step));
    const apart = Math.abs(start[0] - end[0]) + Math.abs(start[1] - end[1]) > 25; // else one text would lie on the other
    const mark = (place, text, color, size) => label(pen, place, text, { color, size, ink, paper, width });
    mark(start, apart ? 't = 0' : '', ink, 2.5);
    mark(end, answer, dots[t] || ink, 5);
  }
}

// A disc with its name beside it, on the side where there is room.
function label(pen, place, text, { color, size, ink, paper, width }) {
  Object.assign(pen, { font: '11px sans-serif', textBaseline: 'middle', lineWidth: 3, strokeStyle: paper, fillStyle: color });
  disc(pen, place, size);
  pen.textAlign = place[0] > width / 2 ? 'right' : 'left';
  const x = place[0] + (pen.textAlign === 'left' ? 8 : -8);
  pen.strokeText(text, x, place[1]);
  pen.fillStyle = ink;
  pen.fillText(text, x, place[1]);
}

// Middle and width of what must be in sight.
function around(paths) {
  const ends = [0, 1].map((axis) => {
    const all = paths.flatMap((path) => [...path].filter((_, place) => place % 2 === axis));
    return [Math.min(...all), Math.max(...all)];
  });
  return [...ends.map(([low, high]) => (low + high) / 2), Math.max(...ends.map(([low, high]) => high - low)) || 1];
}
