// The picture whose patches are the steps, with the patch of the chosen step framed.

import { canvasOf } from './canvas.js';

const SIZE = 92; // px

export class Picture {
  constructor(board, canvas) {
    Object.assign(this, { board, canvas, image: null, source: null });
  }

  load(source) {
    if (source === this.source) return;
    Object.assign(this, { source, image: null });
    this.canvas.hidden = !source;
    if (!source) return;
    const image = new Image();
    image.onload = () => {
      this.image = image;
      this.draw();
    };
    image.src = source;
  }

  draw() {
    if (!this.image) return;
    const { t, T, data } = this.board;
    const context = canvasOf(this.canvas, SIZE, SIZE);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.image, 0, 0, SIZE, SIZE);
    const patch = data.backward ? T - 1 - t : t;
    const each = SIZE / data.side;
    const [x, y] = [(patch % data.side) * each, Math.floor(patch / data.side) * each];
    for (const [color, line] of [['#fff', 4], ['#000', 1.5]]) {
      Object.assign(context, { strokeStyle: color, lineWidth: line });
      context.strokeRect(x, y, each, each);
    }
    this.canvas.setAttribute('aria-label', `The picture; framed: patch ${patch + 1} of ${T}, where this step reads`);
  }
}
