// Lines over time as SVG. A message (dashboard/training/time_chart) holds all numbers; reading them off asks the server for nothing.
const NS = 'http://www.w3.org/2000/svg';
const COLORS = { run: 'var(--lab-run)', right: 'var(--lab-right)', wrong: 'var(--lab-wrong)', ink: 'currentColor' };
const EDGE = { left: 50, right: 14, top: 20, bottom: 34 };
const HALO = { stroke: 'var(--st-background-color)', 'stroke-width': 4, 'paint-order': 'stroke', 'stroke-linejoin': 'round' }; // of words on lines
const MOVES = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity };

export default function timeChart({ data: [data], parentElement }) {
  const root = parentElement.querySelector('.time-chart');
  root.chart ??= new TimeChart(root);
  root.chart.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a chart that left the page is closed.
  return () => root.isConnected || root.chart.observer.disconnect();
}

const floats = (text) => {
  const view = new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  return Float64Array.from({ length: view.byteLength / 8 }, (_, i) => view.getFloat64(8 * i, true));
};
const raised = (whole) => String(whole).replace(/[-\d]/g, (sign) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[sign] ?? '⁻');

// A number as it is read: 0.532, 4.1·10⁻⁸, ∞.
function told(value, { log } = { log: true }) {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return '∞';
  if (!log) return `${(100 * value).toFixed(1)} %`;
  if (value === 0) return '0';
  if (value >= 0.001 && value < 10000) return String(Number(value.toPrecision(3)));
  const [digits, power] = value.toExponential(1).split('e');
  return `${digits}·10${raised(Number(power))}`;
}

class TimeChart {
  constructor(root) {
    this.root = root;
    const part = (name) => root.querySelector(`.time-chart-${name}`);
    [this.title, this.legend, this.plot] = ['title', 'legend', 'plot'].map(part);
    this.caption = root.querySelector('figcaption');
    root.querySelector('button').addEventListener('click', () => this.save());
    const follow = (event) => {
      const box = this.plot.getBoundingClientRect();
      const share = (event.clientX - box.left - EDGE.left) / Math.max(1, this.width - EDGE.left - EDGE.right);
      this.move(Math.round(share * (this.count - 1)));
    };
    this.plot.addEventListener('pointermove', follow);
    this.plot.addEventListener('pointerdown', follow);
    this.plot.addEventListener('keydown', (event) => {
      if (!(event.key in MOVES) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault(); // the page would scroll
      this.move(this.at + MOVES[event.key]);
    });
    this.observer = new ResizeObserver(() => this.data && this.plot.clientWidth !== this.width && this.draw());
    this.observer.observe(root);
  }

  receive(data) {
    const count = floats(data.lines[0]?.values ?? '').length;
    if (!this.data || this.data.title !== data.title || this.count !== count || this.at === this.data.at) this.at = data.at; // where nobody has moved it
    this.data = data;
    this.count = count;
    this.lines = data.lines.map((line) => ({ ...line, values: floats(line.values), ...(line.low && { low: floats(line.low), high: floats(line.high) }) }));
    this.at = Math.max(0, Math.min(count - 1, this.at));
    this.title.textContent = data.title;
    this.caption.textContent = data.note;
    this.legend.replaceChildren(...this.lines.map((line) => this.entry(line)));
    this.draw();
  }

  entry(line) {
    const span = document.createElement('span');
    const sample = svg('svg', { width: 22, height: 8, 'aria-hidden': 'true' });
    sample.append(svg('path', { d: 'M1 4H21', ...look(line) }));
    const name = document.createElement('span');
    name.textContent = line.name;
    const value = document.createElement('b');
    span.append(sample, name, value);
    span.tabIndex = 0;
    for (const [event, lit] of [['pointerenter', true], ['pointerleave', false], ['focus', true], ['blur', false]]) {
      span.addEventListener(event, () => this.light(lit ? line.name : null));
    }
    return span;
  }

  // The word that names a line lights it up.
  light(name) {
    for (const path of this.plot.querySelectorAll('[data-line]')) path.style.opacity = name && path.dataset.line !== name ? 0.15 : '';
  }

  move(at) {
    const next = Math.max(0, Math.min(this.count - 1, at));
    if (next === this.at || !this.count) return;
    this.at = next;
    this.read();
  }

  // The ends of the axis, in what is drawn (logarithms on a log axis): those of the data, within the limits.
  ends() {
    const { log, limits, pinned, marks } = this.data;
    if (pinned.length) return pinned;
    const shown = this.lines.flatMap((line) => [...line.values]).concat(marks.map(([y]) => y));
    const found = shown.map((value) => this.scaled(value)).filter(Number.isFinite);
    const outside = limits.length ? limits.map(Math.log10) : [-Infinity, Infinity];
    let [low, high] = found.length ? [Math.min(...found), Math.max(...found)] : [0, 1];
    if (log && shown.some((value) => value === 0)) low = outside[0];
    if (log && shown.includes(Infinity)) [, high] = outside;
    [low, high] = [Math.max(low, outside[0]), Math.min(high, outside[1])];
    if (high - low < 1) [low, high] = [low - 0.5, high + 0.5];
    return log ? [Math.floor(low), Math.ceil(high)] : [low, high];
  }

  scaled(value) {
    return this.data.log ? Math.log10(value) : value;
  }

  draw() {
    this.width = this.plot.clientWidth;
    if (!this.width) return;
    const { height, x, y, marks, log } = this.data;
    const [low, high] = this.ends();
    const [right, bottom] = [this.width - EDGE.right, height - EDGE.bottom];
    this.across = (i) => EDGE.left + ((right - EDGE.left) * i) / Math.max(1, this.count - 1);
    this.up = (value) => bottom - ((bottom - EDGE.top) * (Math.max(low, Math.min(high, this.scaled(value))) - low)) / (high - low);
    const figure = svg('svg', { xmlns: NS, width: this.width, height, viewBox: `0 0 ${this.width} ${height}`, 'font-size': 12, fill: 'currentColor' });
    const faint = { stroke: 'currentColor', 'stroke-opacity': 0.16 };
    const [tint, tinted] = this.data.shade.length ? this.shaded(right, bottom) : [];
    if (tint) figure.append(tint);
    for (const tick of log ? logTicks(low, high) : [0, 0.25, 0.5, 0.75, 1]) {
      const at = this.up(log ? 10 ** tick : tick);
      figure.append(svg('path', { d: `M${EDGE.left} ${at}H${right}`, ...faint }));
      figure.append(words(log ? (tick === 0 ? '1' : `10${raised(tick)}`) : `${100 * tick} %`, { x: EDGE.left - 6, y: at + 4, 'text-anchor': 'end' }));
    }
    for (const i of wholeTicks(this.count, this.width, this.data)) {
      figure.append(words(this.at_x(i), { x: this.across(i), y: bottom + 16, 'text-anchor': 'middle' }));
    }
    figure.append(words(x, { x: (EDGE.left + right) / 2, y: height - 3, 'text-anchor': 'middle', 'fill-opacity': 0.75 }));
    figure.append(svg('path', { d: `M${EDGE.left} ${EDGE.top}V${bottom}H${right}`, fill: 'none', stroke: 'currentColor', 'stroke-opacity': 0.5 }));
    for (const [value, word] of marks) {
      figure.append(svg('path', { d: `M${EDGE.left} ${this.up(value)}H${right}`, stroke: 'currentColor', 'stroke-dasharray': '2 3', fill: 'none' }));
    }
    for (const line of this.lines) if (line.low) figure.append(this.band(line));
    for (const line of this.lines) figure.append(...this.curve(line));
    for (const [value, word] of marks) figure.append(words(word, { x: right - 2, y: this.up(value) + 13, 'text-anchor': 'end', ...HALO }));
    if (tinted) figure.append(tinted);
    this.cross = svg('g', {});
    figure.append(this.cross);
    this.plot.replaceChildren(figure);
    this.figure = figure;
    this.told = `${this.data.title}. ${y}; ${x}.`;
    this.plot.setAttribute('aria-label', `${this.told} Arrow keys move.`);
    this.read();
  }

  // A part of the x axis, from the middle before its first point to the middle behind its last one.
  shaded(right, bottom) {
    const [from, to, word] = this.data.shade;
    const { first, step } = this.data;
    const ends = [from - step / 2, to + step / 2].map((value) => Math.max(EDGE.left, Math.min(right, this.across((value - first) / step))));
    const tint = svg('rect', { x: ends[0], y: EDGE.top, width: ends[1] - ends[0], height: bottom - EDGE.top, fill: 'currentColor', 'fill-opacity': 0.07 });
    return [tint, words(word, { x: ends[0] + 8, y: bottom - 8, ...HALO })];
  }

  // The intervals around a line, where they are known.
  band(line) {
    const known = [...line.low.keys()].filter((i) => !Number.isNaN(line.low[i]));
    const edge = (values, places) => places.map((i) => `${this.across(i).toFixed(1)} ${this.up(values[i]).toFixed(1)}`);
    const d = known.length ? `M${[...edge(line.low, known), ...edge(line.high, [...known].reverse())].join('L')}Z` : '';
    return svg('path', { d, fill: COLORS[line.color], 'fill-opacity': 0.16, 'data-line': line.name });
  }

  // A line, and triangles where it leaves the axis: what lies outside is drawn at the edge, not left out.
  curve(line) {
    const points = [...line.values].map((value, i) => (Number.isNaN(value) ? null : `${this.across(i).toFixed(1)} ${this.up(value).toFixed(1)}`));
    const d = points.map((point, i) => (point ? `${i && points[i - 1] ? 'L' : 'M'}${point}` : '')).join('');
    const drawn = [svg('path', { d, ...look(line), 'data-line': line.name })];
    if (this.count === 1 && points[0]) drawn.push(svg('circle', { cx: this.across(0), cy: this.up(line.values[0]), r: 4, fill: COLORS[line.color] }));
    const [smallest, largest] = this.data.limits;
    if (!this.data.log || !this.data.limits.length) return drawn;
    for (const [beyond, turn] of [[(value) => value < smallest, 1], [(value) => value > largest, -1]]) {
      const at = [...line.values.keys()].filter((i) => beyond(line.values[i]));
      if (!at.length) continue;
      const [cx, cy] = [this.across(at[at.length >> 1]), this.up(line.values[at[0]])];
      drawn.push(svg('path', { d: `M${cx - 6} ${cy - 10 * turn}h12l-6 ${9 * turn}z`, fill: COLORS[line.color], class: 'time-chart-beyond' }));
    }
    return drawn;
  }

  at_x(i) {
    return String(Number((this.data.first + i * this.data.step).toPrecision(6)));
  }

  // What stands under the pointer.
  read() {
    if (!this.count || !this.cross) return;
    const { height, x } = this.data;
    this.cross.replaceChildren(svg('path', { d: `M${this.across(this.at)} ${EDGE.top}V${height - EDGE.bottom}`, stroke: 'currentColor', 'stroke-opacity': 0.55 }));
    const said = this.lines.map((line, which) => {
      const value = line.values[this.at];
      const around = line.low && !Number.isNaN(value) ? ` (${[line.low, line.high].map((ends) => (100 * ends[this.at]).toFixed(0)).join(' to ')})` : '';
      const shown = this.beyond(value) + around;
      this.legend.children[which].querySelector('b').textContent = shown;
      if (!Number.isNaN(value)) this.cross.append(svg('circle', { cx: this.across(this.at), cy: this.up(value), r: 3.5, fill: COLORS[line.color] }));
      return `${line.name} ${shown}`;
    });
    const count = this.data.counts[this.at];
    const where = `${x.split(' (')[0]} ${this.at_x(this.at)}${count ? `, n = ${count.toLocaleString('en-US')}` : ''}`;
    this.cross.append(words(where, { x: this.across(this.at) + (this.at > this.count / 2 ? -5 : 5), y: EDGE.top - 7, 'text-anchor': this.at > this.count / 2 ? 'end' : 'start', 'font-weight': 600 }));
    for (const [name, value] of Object.entries({ valuemin: this.at_x(0), valuemax: this.at_x(this.count - 1), valuenow: this.at_x(this.at), valuetext: `${where}: ${said.join(', ')}` })) {
      this.plot.setAttribute(`aria-${name}`, value);
    }
    this.root.dataset.at = this.at_x(this.at); // for tests
    this.root.dataset.values = JSON.stringify(this.lines.map((line) => String(line.values[this.at])));
  }

  beyond(value) {
    const [smallest, largest] = this.data.limits;
    if (value < smallest) return `${told(value)} (0 in float32)`;
    if (value > largest) return `${told(value)} (∞ in float32)`;
    return told(value, this.data);
  }

  // The figure with its title and legend as a file of its own: colors are written out.
  save() {
    const style = getComputedStyle(this.root);
    const { height } = this.data;
    const copy = this.figure.cloneNode(true);
    copy.append(words(this.data.title, { x: 8, y: -30, 'font-weight': 600 }));
    let at = 8;
    for (const line of this.lines) {
      copy.append(svg('path', { d: `M${at} -14h20`, ...look(line) }), words(line.name, { x: at + 25, y: -10 }));
      at += 45 + 7 * line.name.length;
    }
    copy.setAttribute('viewBox', `0 -46 ${this.width} ${height + 46}`);
    copy.setAttribute('height', height + 46);
    copy.setAttribute('style', `color: ${style.color}; background: ${style.getPropertyValue('--st-background-color')}; font-family: sans-serif`);
    const text = copy.outerHTML.replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
    link.download = `${this.data.title.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 40)}.svg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

const look = ({ color, dash }) => ({ fill: 'none', stroke: COLORS[color], 'stroke-width': 2.2, 'stroke-linejoin': 'round', ...(dash && { 'stroke-dasharray': dash }) });

// Powers of ten, at most eight of them, 1 among them if it is in sight.
function logTicks(low, high) {
  const gap = [1, 2, 5, 10, 20, 50, 100].find((step) => (high - low) / step <= 8) ?? 200;
  const first = Math.ceil(low / gap) * gap;
  return Array.from({ length: Math.floor((high - first) / gap) + 1 }, (_, i) => first + i * gap);
}

// Points (or places between them) under which a number stands: round ones, the first and the last.
function wholeTicks(count, width, { first, step }) {
  if (count < 2) return [0];
  const [range, most] = [(count - 1) * step, Math.max(2, Math.floor(width / 70))];
  const gap = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200].find((size) => size >= step && range / size <= most) ?? range;
  const round = [];
  for (let at = Math.ceil((first + 0.6 * gap) / gap) * gap; at < first + range - 0.6 * gap; at += gap) round.push((at - first) / step);
  return [0, ...round, count - 1];
}

function svg(tag, attributes) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function words(text, attributes) {
  const element = svg('text', attributes);
  element.textContent = text;
  return element;
}
