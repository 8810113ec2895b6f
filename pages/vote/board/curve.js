// A curve that is drawn with a finger, a mouse or keys. At the reveal: the quartiles of all before and after, and what was measured.
import { drag, make, spoken, svg } from '../../../dashboard/kit/dom.js';
import { answer, clamp } from '../../../dashboard/kit/keys.js';
import { number } from '../../../dashboard/kit/text.js';
import { height, nearest, nudged, stroke } from './line.js';

const HEIGHT = 300;
const EDGE = { left: 46, right: 16, top: 12, bottom: 40 };
const BANDS =
  'The bands are the middle half of all answers, before (grey) and after (blue). The thick line was measured; the dashed line is yours.';
const LEVELS = [0, 0.25, 0.5, 0.75, 1];

export class Curve {
  at = 0; // the place that the arrow keys are on
  last = null; // place and height of the stroke under way

  constructor(board) {
    this.board = board;
    const { x_axis, y_axis } = board.data;
    const label = `${y_axis} by ${x_axis}. Left and right choose a point, up and down move it`;
    this.element = make('div', { class: 'vote-curve', tabindex: 0, role: 'slider', 'aria-label': label, 'aria-orientation': 'vertical' });
    drag(this.element, {
      press: (at) => !this.board.data.locked && this.begin(at),
      move: (at, _event, held) => held && this.drawTo(at),
      release: () => this.end(),
    });
    answer(this.element, {}, ([right, down]) => (right ? this.move(right) : this.nudge(-down)));
  }

  get wide() {
    return Math.max(200, this.board.width);
  }

  point([across, down]) {
    const { x, low, high } = this.board.data;
    const [plotWide, plotHigh] = [this.wide - EDGE.left - EDGE.right, HEIGHT - EDGE.top - EDGE.bottom];
    const place = nearest((across * this.wide - EDGE.left) / plotWide, x.length);
    return [place, height((down * HEIGHT - EDGE.top) / plotHigh, low, high)];
  }

  begin(at) {
    this.last = null;
    this.drawTo(at);
    return true;
  }

  end() {
    this.last = null;
    this.board.told();
  }

  drawTo(at) {
    const to = this.point(at);
    this.at = to[0];
    const made = stroke(this.board.drawn, this.board.data.x.length, this.last, to);
    this.last = to;
    this.board.take(made);
  }

  move(by) {
    this.at = clamp(this.at + by, 0, this.board.data.x.length - 1);
    this.draw();
  }

  nudge(steps) {
    const { x, low, high, locked } = this.board.data;
    if (locked) return;
    const now = this.board.drawn ?? Array(x.length).fill((low + high) / 2);
    this.board.take(nudged(now, this.at, steps, low, high));
  }

  place(x) {
    const { length } = this.board.data.x;
    return EDGE.left + (x / (length - 1)) * (this.wide - EDGE.left - EDGE.right);
  }

  level(value) {
    const { low, high } = this.board.data;
    return EDGE.top + (1 - (value - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
  }

  draw() {
    const { outcome, locked } = this.board.data, own = this.board.drawn;
    const drawn = svg('svg', { viewBox: `0 0 ${this.wide} ${HEIGHT}`, width: this.wide, height: HEIGHT, 'aria-hidden': true });
    drawn.append(...this.axes(), ...(outcome ? this.all(outcome) : []));
    if (own) drawn.append(this.line(own, 'own'), ...(outcome ? [] : this.points(own)));
    if (outcome?.truth) drawn.append(this.line(outcome.truth, 'truth'));
    this.element.replaceChildren(drawn);
    this.element.classList.toggle('locked', locked);
    this.say(own, outcome);
  }

  say(own, outcome) {
    const { x, low, high, x_axis, locked } = this.board.data;
    const now = own ? own[this.at] : (low + high) / 2;
    const words = `${x_axis} ${x[this.at]}: ${own ? number(now, 0) : 'nothing yet'}`;
    spoken(this.element, { valuemin: low, valuemax: high, valuenow: now, valuetext: words });
    if (outcome) this.board.tell(BANDS);
    else if (own) this.board.tell(words);
    else this.board.tell(locked ? '' : 'Draw the curve with a finger or the mouse.');
  }

  axes() {
    const { x, low, high, x_axis, y_axis } = this.board.data;
    const levels = LEVELS.map((share) => low + share * (high - low));
    return [
      ...levels.map((value) =>
        svg('line', { class: 'grid', x1: EDGE.left, x2: this.wide - EDGE.right, y1: this.level(value), y2: this.level(value) })
      ),
      ...levels.map((value) => svg('text', { x: EDGE.left - 6, y: this.level(value) + 4, 'text-anchor': 'end' }, number(value, 0))),
      ...x.map((value, at) => svg('text', { x: this.place(at), y: HEIGHT - EDGE.bottom + 17, 'text-anchor': 'middle' }, String(value))),
      svg('text', { class: 'axis', x: this.wide - EDGE.right, y: HEIGHT - 6, 'text-anchor': 'end' }, x_axis),
      svg('text', { class: 'axis', x: EDGE.left, y: HEIGHT - 6 }, `↑ ${y_axis}`),
    ];
  }

  path(heights) {
    return heights.map((value, at) => `${this.place(at)},${this.level(value)}`);
  }

  line(heights, look) {
    return svg('polyline', { class: look, points: this.path(heights).join(' ') });
  }

  points(heights) {
    return heights.map((value, at) =>
      svg('circle', { class: at === this.at ? 'here' : 'point', cx: this.place(at), cy: this.level(value), r: at === this.at ? 7 : 4 })
    );
  }

  all(outcome) {
    return ['before', 'after'].flatMap((round) => {
      const [lower, median, upper] = outcome[round].counts;
      if (!lower) return [];
      const band = [...this.path(upper), ...this.path(lower).reverse()].join(' ');
      return [svg('polygon', { class: `band ${round}`, points: band }), this.line(median, `median ${round}`)];
    });
  }
}
