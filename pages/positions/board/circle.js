// A pair of features on the unit circle: where (1, 0) comes to lie, or cosine and sine of the angle.
import { disc, fitted } from '../../../dashboard/kit/canvas.js';
import { number } from '../../../dashboard/kit/text.js';

const SIZE = 88; // px

export function drawCircle(canvas, angle, { ink, run }) {
  canvas.hidden = angle === null;
  if (angle === null) return;
  const pen = fitted(canvas, SIZE, SIZE);
  const [middle, radius] = [SIZE / 2, SIZE / 2 - 6];
  const at = (turn) => [middle + radius * Math.cos(turn), middle - radius * Math.sin(turn)];
  const line = (color, lineWidth, draw) => {
    Object.assign(pen, { strokeStyle: color, lineWidth });
    pen.beginPath();
    draw();
    pen.stroke();
  };
  const hand = (turn) => () => {
    pen.moveTo(middle, middle);
    pen.lineTo(...at(turn));
  };
  const turn = angle % (2 * Math.PI);
  pen.globalAlpha = 0.4;
  line(ink, 1, () => pen.arc(middle, middle, radius, 0, 2 * Math.PI));
  line(ink, 1, hand(0));
  pen.globalAlpha = 1;
  line(run, 2, () => pen.arc(middle, middle, radius / 3, 0, -turn, true));
  line(run, 2.5, hand(turn));
  pen.fillStyle = run;
  disc(pen, at(turn), 4);
  canvas.setAttribute('aria-label', `The angle ${number(angle, 4)} on the unit circle`);
}
