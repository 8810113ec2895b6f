// The board as a PNG: of every run its picture and its map as they are, with its name, and below a line on what they show.

const [EDGE, SIDE, GAP, LINE] = [16, 256, 12, 17]; // px

export function save(board) {
  const cards = board.shown.filter((card) => !card.data.problem);
  const wide = 2 * SIDE + GAP;
  const canvas = Object.assign(document.createElement('canvas'), { width: 2 * EDGE + cards.length * wide + (cards.length - 1) * 2 * GAP, height: 2 * EDGE + SIDE + 5 * LINE });
  const style = getComputedStyle(board.root);
  const pen = canvas.getContext('2d');
  pen.fillStyle = style.getPropertyValue('--st-background-color').trim();
  pen.fillRect(0, 0, canvas.width, canvas.height);
  Object.assign(pen, { fillStyle: style.color, textBaseline: 'top' });
  const write = (words, x, y, weight = '') => {
    pen.font = `${weight} 13px ${style.fontFamily}`;
    pen.fillText(words, x, y, wide);
  };
  cards.forEach((card, n) => {
    const left = EDGE + n * (wide + 2 * GAP);
    write(card.data.name, left, EDGE, '600');
    write(card.data.told, left, EDGE + LINE);
    [card.picture, card.grid].forEach((drawn, at) => pen.drawImage(drawn, left + at * (SIDE + GAP), EDGE + 2 * LINE + 4));
    write(`output ${card.s + 1} of ${card.data.tokens}; full light, of a patch: ${card.scale.lastChild.textContent}`, left, EDGE + SIDE + 2.6 * LINE);
  });
  pen.font = `12px ${style.fontFamily}`;
  const words = 'Influence of each patch on the output. Picture: brightness by its root; map: row = output s, column = input t, of its largest.';
  pen.fillText(words, EDGE, EDGE + SIDE + 3.8 * LINE, canvas.width - 2 * EDGE);
  Object.assign(document.createElement('a'), { href: canvas.toDataURL('image/png'), download: 'influences.png' }).click();
}
