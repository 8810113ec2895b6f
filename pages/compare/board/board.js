// The board of runs. Its data comes once, as lines of JSON (dashboard/runs/lines.py): a head, then a line a run. All that follows the mouse, a filter,
// an order or a choice happens here; the page is told (with a pause) what is shown, so that the address bar can say it.

import { canvasPen, svgPen } from './pens.js';
import { QUIET, curves, parallel, scatter } from './figures.js';

import { columnsOf, csv, matcher, pointRemedy, sorted } from './table.js';

const FIRST_ROWS = 40; // more than are in sight; the others come behind the first picture, for which they would be laid out in vain
const TELL_PAUSE = 350; // ms without a change after which the page is told
const DASHES = [[], [7, 4], [2, 3]]; // of the second and third seven selected runs
const FIGURES = { curves, scatter, parallel };
const NONE = 'none'; // says that nothing is selected, on purpose

export default function runBoard({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.run-board');
  root.board ??= new Board(root);
  root.board.report = (view) => setStateValue('view', view);
  root.board.receive(data);
  return () => root.isConnected || root.board.close();
}

class Board {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(`.run-board-${name}`);
    this.parts = Object.fromEntries(['y', 'x', 'smooth', 'filter', 'only', 'save', 'said', 'key', 'note', 'table'].map((name) => [name, find(name)]));
    this.figures = Object.keys(FIGURES).map((name) => new Figure(find(name), FIGURES[name], this));
    this.rows = new Map();
    this.selected = [];
    this.hot = null;
    this.counts = { drawn: 0, hovers: 0 };
    this.listen();
    this.observer = new ResizeObserver(() => this.runs && root.clientWidth !== this.width && this.draw());
    this.observer.observe(root);
  }

  listen() {
    const { parts } = this;
    parts.y.onchange = parts.x.onchange = () => this.changed({ zoom: null });
    parts.smooth.oninput = () => this.changed({});
    parts.only.onchange = () => this.changed({});
    parts.filter.oninput = () => this.changed({});
    parts.table.onclick = (event) => this.clicked(event);
    parts.table.onmouseover = (event) => this.point(this.runOf(event.target));
    parts.table.onfocusin = (event) => this.point(this.runOf(event.target));
    parts.table.onmouseleave = () => this.point(null);
    parts.save.onclick = (event) => event.target.dataset.save && this.save(event.target.dataset.save);
  }

  receive(bytes) {
    const [head, ...lines] = new TextDecoder().decode(bytes).split('\n');
    if (head === this.head) return this.restyle();
    const { columns, view } = JSON.parse(head);
    const first = !this.head;
    Object.assign(this, { head, all: lines.map((line) => JSON.parse(line)), columns: columnsOf(columns) });
    this.known = new Map(this.all.map((run) => [run.id, run]));
    this.models = [...new Set(this.all.map((run) => run.model))];
    if (first) this.open(view);
    this.selected = this.selected.filter((id) => this.known.has(id));
    this.makeTable();
    this.refresh();
  }

  // Another theme has other colors.
  restyle() {
    if (readStyle(this.root).text !== this.style.text) this.refresh();
  }

  // Show what the address says.
  open(view) {
    const { parts } = this;
    for (const name of ['x', 'y']) if ([...parts[name].options].some((option) => option.value === view[name])) parts[name].value = view[name];
    if (view.smooth) parts.smooth.value = view.smooth;
    parts.filter.value = view.filter ?? '';
    parts.only.checked = view.only === 'yes';
    this.order = view.sort ?? '';
    this.selected = (view.runs ?? '').split(',').filter(Boolean);
  }

  changed(change) {
    Object.assign(this, change);
    this.refresh();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.report(this.view()), TELL_PAUSE);
  }

  view() {
    const { parts } = this;
    return {
      runs: this.selected.join(',') || NONE, x: parts.x.value, y: parts.y.value, smooth: parts.smooth.value, filter: parts.filter.value.trim(),
      sort: this.order, only: parts.only.checked ? 'yes' : '',
    };
  }

  refresh() {
    const keeps = matcher(this.parts.filter.value, this.columns);
    const shown = this.all.filter((run) => (this.parts.only.checked ? this.selected.includes(run.id) : keeps(run)));
    this.runs = sorted(shown, this.order, this.columns);
    this.parts.smooth.disabled = !this.parts.y.value.startsWith('train');
    this.fillTable();
    this.draw();
  }

  draw() {
    this.width = this.root.clientWidth;
    this.style = readStyle(this.root);
    for (const figure of this.figures) figure.draw();
    this.counts.drawn += 1;
    this.describe();
    this.say();
  }

  // What the figures are drawn from.
  show() {
    const { parts } = this;
    const own = this.columns.filter((column) => column.own && column.name !== 'model');
    const model = this.columns.find((column) => column.name === 'model');
    const epochs = { title: 'epochs', value: (run) => run.total };
    return {
      runs: this.runs, columns: [model, epochs, ...own], x: parts.x.value, y: parts.y.value, smooth: Number(parts.smooth.value), style: this.style,
      zoom: this.zoom, look: (run) => this.look(run),
    };
  }

  // How a run is drawn: selected ones in colors of their own, all others in grey; without a selection by model.
  look(run) {
    const place = this.selected.indexOf(run.id);
    const { palette, text } = this.style;
    if (place >= 0) return { color: palette[place % palette.length], dash: DASHES[Math.floor(place / palette.length) % DASHES.length], width: 2.2, rank: 1 };
    if (this.selected.some((id) => this.runs.includes(this.known.get(id)))) return { color: text, rank: 0, ...QUIET };
    return { color: palette[this.models.indexOf(run.model) % palette.length], width: 1.3, alpha: 0.7, rank: 0 };
  }

  // ---- pointing and choosing ----

  point(run) {
    if (run === this.hot) return;
    this.row(this.hot)?.classList.remove('hot');
    this.hot = run;
    this.row(run)?.classList.add('hot');
    this.counts.hovers += 1;
    for (const figure of this.figures) figure.highlight(run);
    this.say();
  }

  toggle(run) {
    const chosen = this.selected.includes(run.id) ? this.selected.filter((id) => id !== run.id) : [...this.selected, run.id];
    this.changed({ selected: chosen });
  }

  clicked(event) {
    const heading = event.target.closest('th[data-name]');
    if (heading) return this.sort(heading.dataset.name);
    const run = this.runOf(event.target);
    return run && this.toggle(run);
  }

  // Numbers from the largest first, words from A; a second click turns the order, a third undoes it.
  sort(name) {
    const column = this.columns.find((one) => one.name === name);
    const numbers = this.all.some((run) => typeof column.value(run) === 'number');
    const [first, second] = numbers ? [`-${name}`, name] : [name, `-${name}`];
    this.changed({ order: this.order === first ? second : this.order === second ? '' : first });
    this.parts.table.querySelector(`th[data-name="${name}"] button`)?.focus();
  }

  runOf(element) {
    return this.known?.get(element.closest?.('tr[data-run]')?.dataset.run) ?? null;
  }

  row(run) {
    return run && this.rows.get(run.id);
  }

  // ---- the table ----

  makeTable() {
    this.rows = new Map(this.all.map((run) => [run.id, this.makeRow(run)]));
    const head = element('tr', {}, element('th', { scope: 'col', 'aria-label': 'selected' }));
    for (const { name, title, help } of this.columns) {
      head.append(element('th', { scope: 'col', 'data-name': name, title: help ?? '' }, element('button', { type: 'button' }, title)));
    }
    this.body = element('tbody', {});
    this.parts.table.replaceChildren(element('table', { class: 'lab-table lab-tight' }, element('thead', {}, head), this.body));
  }

  makeRow(run) {
    const box = element('input', { type: 'checkbox', 'aria-label': `select ${run.id}`, tabindex: '0' });
    const row = element('tr', { 'data-run': run.id }, element('td', { class: 'run-board-pick' }, box, element('i', {})));
    this.columns.forEach((column, i) => row.append(element(i ? 'td' : 'th', i ? {} : { scope: 'row' }, column.text(run))));
    return row;
  }

  fillTable() {
    this.style = readStyle(this.root); // before the table changes: afterwards it would have to be laid out for that
    this.placeRows(this.counts.drawn ? this.runs.length : FIRST_ROWS);
    for (const run of this.runs) {
      const [row, { color, dash = [] }] = [this.rows.get(run.id), this.look(run)];
      const chosen = this.selected.includes(run.id);
      row.classList.toggle('chosen', chosen);
      row.querySelector('input').checked = chosen;
      const swatch = row.querySelector('i');
      swatch.style.borderTop = chosen || !this.selected.length ? `3px ${dash.length ? 'dashed' : 'solid'} ${color}` : '3px solid transparent';
    }
    for (const heading of this.parts.table.querySelectorAll('th[data-name]')) {
      const { name } = heading.dataset;
      const how = { [name]: 'ascending', [`-${name}`]: 'descending' }[this.order];
      if (how) heading.setAttribute('aria-sort', how);
      else heading.removeAttribute('aria-sort');
    }
  }

  // The first `count` runs at once, the others behind the next picture.
  placeRows(count) {
    if (count < this.runs.length) requestAnimationFrame(() => setTimeout(() => this.placeRows(this.runs.length)));
    const keeps = this.body.contains(document.activeElement) ? document.activeElement : null;
    this.body.replaceChildren(...this.runs.slice(0, count).map((run) => this.rows.get(run.id)));
    keeps?.focus({ preventScroll: true });
  }

  // ---- words ----

  say() {
    const { hot, selected, runs, all } = this;
    const count = `${runs.length === all.length ? runs.length : `${runs.length} of ${all.length}`} runs, ${selected.length} selected`;
    const remedy = pointRemedy(this.parts.filter.value);
    this.parts.said.textContent = hot ? this.tell(hot) : remedy ? `${count}. ${remedy}.` : `${count}. Point at a run to find it everywhere; click it to select it.`;
    Object.assign(this.root.dataset, this.counts, { runs: runs.length, selected: selected.join(','), hot: hot?.id ?? '', zoomed: this.zoom ? 'yes' : '' });
  }

  tell(run) {
    const words = (name) => this.columns.find((column) => column.name === name).text(run);
    const reached = run.accuracy === null ? 'no epoch yet' : `${words('accuracy')} % of n = ${words('n')}`;
    const parameters = run.parameters === null ? '' : `${words('parameters')} parameters`;
    return [`${run.id}: ${run.model} on ${run.data}`, reached, words('seconds'), parameters].filter((part) => part && part !== '–').join(' · ');
  }

  // What the colors stand for: [words, look] of each selected run, or of each model.
  legend() {
    const { runs, selected } = this;
    const drawn = selected.map((id) => this.known.get(id)).filter((run) => runs.includes(run));
    if (drawn.length) return drawn.map((run) => [`${letter(selected.indexOf(run.id))}${run.id}`, this.look(run)]);
    const first = (model) => runs.find((run) => run.model === model);
    return this.models.filter(first).map((model) => [model, this.look(first(model))]);
  }

  // What the numbers are of.
  source() {
    const sizes = [...new Set(this.runs.map((run) => run.n).filter((n) => n !== null))].sort((a, b) => a - b);
    const n = sizes.length > 1 ? `${sizes[0].toLocaleString('en-US')} to ${sizes.at(-1).toLocaleString('en-US')}` : (sizes[0] ?? 0).toLocaleString('en-US');
    const things = this.runs.every((run) => run.sequences) ? 'sequences' : this.runs.some((run) => run.sequences) ? 'images or sequences' : 'images';
    const told = things === 'images' ? '' : ' Of sequences, curves count tokens, given the right ones before them; points and table count whole sequences.';
    return `${this.runs.length} runs; n = ${n} validation ${things} each; an accuracy is that of the best epoch.${told}`;
  }

  describe() {
    const { runs, parts } = this;
    parts.key.replaceChildren(...this.legend().map(([words, { color, dash = [] }]) => {
      const mark = element('i', {});
      mark.style.borderTop = `3px ${dash.length ? 'dashed' : 'solid'} ${color}`;
      return element('span', {}, mark, words);
    }));
    const data = new Set(runs.map((run) => run.data));
    const timeless = parts.x.value === 'time' ? runs.filter((run) => run.seconds === null && run.epochs).length : 0;
    parts.note.textContent = [
      runs.length && this.source(),
      data.size > 1 && `These runs are on different data (${[...data].join(', ')}): accuracies compare within one. Filter: data=${[...data][0]}`,
      timeless && `${timeless} run${timeless > 1 ? 's' : ''} without known times cannot be drawn against time.`,
      !runs.length && 'No run fits the filter. A filter holds words and conditions, such as: gru lr<0.01 hidden_size>=64',
    ].filter(Boolean).join(' ');
    for (const figure of this.figures) figure.describe(runs.length);
  }

  // ---- to take along ----

  save(what) {
    const [name, kind] = what.split('.');
    this.parts.save.open = false;
    if (kind === 'csv') return download(new Blob([csv(this.runs)], { type: 'text/csv' }), 'sequence-lab-runs.csv');
    const figure = this.figures.find((one) => one.name === name);
    const file = `sequence-lab-${name}.${kind}`;
    if (kind === 'svg') return download(new Blob([figure.svg()], { type: 'image/svg+xml' }), file);
    return figure.png().toBlob((blob) => download(blob, file), 'image/png');
  }

  close() {
    clearTimeout(this.telling);
    this.observer.disconnect();
  }
}

// One figure: a canvas with the picture, and one over it for the run that is pointed at.
class Figure {
  constructor(root, build, board) {
    Object.assign(this, { root, build, board, name: root.dataset.name, canvases: [...root.querySelectorAll('canvas')] });
    root.onpointermove = (event) => this.frame ?? (this.frame = requestAnimationFrame(() => this.moved(event)));
    root.onpointerleave = () => board.point(null);
    root.onclick = (event) => this.tapped(event);
    if (this.name === 'curves') this.zooming();
  }

  moved(event) {
    this.frame = undefined;
    if (this.drag) return;
    this.board.point(this.shape?.nearest(...this.at(event)) ?? null);
  }

  tapped(event) {
    if (this.dragged) return;
    const run = this.shape?.nearest(...this.at(event));
    if (run) this.board.toggle(run);
  }

  at(event) {
    const box = this.root.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  draw() {
    const box = { width: this.root.clientWidth, height: this.root.clientHeight };
    const show = this.board.show();
    this.shape = this.build(box, show);
    for (const canvas of this.canvases) fit(canvas, box);
    this.shape.base(this.pen(0));
    this.highlight(this.board.hot);
  }

  pen(layer) {
    return canvasPen(this.canvases[layer].getContext('2d'), this.board.style.font);
  }

  highlight(run) {
    const over = this.canvases[1];
    over.getContext('2d').clearRect(0, 0, over.width, over.height);
    if (!run || !this.board.runs.includes(run)) return;
    const look = this.board.look(run);
    const color = look.rank ? look.color : this.board.style.text;
    this.shape.one(this.pen(1), run, { ...look, color: this.board.style.background, width: 7, alpha: 0.85, dash: [] });
    this.shape.one(this.pen(1), run, { ...look, color, width: 3.4, alpha: 1, dash: [], raw: true });
  }

  // A box drawn with the mouse is looked at alone; a double click shows all again.
  zooming() {
    const { root } = this;
    root.ondblclick = () => this.board.changed({ zoom: null });
    root.onpointerdown = (event) => {
      this.dragged = false;
      if (event.pointerType === 'mouse' && event.button === 0) this.drag = this.at(event);
    };
    root.addEventListener('pointermove', (event) => {
      if (!this.drag) return;
      const [[x, y], [u, v]] = [this.drag, this.at(event)];
      this.dragged ||= Math.hypot(u - x, v - y) > 6;
      const context = this.canvases[1].getContext('2d');
      context.clearRect(0, 0, root.clientWidth, root.clientHeight);
      if (this.dragged) this.pen(1).line([x, y, u, y, u, v, x, v, x, y], { color: this.board.style.text, dash: [4, 3] });
    });
    root.addEventListener('pointerup', (event) => this.drag && this.dropped(this.at(event)));
    root.addEventListener('pointerleave', () => (this.drag = null));
  }

  dropped([u, v]) {
    const [x, y] = this.drag;
    this.drag = null;
    if (!this.dragged || Math.abs(u - x) < 6 || Math.abs(v - y) < 6) return;
    const { across, up } = this.shape;
    const range = (axis, a, b) => [axis.value(a), axis.value(b)].sort((one, other) => one - other);
    this.board.zoom = { x: range(across, x, u), y: range(up, y, v) };
    this.draw();
    this.board.say();
  }

  describe(count) {
    const titles = {
      curves: `${this.board.parts.y.selectedOptions[0].text} of ${count} runs against ${this.board.parts.x.selectedOptions[0].text}`,
      scatter: `Best validation accuracy of ${count} runs against seconds of training, and against parameters`,
      parallel: `Hyperparameters and validation accuracy of ${count} runs, a line a run`,
    };
    const left = this.shape.left > 0 ? `; ${this.shape.left} more in the table` : '';
    this.root.setAttribute('aria-label', `${titles[this.name]}${left}. All numbers are in the table.`);
  }

  svg() {
    const pen = svgPen(this.root.clientWidth, this.root.clientHeight + this.footer(null), this.board.style);
    this.whole(pen);
    return pen.toString();
  }

  png() {
    const [width, height] = [this.root.clientWidth, this.root.clientHeight + this.footer(null)];
    const canvas = document.createElement('canvas');
    fit(canvas, { width, height }, 3);
    const context = canvas.getContext('2d');
    context.fillStyle = this.board.style.background;
    context.fillRect(0, 0, width, height);
    this.whole(canvasPen(context, this.board.style.font));
    return canvas;
  }

  whole(pen) {
    this.shape.base(pen);
    this.footer(pen);
  }

  // Under a figure that is taken along: what its colors and its numbers are. Returns the height of it, and draws it if there is a pen.
  footer(pen) {
    const { clientWidth: width, clientHeight: height } = this.root;
    const { text, soft } = this.board.style;
    let [x, y] = [6, height + 12];
    for (const [words, look] of this.board.legend()) {
      const wide = 34 + 6.6 * words.length;
      if (x > 6 && x + wide > width) [x, y] = [6, y + 17];
      pen?.line([x, y, x + 20, y], { ...look, alpha: 1 });
      pen?.text(x + 25, y, words, { color: text, size: 11.5 });
      x += wide;
    }
    pen?.text(6, y + 17, `${this.board.source()} Sequence Lab`, { color: soft, size: 11 });
    return y + 29 - height;
  }
}

// The first two selected runs are those that are compared below the board.
const letter = (place) => (place < 2 ? `${'AB'[place]}: ` : '');

function fit(canvas, { width, height }, ratio = Math.max(1, window.devicePixelRatio || 1)) {
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) }); // clears it
  canvas.getContext('2d').setTransform(ratio, 0, 0, ratio, 0, 0);
}

function download(blob, name) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== '') made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function readStyle(root) {
  const css = getComputedStyle(root);
  const get = (name, fallback) => css.getPropertyValue(name).trim() || fallback;
  const text = get('--st-text-color', '#1b1f24');
  const mixed = (share) => `color-mix(in srgb, ${text} ${share}%, transparent)`;
  return {
    text,
    soft: solid(root, mixed(70)),
    grid: solid(root, mixed(11)),
    axis: solid(root, mixed(45)),
    background: get('--st-background-color', '#fff'),
    font: get('--st-font', 'sans-serif'),
    palette: get('--st-chart-categorical-colors', '#0072B2,#D55E00,#009E73,#CC79A7,#8A6D00,#56B4E9,#5B6470').split(','),
  };
}

// A color as the browser computes it: a canvas does not take every form, and an SVG viewer fewer.
function solid(root, color) {
  const probe = root.querySelector('.run-board-probe');
  probe.style.color = color;
  const [r, g, b, a = 1] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  const sized = getComputedStyle(probe).color.startsWith('color(') ? [r, g, b].map((part) => Math.round(part * 255)) : [r, g, b];
  return `rgba(${sized.join(', ')}, ${a})`;
}
