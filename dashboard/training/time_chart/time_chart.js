// Lines over time as SVG. A message (dashboard/training/time_chart) holds all numbers; reading them off asks the server for nothing.
import { Board, mount } from '../../kit/board.js';
import { drag, make, spoken, svg } from '../../kit/dom.js';
import { captioned, fileName, save } from '../../kit/figure_file.js';
import { answer, clamp } from '../../kit/keys.js';
import { doubles } from '../../kit/packed.js';
import { number, thousands } from '../../kit/text.js';
import { palette, variable } from '../../kit/theme.js';
import { courses, ends, levels, numbered, scaled, valueWords } from './axes.js';
import { sign, signed } from './signs.js';

const NAMESPACE = 'http://www.w3.org/2000/svg'; // of a figure that is a file of its own
const COLORS = { run: 'var(--lab-run)', right: 'var(--lab-right)', wrong: 'var(--lab-wrong)', ink: 'currentColor' };
const EDGE = { left: 50, right: 14, top: 20, bottom: 34 };
// Of words on lines.
const HALO = { stroke: 'var(--st-background-color)', 'stroke-width': 4, 'paint-order': 'stroke', 'stroke-linejoin': 'round' };
const FAINT = { stroke: 'currentColor', 'stroke-opacity': 0.16 };
const HEAD = 46; // pixels of title and legend above a figure that is a file

class TimeChart extends Board {
  constructor(root) {
    super(root);
    const part = (name) => root.querySelector(`.time-chart-${name}`);
    [this.title, this.legend, this.plot] = ['title', 'legend', 'plot'].map(part);
    this.caption = root.querySelector('figcaption');
    for (const button of root.querySelectorAll('button')) button.addEventListener('click', () => this.save(button.dataset.kind));
    const follow = ([share]) => {
      const across = (share * this.wide - EDGE.left) / Math.max(1, this.wide - EDGE.left - EDGE.right);
      this.move(Math.round(across * (this.count - 1)));
    };
    drag(this.plot, { press: follow, move: follow });
    const by = (step) => () => this.move(this.at + step);
    answer(
      this.plot,
      { PageUp: by(10), PageDown: by(-10), Home: by(-Infinity), End: by(Infinity) },
      ([right]) => right !== 0 && by(right)(),
    );
  }

  receive(data, before) {
    const lines = data.lines.map((line) => ({ ...line, values: doubles(line.values), ...(line.low && intervals(line)) }));
    const count = lines[0]?.values.length ?? 0;
    const moved = before && before.title === data.title && this.count === count && this.at !== before.at;
    Object.assign(this, { lines, count, at: clamp(moved ? this.at : data.at, 0, Math.max(0, count - 1)) });
    this.title.textContent = data.title;
    this.caption.textContent = data.note;
    this.legend.replaceChildren(...lines.map((line) => this.entry(line)));
  }

  entry(line) {
    const sample = svg('svg', { width: 22, height: 10, 'aria-hidden': 'true' }, ...sampleOf(line, 1, 5));
    const entry = make('span', { tabindex: 0 }, sample, make('span', '', line.name), make('b'));
    for (const [kind, lit] of [['pointerenter', true], ['pointerleave', false], ['focus', true], ['blur', false]]) {
      entry.addEventListener(kind, () => this.light(lit ? line.name : null));
    }
    return entry;
  }

  // The word that names a line lights it up.
  light(name) {
    for (const path of this.plot.querySelectorAll('[data-line]')) path.style.opacity = name && path.dataset.line !== name ? 0.15 : '';
  }

  move(at) {
    const next = clamp(at, 0, this.count - 1);
    if (next === this.at || !this.count) return;
    this.at = next;
    this.read();
  }

  // ---- the figure ----

  draw() {
    this.wide = this.plot.clientWidth;
    const { height, marks, shade, y, x } = this.data;
    this.range = ends(this.lines.flatMap((line) => [...line.values]).concat(marks.map(([value]) => value)), this.data);
    this.cross = svg('g');
    const [tint, tinted] = shade.length ? this.shaded() : [];
    const marked = marks.map(([value, word]) => {
      return svg('text', { x: this.right - 2, y: this.up(value) + 13, 'text-anchor': 'end', ...HALO }, word);
    });
    const size = { width: this.wide, height, viewBox: `0 0 ${this.wide} ${height}` };
    this.figure = svg('svg', { xmlns: NAMESPACE, ...size, 'font-size': 12, fill: 'currentColor' });
    this.figure.append(
      ...(tint ? [tint] : []),
      ...this.axes(),
      ...marks.map(([value]) => {
        return svg('path', { d: this.level(value), stroke: 'currentColor', 'stroke-dasharray': '2 3', fill: 'none' });
      }),
      ...this.lines.filter((line) => line.low).map((line) => this.band(line)),
      ...this.lines.flatMap((line) => this.curve(line)),
      ...marked,
      ...(tinted ? [tinted] : []),
      this.cross,
    );
    this.plot.replaceChildren(this.figure);
    this.plot.setAttribute(
      'aria-label',
      `${this.data.title}. ${y}; ${x}. ${courses(this.lines, this.data, (at) => this.place(at))}. Arrow keys move.`,
    );
    this.read();
  }

  get right() {
    return this.wide - EDGE.right;
  }

  get bottom() {
    return this.data.height - EDGE.bottom;
  }

  // Where a point of the lines is, and where a value: what lies outside the axis is at its end.
  across(point) {
    return EDGE.left + ((this.right - EDGE.left) * point) / Math.max(1, this.count - 1);
  }

  up(value) {
    const [low, high] = this.range;
    return this.bottom - ((this.bottom - EDGE.top) * (clamp(scaled(value, this.data.log), low, high) - low)) / (high - low);
  }

  level(value) {
    return `M${EDGE.left} ${this.up(value)}H${this.right}`;
  }

  axes() {
    const { data, right, bottom } = this;
    const middle = (EDGE.left + right) / 2;
    return [
      ...levels(this.range, data.log).flatMap(([value, word]) => [
        svg('path', { d: this.level(value), ...FAINT }),
        svg('text', { x: EDGE.left - 6, y: this.up(value) + 4, 'text-anchor': 'end' }, word),
      ]),
      ...numbered(this.count, this.wide, data).map((point) => {
        return svg('text', { x: this.across(point), y: bottom + 16, 'text-anchor': 'middle' }, this.place(point));
      }),
      svg('text', { x: middle, y: data.height - 3, 'text-anchor': 'middle', 'fill-opacity': 0.75 }, data.x),
      svg('path', { d: `M${EDGE.left} ${EDGE.top}V${bottom}H${right}`, fill: 'none', stroke: 'currentColor', 'stroke-opacity': 0.5 }),
    ];
  }

  // A part of the x axis, from the middle before its first point to the middle behind its last one.
  shaded() {
    const [from, to, word] = this.data.shade;
    const { first, step } = this.data;
    const [left, right] = [from - step / 2, to + step / 2].map((value) =>
      clamp(this.across((value - first) / step), EDGE.left, this.right)
    );
    const box = { x: left, y: EDGE.top, width: right - left, height: this.bottom - EDGE.top };
    return [
      svg('rect', { ...box, fill: 'currentColor', 'fill-opacity': 0.07 }),
      svg('text', { x: left + 8, y: this.bottom - 8, ...HALO }, word),
    ];
  }

  // The intervals around a line, where they are known.
  band(line) {
    const known = [...line.low.keys()].filter((point) => !Number.isNaN(line.low[point]));
    const edge = (values, points) => points.map((point) => `${this.across(point).toFixed(1)} ${this.up(values[point]).toFixed(1)}`);
    const d = known.length ? `M${[...edge(line.low, known), ...edge(line.high, [...known].reverse())].join('L')}Z` : '';
    return svg('path', { d, fill: COLORS[line.color], 'fill-opacity': 0.16, 'data-line': line.name });
  }

  curve(line) {
    const points = [...line.values].map((value, point) => {
      return Number.isNaN(value) ? null : `${this.across(point).toFixed(1)} ${this.up(value).toFixed(1)}`;
    });
    const d = points.map((point, at) => (point ? `${at && points[at - 1] ? 'L' : 'M'}${point}` : '')).join('');
    const path = svg('path', { d, ...look(line), 'data-line': line.name });
    const signs = signed(line.values).map((point) => sign(line.color, this.across(point), this.up(line.values[point])));
    return [path, svg('path', { d: signs.join(''), fill: COLORS[line.color], 'data-line': line.name }), ...this.outside(line)];
  }

  dot(line, point, r) {
    return svg('circle', { cx: this.across(point), cy: this.up(line.values[point]), r, fill: COLORS[line.color] });
  }

  // Triangles where a line leaves the axis: what lies outside is drawn at the edge, not left out.
  outside(line) {
    const { log, limits: [smallest, largest] } = this.data;
    if (!log || smallest === undefined) return [];
    const turns = [[(value) => value < smallest, 1], [(value) => value > largest, -1]];
    return turns.flatMap(([beyond, turn]) => {
      const points = [...line.values.keys()].filter((point) => beyond(line.values[point]));
      if (!points.length) return [];
      const [x, y] = [this.across(points[points.length >> 1]), this.up(line.values[points[0]])];
      return [svg('path', { d: `M${x - 6} ${y - 10 * turn}h12l-6 ${9 * turn}z`, fill: COLORS[line.color], class: 'time-chart-beyond' })];
    });
  }

  // The number under a point.
  place(point) {
    return String(Number((this.data.first + point * this.data.step).toPrecision(6)));
  }

  // ---- what stands under the pointer ----

  read() {
    if (!this.count || !this.cross) return;
    const { at } = this;
    const across = this.across(at);
    const readings = this.lines.map((line) => this.reading(line));
    readings.forEach((text, which) => {
      this.legend.children[which].querySelector('b').textContent = text;
    });
    const count = this.data.counts[at];
    const where = `${this.data.x.split(' (')[0]} ${this.place(at)}${count ? `, n = ${thousands(count)}` : ''}`;
    const side = at > this.count / 2 ? { x: across - 5, 'text-anchor': 'end' } : { x: across + 5, 'text-anchor': 'start' };
    this.cross.replaceChildren(
      svg('path', { d: `M${across} ${EDGE.top}V${this.bottom}`, stroke: 'currentColor', 'stroke-opacity': 0.55 }),
      ...this.lines.filter((line) => !Number.isNaN(line.values[at])).map((line) => this.dot(line, at, 3.5)),
      svg('text', { ...side, y: EDGE.top - 7, 'font-weight': 600 }, where),
    );
    const words = this.lines.map((line, which) => `${line.name} ${readings[which]}`).join(', ');
    spoken(this.plot, {
      valuemin: this.place(0),
      valuemax: this.place(this.count - 1),
      valuenow: this.place(at),
      valuetext: `${where}: ${words}`,
    });
    this.root.dataset.at = this.place(at); // for tests
    this.root.dataset.values = JSON.stringify(this.lines.map((line) => String(line.values[at])));
  }

  reading(line) {
    const value = line.values[this.at];
    const text = valueWords(value, this.data);
    if (!line.low || Number.isNaN(value)) return text;
    return `${text} (${[line.low, line.high].map((side) => number(100 * side[this.at], 0)).join(' to ')})`;
  }

  // The figure with its title, its legend and its note as a file of its own: colors are written out.
  save(kind) {
    const { ink } = palette(this.root);
    const height = this.data.height + HEAD;
    const copy = this.figure.cloneNode(true);
    copy.append(svg('text', { x: 8, y: -30, 'font-weight': 600 }, this.data.title));
    let at = 8;
    for (const line of this.lines) {
      copy.append(...sampleOf(line, at, -14), svg('text', { x: at + 25, y: -10 }, line.name));
      at += 45 + 7 * line.name.length;
    }
    copy.setAttribute('viewBox', `0 -${HEAD} ${this.wide} ${height}`);
    copy.setAttribute('height', height);
    copy.setAttribute('style', `color: ${ink}; font-family: sans-serif`);
    for (const one of copy.querySelectorAll('*')) {
      for (const { name, value } of one.attributes) {
        one.setAttribute(name, value.replace(/var\((--[\w-]+)\)/g, (_, color) => variable(this.root, color)));
      }
    }
    const { title, note } = this.data;
    save(captioned(copy, { width: this.wide, height }, note || title, this.root), fileName(title), kind);
  }
}

const intervals = ({ low, high }) => ({ low: doubles(low), high: doubles(high) });

function look({ color, dash }) {
  const dashed = dash ? { 'stroke-dasharray': dash } : {};
  return { fill: 'none', stroke: COLORS[color], 'stroke-width': 2.2, 'stroke-linejoin': 'round', ...dashed };
}

// A piece of a line with its sign, for a legend.
const sampleOf = (line, x, y) => [
  svg('path', { d: `M${x} ${y}h20`, ...look(line) }),
  svg('path', { d: sign(line.color, x + 10, y), fill: COLORS[line.color] }),
];

export default mount('.time-chart', TimeChart);
