// The state's path in the plane of two principal components, on a canvas: both axes on one scale.
const ROOM = 0.86; // of the canvas that paths fill

export class StatePath {
  constructor(canvas) {
    this.canvas = canvas;
  }

  // Paths are (T + 1) pairs of numbers; `trained` is the one in the order that was trained, `shown` the one that is looked at.
  read(trained, shown) {
    Object.assign(this, { trained, shown, steps: shown.length / 2, view: around([trained, shown]) });
  }

  // Where the state after t patches lies, in pixels of the canvas.
  dot(path, t) {
    const { width, height } = this.canvas;
    const [x, y, span] = this.view;
    const scale = (ROOM * Math.min(width, height)) / span;
    return [width / 2 + (path[2 * t] - x) * scale, height / 2 - (path[2 * t + 1] - y) * scale];
  }

  // The t whose state is nearest to a point of the canvas (0 to 1 across and down).
  nearest(x, y) {
    const { width, height } = this.canvas;
    let [best, least] = [0, Infinity];
    for (let t = 0; t < this.steps; t += 1) {
      const [px, py] = this.dot(this.shown, t);
      const far = (px - x * width) ** 2 + (py - y * height) ** 2;
      if (far < least) [best, least] = [t, far];
    }
    return best;
  }

  // The way to t strong and the rest faint; `colors` are those of the answer at each t, '' for one that does not count.
  draw(t, { colors, answer, ink, line, ground }) {
    const { canvas } = this;
    const ratio = Math.max(1, window.devicePixelRatio || 1);
    const box = canvas.getBoundingClientRect();
    Object.assign(canvas, { width: Math.round(box.width * ratio), height: Math.round(box.height * ratio) }); // clears it
    if (!canvas.width) return;
    const pen = canvas.getContext('2d');
    const way = (path, to, { width, color, alpha, dash = [] }) => {
      Object.assign(pen, { lineWidth: width * ratio, strokeStyle: color, globalAlpha: alpha, lineJoin: 'round' });
      pen.setLineDash(dash.map((part) => part * ratio));
      pen.beginPath();
      for (let step = 0; step <= to; step += 1) pen.lineTo(...this.dot(path, step));
      pen.stroke();
      pen.setLineDash([]);
      pen.globalAlpha = 1;
    };
    if (this.trained !== this.shown) way(this.trained, this.steps - 1, { width: 1, color: ink, alpha: 0.35, dash: [3, 3] });
    way(this.shown, this.steps - 1, { width: 1, color: ink, alpha: 0.2 });
    way(this.shown, t, { width: 1.5, color: line, alpha: 0.9 });
    for (let step = 0; step <= t; step += 1) {
      Object.assign(pen, { fillStyle: colors[step] || ink, globalAlpha: colors[step] ? 1 : 0.5 });
      disc(pen, this.dot(this.shown, step), (this.steps > 100 ? 1.7 : 2.4) * ratio);
    }
    pen.globalAlpha = 1;
    const mark = (place, text, color, size) => {
      Object.assign(pen, { font: `${11 * ratio}px sans-serif`, textBaseline: 'middle', lineWidth: 3 * ratio, strokeStyle: ground, fillStyle: color });
      disc(pen, place, size * ratio);
      pen.textAlign = place[0] > canvas.width / 2 ? 'right' : 'left';
      const x = place[0] + (pen.textAlign === 'left' ? 8 : -8) * ratio;
      pen.strokeText(text, x, place[1]);
      pen.fillStyle = ink;
      pen.fillText(text, x, place[1]);
    };
    const [start, end] = [0, t].map((step) => this.dot(this.shown, step));
    const apart = Math.abs(start[0] - end[0]) + Math.abs(start[1] - end[1]) > 25 * ratio; // else one text would lie on the other
    mark(start, apart ? 't = 0' : '', ink, 2.5);
    mark(end, answer, colors[t] || ink, 5);
  }
}

// Middle and width of what must be in sight.
function around(paths) {
  const ends = [0, 1].map((axis) => {
    const all = paths.flatMap((path) => [...path].filter((_, place) => place % 2 === axis));
    return [Math.min(...all), Math.max(...all)];
  });
  return [...ends.map(([low, high]) => (low + high) / 2), Math.max(...ends.map(([low, high]) => high - low)) || 1];
}

function disc(pen, [x, y], radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}
