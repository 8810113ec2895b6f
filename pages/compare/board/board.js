// The board of runs. Its data comes once, as lines of JSON (dashboard/runs/lines.py): a head, then a line a run. All that follows the
// mouse, a filter, an order or a choice happens here; the page is told (with a pause) what is shown, so that the address bar can say it.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { download, make, partsOf } from '../../../dashboard/kit/dom.js';
import { palette, several, solid } from '../../../dashboard/kit/theme.js';
import { curves } from './curves.js';
import { Figure } from './figure.js';
import { QUIET } from './panel.js';
import { parallel } from './parallel.js';
import { Rows, stroke } from './rows.js';
import { scatter } from './scatter.js';
import { columnsOf, csv, matcher, pointRemedy, sets, sorted, telling } from './table.js';
import { letter, notes, runWords, summary } from './words.js';

const REST = 350; // ms without a change after which the page is told
const DASHES = [[], [7, 4], [2, 3]]; // of selected runs, in turn
const FIGURES = { curves, scatter, parallel };
const PARTS = ['on', 'y', 'x', 'smooth', 'filter', 'only', 'save', 'said', 'key', 'note', 'table'];
const ALL = 'all'; // data sets
const NONE = 'none'; // says that nothing is selected, on purpose

class RunBoard extends Board {
  constructor(root) {
    super(root);
    this.parts = partsOf(root, 'run-board-', PARTS);
    const places = Object.entries(partsOf(root, 'run-board-', Object.keys(FIGURES)));
    this.figures = places.map(([name, place]) => new Figure(place, FIGURES[name], this));
    this.rows = new Rows(this.parts.table);
    this.selected = [];
    this.hot = null;
    this.counts = { drawn: 0, hovers: 0 };
    this.listen();
  }

  listen() {
    const { on, x, y, smooth, only, filter, table, save } = this.parts;
    for (const axis of [on, x, y]) axis.addEventListener('change', () => this.changed({ zoom: null }));
    for (const control of [smooth, filter]) control.addEventListener('input', () => this.changed({}));
    only.addEventListener('change', () => this.changed({}));
    table.addEventListener('click', (event) => this.clicked(event));
    for (const kind of ['mouseover', 'focusin']) table.addEventListener(kind, ({ target }) => this.point(this.runOf(target)));
    table.addEventListener('mouseleave', () => this.point(null));
    save.addEventListener('click', ({ target }) => target.dataset.save && this.save(target.dataset.save));
  }

  // A message with the same head brings nothing new: then the figures are drawn anew only where another theme has other colors.
  accept(bytes) {
    this.data = bytes;
    const [head, ...lines] = new TextDecoder().decode(bytes).split('\n');
    if (head !== this.head) this.read(head, lines);
    else if (styleOf(this.root).text === this.style?.text) return;
    this.refresh();
  }

  read(head, lines) {
    const { columns, view } = JSON.parse(head);
    const first = !this.head;
    Object.assign(this, { head, all: lines.map((line) => JSON.parse(line)), columns: columnsOf(columns) });
    this.known = new Map(this.all.map((run) => [run.id, run]));
    this.models = [...new Set(this.all.map((run) => run.model))];
    this.offer(first ? '' : this.parts.on.value);
    if (first) this.open(view);
    this.selected = this.selected.filter((id) => this.known.has(id));
    this.rows.build(this.all, this.columns);
  }

  // The data sets of which there are runs.
  offer(chosen) {
    const known = sets(this.all);
    const options = [...known.map(([name, count]) => [name, `${name} (${count})`]), [ALL, `all data sets (${this.all.length})`]];
    this.parts.on.replaceChildren(...options.map(([value, words]) => make('option', { value }, words)));
    if (chosen === ALL || known.some(([name]) => name === chosen)) this.parts.on.value = chosen;
  }

  // The data set to begin with: that of the selected runs, for accuracies compare within one. An older link, which names none, means all
  // where it has a filter of its own, or runs on several.
  begin({ on, filter, only }) {
    const names = new Set(this.selected.map((id) => this.known.get(id)?.data).filter(Boolean));
    const first = names.size === 1 && !filter && !only ? [...names][0] : ALL;
    this.parts.on.value = on ?? first;
    if (this.parts.on.selectedIndex < 0) this.parts.on.value = first;
  }

  // Show what the address says.
  open(view) {
    const { parts } = this;
    for (const name of ['x', 'y']) {
      if ([...parts[name].options].some((option) => option.value === view[name])) parts[name].value = view[name];
    }
    if (view.smooth) parts.smooth.value = view.smooth;
    parts.filter.value = view.filter ?? '';
    parts.only.checked = view.only === 'yes';
    this.order = view.sort ?? '';
    this.selected = (view.runs ?? '').split(',').filter(Boolean);
    this.begin(view);
  }

  changed(change) {
    Object.assign(this, change);
    this.refresh();
    this.sendAtRest('view', () => this.view(), REST);
  }

  view() {
    const { parts } = this;
    return {
      on: parts.on.value,
      runs: this.selected.join(',') || NONE,
      x: parts.x.value,
      y: parts.y.value,
      smooth: parts.smooth.value,
      filter: parts.filter.value.trim(),
      sort: this.order,
      only: parts.only.checked ? 'yes' : '',
    };
  }

  // ---- drawing ----

  refresh() {
    const { parts, selected } = this;
    const keeps = matcher(parts.filter.value, this.columns);
    const on = parts.on.value;
    const shown = this.all.filter((
      run,
    ) => (parts.only.checked ? selected.includes(run.id) : keeps(run) && (on === ALL || run.data === on)));
    this.runs = sorted(shown, this.order, this.columns);
    this.rows.tell(telling(this.columns, this.runs));
    parts.smooth.disabled = !parts.y.value.startsWith('train');
    this.style = styleOf(this.root); // before the table changes: afterwards it would have to be laid out for that
    const chosen = (run) => selected.includes(run.id);
    this.rows.fill(this.runs, this.order, { look: (run) => this.look(run), chosen, marked: (run) => chosen(run) || !selected.length });
    this.redraw();
  }

  draw() {
    this.style = styleOf(this.root);
    for (const figure of this.figures) figure.draw();
    this.counts.drawn += 1;
    this.describe();
    this.say();
  }

  // What the figures are drawn from.
  show() {
    const { parts, columns } = this;
    const own = telling(columns, this.runs).filter((column) => column.own && column.name !== 'model');
    const model = columns.find((column) => column.name === 'model');
    const epochs = { title: 'epochs', value: (run) => run.total };
    return {
      runs: this.runs,
      columns: [model, epochs, ...own],
      x: parts.x.value,
      y: parts.y.value,
      smooth: Number(parts.smooth.value),
      style: this.style,
      zoom: this.zoom,
      look: (run) => this.look(run),
    };
  }

  // How a run is drawn: selected ones in colors of their own, all others in grey; without a selection by model.
  look(run) {
    const place = this.selected.indexOf(run.id);
    const { colors, text } = this.style;
    if (place >= 0) {
      const dash = DASHES[(place + Math.floor(place / colors.length)) % DASHES.length]; // never by color alone
      return { color: colors[place % colors.length], dash, width: 2.2, rank: 1 };
    }
    if (this.selected.some((id) => this.runs.includes(this.known.get(id)))) return { color: text, rank: 0, ...QUIET };
    return { color: colors[this.models.indexOf(run.model) % colors.length], width: 1.3, alpha: 0.7, rank: 0 };
  }

  // ---- pointing and choosing ----

  point(run) {
    if (run === this.hot) return;
    this.rows.of(this.hot)?.classList.remove('hot');
    this.hot = run;
    this.rows.of(run)?.classList.add('hot');
    this.counts.hovers += 1;
    for (const figure of this.figures) figure.highlight(run);
    this.say();
  }

  toggle(run) {
    const others = this.selected.filter((id) => id !== run.id);
    this.changed({ selected: others.length < this.selected.length ? others : [...others, run.id] });
  }

  clicked({ target }) {
    const heading = target.closest('th[data-name]');
    if (heading) return this.sort(heading.dataset.name);
    const run = this.runOf(target);
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

  // ---- words ----

  say() {
    const { hot, selected, runs, all, parts } = this;
    const text = (name) => this.columns.find((column) => column.name === name).text(hot);
    const remedy = pointRemedy(parts.filter.value);
    const counts = { shown: runs.length, all: all.length, selected: selected.length, remedy };
    parts.said.textContent = hot ? runWords(hot, text) : summary(counts);
    const state = { runs: runs.length, selected: selected.join(','), hot: hot?.id ?? '', zoomed: this.zoom ? 'yes' : '' };
    Object.assign(this.root.dataset, this.counts, state); // for tests
  }

  // What the colors stand for: [words, look] of each selected run, or of each model.
  legend() {
    const { runs, selected } = this;
    const drawn = selected.map((id) => this.known.get(id)).filter((run) => runs.includes(run));
    if (drawn.length) return drawn.map((run) => [`${letter(selected.indexOf(run.id))}${run.id}`, this.look(run)]);
    const first = (model) => runs.find((run) => run.model === model);
    return this.models.filter(first).map((model) => [model, this.look(first(model))]);
  }

  describe() {
    const entries = this.legend().map(([words, look]) => {
      const line = make('i');
      line.style.borderTop = stroke(look);
      return make('span', '', line, words);
    });
    this.parts.key.replaceChildren(...entries);
    this.parts.note.textContent = notes(this.runs, this.parts.x.value);
    for (const figure of this.figures) figure.describe(this.runs.length);
  }

  // ---- to take along ----

  save(file) {
    const [name, kind] = file.split('.');
    this.parts.save.open = false;
    if (kind === 'csv') return download(csv(this.runs), 'sequence-lab-runs.csv', 'text/csv');
    const figure = this.figures.find((one) => one.name === name);
    return download(kind === 'svg' ? figure.svg() : figure.png(), `sequence-lab-${file}`);
  }
}

function styleOf(root) {
  const { ink, paper, font } = palette(root);
  const faded = (share) => solid(root, ink, share);
  return { text: ink, background: paper, font, soft: faded(0.7), grid: faded(0.11), axis: faded(0.45), colors: several(root) };
}

export default mount('.run-board', RunBoard);
