// The board as a PNG: of every run its picture and its map as they are, with its name, and below a line on what they show.
import { blank } from '../../../dashboard/kit/canvas.js';
import { download } from '../../../dashboard/kit/dom.js';

const [EDGE, SIDE, GAP, LINE] = [16, 256, 12, 17]; // px
const WORDS =
  'Influence of each patch on the output. Picture: brightness by its root; map: row = output s, column = input t, of its largest.';

export function save(board) {
  const cards = board.shown.filter((card) => !card.data.problem);
  const wide = 2 * SIDE + GAP;
  const [width, height] = [2 * EDGE + cards.length * wide + (cards.length - 1) * 2 * GAP, 2 * EDGE + SIDE + 5 * LINE];
  const { paper, ink, font } = board.colors;
  const pen = blank(width, height, paper, { ratio: 1 });
  Object.assign(pen, { fillStyle: ink, textBaseline: 'top' });
  const write = (words, x, y, weight = '') => {
    pen.font = `${weight} 13px ${font}`;
    pen.fillText(words, x, y, wide);
  };
  cards.forEach((card, n) => {
    const left = EDGE + n * (wide + 2 * GAP);
    write(card.data.name, left, EDGE, '600');
    write(card.data.told, left, EDGE + LINE);
    [card.picture, card.grid].forEach((drawn, at) => pen.drawImage(drawn, left + at * (SIDE + GAP), EDGE + 2 * LINE + 4));
    const full = `full light, of a patch: ${card.scale.lastChild.textContent}`;
    write(`output ${card.s + 1} of ${card.data.tokens}; ${full}`, left, EDGE + SIDE + 2.6 * LINE);
  });
  pen.font = `12px ${font}`;
  pen.fillText(WORDS, EDGE, EDGE + SIDE + 3.8 * LINE, width - 2 * EDGE);
  download(pen.canvas, 'influences.png');
}
