// One reader: its picture as far as it is read, what it believes after every patch, and the patches that would change its mind.
import { bar, look, plotBeliefs, ranked } from '../../../dashboard/kit/beliefs.js';
import { disc, enlarge, penOf, sheet } from '../../../dashboard/kit/canvas.js';
import { button, drag, make, share, svg } from '../../../dashboard/kit/dom.js';
import { answer, beside, cellAt } from '../../../dashboard/kit/keys.js';
import { floats } from '../../../dashboard/kit/packed.js';
import { framePatch, middle, patchOf } from '../../../dashboard/kit/patches.js';
import { pale, pixels, SIDE } from '../../../dashboard/kit/picture.js';
import { percent } from '../../../dashboard/kit/text.js';
import { palette, WHITE } from '../../../dashboard/kit/theme.js';

const WIDE = 8 * SIDE; // pixels of the picture's canvas
const BARS = 5; // most probable classes of a row

export class Row {
  constructor(board, id) {
    this.board = board;
    this.element = make('div', { class: 'reading-row', role: 'listitem', 'data-run': id });
    this.canvas = make('canvas', { class: 'reading-picture', width: WIDE, height: WIDE, tabindex: 0, role: 'application' });
    this.title = make('div', 'reading-title');
    this.lines = svg('svg', { class: 'curves', viewBox: '0 0 1 1', preserveAspectRatio: 'none' });
    [this.now, this.known, this.axis] = [make('i', 'reading-now'), make('span', 'reading-known'), make('div', 'reading-axis')];
    this.plot = make('div', { class: 'reading-plot', role: 'img' }, this.lines, this.known, this.now, this.axis);
    this.bars = make('div', { class: 'reading-bars', role: 'img' });
    [this.words, this.eraser] = [make('span'), button('')];
    this.element.append(this.title, this.canvas, this.plot, this.bars, make('div', 'reading-mind', this.words, this.eraser));
    Object.assign(this, { cursor: 0, erased: false });
    this.listen();
  }

  listen() {
    const { board, canvas } = this;
    const scrub = ([across]) => board.go(Math.round(across * board.data.of));
    drag(this.plot, {
      press: (at) => {
        board.player.stop();
        scrub(at);
      },
      move: (at, _, held) => held && scrub(at),
    });
    canvas.addEventListener('click', (event) => {
      const patch = cellAt(share(event, canvas), this.side);
      if (patch === null) return;
      this.cursor = patch;
      board.pick(this.reader, patch);
    });
    const pick = () => board.pick(this.reader, this.cursor);
    answer(canvas, { ' ': pick, Enter: pick, Escape: () => board.choose([]) }, (step) => {
      this.cursor = beside(this.cursor, step, this.side);
      board.draw();
    });
    for (const kind of ['focus', 'blur']) canvas.addEventListener(kind, () => board.draw());
    this.eraser.addEventListener('click', () => {
      this.erased = !this.erased;
      board.draw();
    });
  }

  get side() {
    return Math.sqrt(this.reader.tokens);
  }

  set(reader, label) {
    this.reader = reader;
    this.cursor = Math.min(this.cursor, reader.tokens - 1);
    this.title.replaceChildren(make('b', '', reader.name), make('span', '', ` ${reader.told}`));
    this.element.classList.toggle('failed', Boolean(reader.problem));
    this.eraser.hidden = !reader.mind?.patches.length;
    if (reader.problem) return;
    this.values = floats(reader.beliefs); // (T + 1) * K
    this.true = reader.classes.indexOf(label);
    this.curves();
  }

  look(k) {
    return look(k, this.true, this.reader.answer);
  }

  curves() {
    const { tokens, classes } = this.reader;
    plotBeliefs(this, this.reader, (t, k) => this.values[t * classes.length + k], (k) => this.look(k));
    this.plot.ariaLabel = `Probability of each class of ${this.reader.name} after 0 to ${tokens} patches: ${this.reader.knew}`;
  }

  // Draw what is known after t patches; returns what is believed then, in words.
  draw(t, picture, path) {
    const { reader } = this;
    const erased = this.erased && reader.mind?.patches.length ? reader.mind.patches : null;
    this.eraser.ariaPressed = String(Boolean(erased));
    this.eraser.textContent = erased ? 'As it was' : 'Erase';
    this.plot.classList.toggle('faded', Boolean(erased)); // it is of the whole picture
    this.words.textContent = reader.problem || this.told(erased);
    this.paint(erased ? reader.tokens : t, picture, erased, path);
    if (reader.problem) return '';
    this.now.style.left = `${(100 * t) / reader.tokens}%`;
    const count = reader.classes.length;
    const values = erased ? floats(reader.mind.after) : this.values.subarray(t * count, (t + 1) * count);
    const order = ranked(values, BARS, this.true);
    const bars = order.map((k) => ({ name: reader.classes[k], p: values[k], text: percent(values[k]), look: this.look(k) }));
    this.bars.replaceChildren(...bars.map((belief) => bar(belief, 'reading-class')));
    const what = `The first ${t} of ${reader.tokens} patches, as ${reader.name} has read them.`;
    const after = erased ? 'Erased' : `After ${t} patches`;
    this.bars.ariaLabel = `${after}: ${bars.map(({ name, text }) => `${name} ${text}`).join(', ')}`;
    this.canvas.ariaLabel = `${what} Arrow keys choose a patch, Enter takes it as an end of a path, Escape forgets the path.`;
    return `${reader.name} ${bars[0].name} ${bars[0].text.replace('%', 'percent')}`;
  }

  // What stands below the bars: of the whole picture, or of what is left of it.
  told(erased) {
    const { reader } = this;
    if (!erased) return `${reader.knew} ${reader.mind.words}`;
    const [first] = ranked(floats(reader.mind.after), 1);
    const without = erased.length === 1 ? 'this patch' : `these ${erased.length} patches`;
    return `Without ${without} it says ${reader.classes[first]}. The faded curve belongs to the whole picture.`;
  }

  // The picture: what has been read as it is, the rest in pale grey; erased patches in the mean color.
  paint(t, picture, erased, path) {
    const { patch, color } = this.reader;
    const side = SIDE / patch;
    const painted = pixels(picture, (rgb, pixel) => {
      const own = patchOf(pixel, patch);
      if (erased?.includes(own)) return color;
      return own >= t ? pale(rgb) : rgb;
    });
    const pen = penOf(this.canvas);
    enlarge(pen, sheet(painted, SIDE), WIDE);
    const size = WIDE / side;
    const { run, wrong } = palette(this.canvas);
    const outline = (index, line) => framePatch(pen, index, side, size, line);
    if (!erased && t > 0 && t < side * side) outline(t - 1, run);
    for (const index of erased ?? []) outline(index, wrong);
    if (this.canvas === document.activeElement && this.canvas.matches(':focus-visible')) outline(this.cursor, 'black');
    this.route(pen, path, side, size, wrong);
  }

  // The way of the news from one patch to another: along the sequence, or straight.
  route(pen, path, side, size, color) {
    if (!path.length) return;
    const [from, to = from] = path;
    const never = this.reader.steps[to - from + this.reader.tokens - 1] < 0;
    const direct = this.reader.way === 'attention' || never;
    const between = Array.from({ length: Math.abs(to - from) + 1 }, (_, k) => from + Math.sign(to - from) * k);
    const stops = direct ? [from, to] : between;
    const mark = (index, radius) => disc(pen, middle(index, side, size), radius);
    pen.setLineDash(never ? [3, 12] : []);
    const thin = Math.min(4, size / 8);
    for (const [width, style] of [[2 * thin, WHITE], [thin, color]]) {
      pen.lineWidth = width;
      pen.strokeStyle = pen.fillStyle = style;
      pen.beginPath();
      stops.forEach((stop) => pen.lineTo(...middle(stop, side, size)));
      pen.stroke();
      for (const end of [from, to]) mark(end, 5 + width);
    }
    pen.setLineDash([]);
    pen.fillStyle = WHITE;
    mark(to, 4); // where it ends
  }
}
