// The wall. A message (pages/wall/view.py) has two lines of JSON: what this page alone shows, and the runs, for everybody the same. Points
// move to where the next message has them; pointing asks the server for nothing, and a run that is tapped is told to it once.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { keyed, make, partsOf, set, spot, svg } from '../../../dashboard/kit/dom.js';
import { answer, clamp } from '../../../dashboard/kit/keys.js';
import { several } from '../../../dashboard/kit/theme.js';
import { axisOf, staircase } from './axes.js';
import { labels } from './labels.js';
import { shape } from './marks.js';
import { mark, Strip } from './strip.js';
import { tableOf } from './table.js';
import { bestWords, runWords, timeWords } from './words.js';

const PARTS = ['name', 'clock', 'best', 'key', 'plot', 'strip', 'said', 'table', 'rows'];
const EDGE = { left: 62, right: 16, top: 26, bottom: 44 };
const NEAR = 26; // px from a point at which the pointer still means it
const RADIUS = 8;
const BELOW = 66; // px below the figure that shall be in sight with it: what is said of a run
const LIVE = ['training', 'loading', 'testing'];
const LABELLED = 520; // px of width from which on names stand beside points

class Wall extends Board {
  constructor(root) {
    super(root);
    this.parts = partsOf(root, 'wall-board-', PARTS);
    this.strip = new Strip(this.parts.strip);
    this.points = new Map();
    const layers = ['grid', 'front', 'points', 'names'].map((name) => [name, svg('g', { class: `wall-board-${name}` })]);
    this.layers = Object.fromEntries(layers);
    this.figure = svg('svg', { role: 'group' }, ...layers.map(([, layer]) => layer));
    this.parts.plot.append(this.figure);
    this.hot = '';
    this.listen();
    this.timer = setInterval(() => this.tellTime(), 1000);
  }

  listen() {
    const { plot, strip, table, rows } = this.parts;
    const runOf = ({ target }) => target.closest?.('[data-run]')?.dataset.run ?? '';
    plot.addEventListener('pointermove', (event) => this.point(this.near(event)));
    plot.addEventListener('click', (event) => this.open(this.near(event)));
    strip.addEventListener('pointerover', (event) => this.point(runOf(event)));
    for (const part of [strip, rows]) part.addEventListener('click', (event) => this.open(runOf(event)));
    for (const part of [plot, strip]) {
      part.addEventListener('focusin', (event) => this.point(runOf(event)));
      part.addEventListener('pointerleave', () => this.point(''));
      part.addEventListener('focusout', () => this.point(''));
    }
    answer(plot, { Enter: (event) => this.open(runOf(event)), ' ': (event) => this.open(runOf(event)) });
    table.addEventListener('toggle', () => this.drawTable());
  }

  // The same message comes again with another theme, and when nothing has changed meanwhile.
  accept(bytes) {
    const text = new TextDecoder().decode(bytes);
    if (text !== this.text) {
      const [head, rows] = text.split('\n').map((line) => JSON.parse(line));
      this.text = text;
      this.receive({ ...head, ...rows }, this.data);
    }
    this.redraw();
  }

  receive(data, before) {
    if (JSON.stringify(data.search) !== JSON.stringify(before?.search)) this.heard = performance.now();
    this.data = data;
    this.known = new Map(data.rows.map((row) => [row.run, row]));
    this.column = (name) => data.columns.find((column) => column.name === name);
    if (!this.known.has(this.hot)) this.hot = '';
    this.root.dataset.messages = Number(this.root.dataset.messages ?? 0) + 1; // for tests
  }

  // ---- drawing ----

  draw() {
    const { data, parts } = this;
    const models = new Map(data.rows.map((row) => [row.look, row.model]));
    const colors = several(this.root);
    this.color = (look) => colors[look % colors.length];
    this.mixed = new Set(data.rows.map((row) => row.data)).size > 1;
    parts.key.replaceChildren(...[...models].sort(([a], [b]) => a - b).map(([look, title]) => this.entry(look, title)));
    this.high = this.width < 640 ? 300 : clamp(window.innerHeight - this.above() - BELOW, 330, 620);
    this.root.style.setProperty('--high', `${this.high}px`);
    this.drawFigure();
    this.strip.fill(data.rows, (row) => {
      const tabindex = this.place.has(row.run) ? -1 : 0; // a point is reached by keys in the figure
      return { color: this.color(row.look), classes: this.classes(row), words: this.words(row), tabindex };
    });
    parts.name.textContent = data.search?.name ?? '';
    parts.best.textContent = bestWords(this.known.get(data.best), data.columns, {
      data: this.mixed ? data.data : '',
      ended: data.search?.ended,
    });
    this.drawTable();
    this.tellTime();
    this.say();
  }

  // Pixels of the page above the figure, wherever it has been scrolled to.
  above() {
    const page = this.root.closest('[data-testid="stMainBlockContainer"]') ?? this.root;
    return this.parts.plot.getBoundingClientRect().top - page.getBoundingClientRect().top;
  }

  entry(look, title) {
    const entry = make('span', '', mark(look), title);
    entry.style.setProperty('--look', this.color(look));
    return entry;
  }

  drawFigure() {
    const { data, parts, high } = this;
    const wide = parts.plot.clientWidth;
    const [x, y] = data.axes.map((name) => this.column(name));
    const box = { left: EDGE.left, right: wide - EDGE.right, top: EDGE.top, bottom: high - EDGE.bottom };
    const across = axisOf(data.rows, x, box.left, box.right, Math.max(3, Math.floor(wide / 110)));
    const up = axisOf(data.rows, y, box.bottom, box.top);
    const placed = data.rows.filter(({ run }) => across.place.has(run) && up.place.has(run));
    this.place = new Map(placed.map(({ run }) => [run, [across.place.get(run), up.place.get(run)]]));
    set(this.figure, { width: wide, height: high, viewBox: `0 0 ${wide} ${high}`, 'aria-label': `${y.title} by ${x.title}` });
    this.layers.grid.replaceChildren(...frame(box, across, up, x, y));
    const staired = x.name === 'time' && y.name === 'accuracy';
    const steps = staired ? staircase(data.front, across.at, (accuracy) => Math.min(up.at(accuracy), box.bottom), box.right) : [];
    this.layers.front.replaceChildren(svg('polyline', { points: steps.map((corner) => corner.join(',')).join(' ') }));
    this.drawPoints(placed);
    this.drawNames(placed, wide < LABELLED ? [] : placed, box);
    if (!data.rows.length) this.layers.names.append(svg('text', { x: wide / 2, y: high / 2, 'text-anchor': 'middle' }, data.empty));
  }

  drawPoints(placed) {
    keyed(this.layers.points, this.points, placed, {
      key: (row) => row.run,
      create: (row) => {
        const paths = [svg('circle', { r: RADIUS + 5 }), svg('path', { d: shape(row.look, RADIUS) })];
        return { element: svg('g', { 'data-run': row.run, role: 'link', tabindex: 0 }, ...paths) };
      },
      update: ({ element }, row) => {
        const [left, top] = this.place.get(row.run);
        set(element, { class: this.classes(row).join(' '), 'aria-label': this.words(row) });
        element.style.setProperty('--look', this.color(row.look));
        element.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`;
      },
    });
  }

  // The best one and one's own first, then as many others as there is room for.
  drawNames(placed, named, box) {
    const rank = ({ run }) => (run === this.data.best ? 0 : this.data.own.includes(run) ? 1 : 2);
    const spots = [...placed].sort((a, b) => rank(a) - rank(b)).map((row) => {
      const [x, y] = this.place.get(row.run);
      return { x, y, radius: RADIUS, text: named.includes(row) ? row.title : '' };
    });
    const written = labels(spots, { ...box, right: box.right + EDGE.right, top: 0 }).filter(({ point }) => point.text);
    this.layers.names.replaceChildren(
      ...written.map(({ point, box: at }) => svg('text', { x: at.left, y: at.bottom - 3.5 }, point.text)),
    );
  }

  drawTable() {
    const { table, rows } = this.parts;
    if (!table.open || rows.contains(document.activeElement)) return; // what has the focus stays
    rows.replaceChildren(tableOf(this.data.rows, this.data.columns, (row) => this.data.names[row.run] ?? row.title));
  }

  classes({ run, status }) {
    const { best, own } = this.data;
    const known = {
      best: run === best,
      own: own.includes(run),
      live: LIVE.includes(status),
      failed: status === 'failed',
      hot: run === this.hot,
    };
    return Object.keys(known).filter((name) => known[name]);
  }

  words(row) {
    return runWords(row, this.data.columns, { name: this.data.names[row.run], own: this.data.own.includes(row.run) });
  }

  // ---- pointing and opening ----

  near(event) {
    const [x, y] = spot(event, this.parts.plot);
    let [found, closest] = ['', NEAR];
    for (const [run, [left, top]] of this.place) {
      const away = Math.hypot(left - x, top - y);
      if (away < closest) [found, closest] = [run, away];
    }
    return found;
  }

  point(run) {
    if (run === this.hot) return;
    for (const [id, on] of [[this.hot, false], [run, true]]) {
      for (const element of [this.points.get(id)?.element, this.strip.element(id)]) element?.classList.toggle('hot', on);
    }
    this.hot = run;
    this.say();
  }

  open(run) {
    if (this.known.has(run)) this.trigger('open', run);
    return this.known.has(run);
  }

  // ---- words ----

  say() {
    const { data, parts, hot } = this;
    const missing = data.rows.length - this.place.size;
    const quiet = missing ? `${missing} of ${data.rows.length} runs have no place on these axes yet.` : '';
    parts.said.textContent = hot ? this.words(this.known.get(hot)) : quiet;
    parts.plot.classList.toggle('pointing', hot !== '');
    Object.assign(this.root.dataset, { hot, runs: data.rows.length, placed: this.place.size }); // for tests
  }

  tellTime() {
    const search = this.data?.search;
    const since = search && !search.ended ? (performance.now() - this.heard) / 1000 : 0;
    this.parts.clock.textContent = search ? timeWords(search, search.passed + since) : '';
  }

  close() {
    clearInterval(this.timer);
    super.close();
  }
}

// Grid, numbers and titles.
function frame(box, across, up, x, y) {
  const lines = up.ticks.flatMap(([at, words]) => [
    svg('line', { x1: box.left, x2: box.right, y1: at, y2: at }),
    svg('text', { x: box.left - 7, y: at + 4.5, 'text-anchor': 'end' }, words),
  ]);
  const numbers = across.ticks.flatMap(([at, words]) => [
    svg('line', { x1: at, x2: at, y1: box.bottom, y2: box.bottom + 5 }),
    svg('text', { x: at, y: box.bottom + 19, 'text-anchor': 'middle' }, words),
  ]);
  return [
    ...lines,
    ...numbers,
    svg('line', { class: 'axis', x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }),
    svg('text', { class: 'title', x: 4, y: 14 }, `↑ ${y.title}`),
    svg('text', { class: 'title', x: box.right, y: box.bottom + 37, 'text-anchor': 'end' }, `${x.title} →`),
  ];
}

export default mount('.wall-board', Wall);
