// The picture whose patches are the steps, with the patch of the chosen step framed.
import { fitted } from '../../../dashboard/kit/canvas.js';
import { framePatch } from '../../../dashboard/kit/patches.js';

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
    image.addEventListener('load', () => {
      this.image = image;
      this.draw();
    });
    image.src = source;
  }

  draw() {
    if (!this.image) return;
    const { t, data: { T, side, backward } } = this.board;
    const pen = fitted(this.canvas, SIZE, SIZE, { sharp: true });
    pen.drawImage(this.image, 0, 0, SIZE, SIZE);
    const patch = backward ? T - 1 - t : t;
    framePatch(pen, patch, side, SIZE / side, 'black', { line: 1.5, edge: 2.5 });
    this.canvas.setAttribute('aria-label', `The picture; framed: patch ${patch + 1} of ${T}, where this step reads`);
  }
}
