// A small confusion matrix, or cards of sample images: of the newest moment of a run, or of the one that a replay of its curve shows.
import { Board, mount } from '../../kit/board.js';
import { make, svg } from '../../kit/dom.js';
import { onReplay } from '../../kit/replay.js';
import { short } from '../../kit/text.js';
import { cellWords, matrixWords, momentAt, shades, verdict } from './moments.js';

const CELL = 15; // px
const LETTERS = 9; // of the name of a class
const NAMES = 62; // px for them
const HEAD = 18; // px above the cells

class Watched extends Board {
  epoch = null; // that a replay shows

  constructor(root) {
    super(root);
    this.unhear = onReplay((run, epoch) => {
      if (run !== this.data?.run || epoch === this.epoch) return;
      this.epoch = epoch;
      this.redraw();
    });
  }

  receive(data, before) {
    if (data.run !== before?.run) this.epoch = null;
    this.drawn = undefined;
  }

  draw() {
    const moment = momentAt(this.data.moments, this.epoch);
    if (moment === this.drawn && this.root.childElementCount) return; // a replay draws far oftener than epochs end
    this.drawn = moment;
    if (this.data.part === 'matrix') this.drawMatrix(moment);
    else this.drawCards(moment);
    this.root.dataset.epoch = moment ? moment[0] : 0; // for tests
  }

  drawMatrix(moment) {
    const { classes } = this.data;
    const said = moment ? `Validation, epoch ${moment[0]}` : 'Comes with epoch 1';
    this.root.replaceChildren(make('p', 'watched-title', said), matrix(classes, moment));
  }

  drawCards(moment) {
    const { classes, labels } = this.data;
    const cards = labels.map((label, place) => card(classes, label, place, moment?.[1][place]));
    const right = cards.filter((one) => one.classList.contains('right')).length;
    const title = make('p', 'watched-title', `${labels.length} validation images${moment ? `: ${right} right` : ''}`);
    this.root.replaceChildren(title, make('div', { class: 'watched-cards', role: 'list' }, ...cards));
  }

  close() {
    super.close();
    this.unhear();
  }
}

function matrix(classes, moment) {
  const side = classes.length * CELL;
  const counts = moment?.[2] ?? Array(classes.length ** 2).fill(0);
  const shade = shades(counts, classes.length);
  const cells = counts.map((_, place) => {
    const [row, column] = [Math.floor(place / classes.length), place % classes.length];
    const look = {
      x: NAMES + column * CELL,
      y: HEAD + row * CELL,
      width: CELL - 1,
      height: CELL - 1,
      'fill-opacity': 0.05 + 0.95 * shade[place],
    };
    const told = moment ? [svg('title', {}, cellWords(classes, counts, place))] : [];
    return svg('rect', { ...look, class: row === column ? 'watched-right' : 'watched-cell' }, ...told);
  });
  const names = classes.map((name, row) =>
    svg('text', { x: NAMES - 5, y: HEAD + (row + 0.5) * CELL, 'text-anchor': 'end', 'dominant-baseline': 'central' }, short(name, LETTERS))
  );
  const axes = [
    svg('text', { x: NAMES - 5, y: HEAD - 6, 'text-anchor': 'end', class: 'watched-axis' }, 'true ↓'),
    svg('text', { x: NAMES, y: HEAD - 6, class: 'watched-axis' }, 'predicted →'),
  ];
  const size = { width: NAMES + side, height: HEAD + side, viewBox: `0 0 ${NAMES + side} ${HEAD + side}` };
  return svg('svg', { ...size, role: 'img', 'aria-label': matrixWords(classes, moment) }, ...axes, ...names, ...cells);
}

function card(classes, label, place, judged) {
  const { look, mark, said, full } = verdict(classes, label, judged);
  const words = make('span', '', make('b', '', classes[label]), make('span', 'watched-said', `${mark} ${said}`.trim()));
  const bar = make('i', { class: 'watched-bar', style: `--p:${judged ? judged[2] : 0}` });
  const picture = make('i', `lab-sample lab-sample-${place}`);
  const made = make(
    'div',
    { class: `watched-card ${look}`.trim(), role: 'listitem', 'aria-label': full, title: full },
    picture,
    words,
    bar,
  );
  for (const part of [picture, words, bar]) part.setAttribute('aria-hidden', 'true');
  return made;
}

export default mount('.watched', Watched);
