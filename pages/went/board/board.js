// Published systems by field and year. What is pointed at is told and its cost drawn; a message (pages/went/board) holds
// everything, so pointing asks the server for nothing. A click keeps a system and says so to the server, for the link.
import { costChart } from './costs.js';

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export default function systemMap({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.system-map');
  root.map ??= new SystemMap(root);
  root.map.send = (name) => setStateValue('choice', name);
  root.map.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a map that left the page is closed.
  return () => root.isConnected || root.map.observer.disconnect();
}

const make = (tag, className = '', text = '') => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

// Matrices of who reads whom, as one drawing: a path of unit squares made by the lab itself.
function glyphs(matrices) {
  const holder = make('span', 'system-map-glyphs');
  for (const { rows, columns, path } of matrices) {
    holder.insertAdjacentHTML('beforeend', `<svg viewBox="0 0 ${columns} ${rows}" style="--wide:${columns / rows}" aria-hidden="true"><path d="${path}"/></svg>`);
  }
  return holder;
}

class SystemMap {
  constructor(root) {
    this.root = root;
    const part = (name) => root.querySelector(`.system-map-${name}`);
    [this.lanes, this.key, this.card, this.costs] = ['lanes', 'key', 'card', 'costs'].map(part);
    this.lanes.addEventListener('pointerover', (event) => this.point(nameOf(event)));
    this.lanes.addEventListener('focusin', (event) => this.point(nameOf(event)));
    this.lanes.addEventListener('pointerleave', () => this.point(this.kept));
    this.lanes.addEventListener('click', (event) => this.keep(nameOf(event)));
    this.lanes.addEventListener('keydown', (event) => this.step(event));
    this.observer = new ResizeObserver(() => this.data && this.drawCosts());
    this.observer.observe(this.costs);
  }

  receive(data) {
    const before = this.data;
    this.data = data;
    if (this.kept !== data.chosen) this.at = data.chosen;
    this.kept = data.chosen;
    if (!before || JSON.stringify(before.lanes) !== JSON.stringify(data.lanes)) this.drawLanes();
    for (const chip of this.chips()) {
      const { on } = data.systems[chip.dataset.system];
      chip.classList.toggle('off', !on);
      chip.tabIndex = chip.dataset.system === this.kept ? 0 : -1;
    }
    this.point(data.systems[this.at] ? this.at : this.kept);
    Object.assign(this.root.dataset, { tokens: data.tokens, on: this.chips().filter((chip) => !chip.matches('.off')).length }); // for tests
  }

  chips() {
    return [...this.lanes.querySelectorAll('button')];
  }

  drawLanes() {
    const { lanes, years, systems, parts } = this.data;
    const head = [make('span'), ...years.map((year) => make('span', 'system-map-year', year))];
    const rows = lanes.flatMap(({ title, cells }) => [
      make('b', 'system-map-field', title),
      ...cells.map((names, at) => {
        const cell = make('div', 'system-map-cell');
        cell.dataset.year = names.length ? years[at] : '';
        cell.append(...names.map((name) => this.chip(name, systems[name])));
        return cell;
      }),
    ]);
    this.lanes.replaceChildren(...head, ...rows);
    this.key.replaceChildren(
      ...parts.map(([part, title]) => {
        const item = make('span', `system-map-mark ${part}`, title);
        return item;
      }),
      make('span', 'system-map-squares', 'Small squares: who (row) reads whom (column), drawn for 12 tokens'),
    );
  }

  chip(name, system) {
    const chip = make('button', `system-map-chip ${system.part}`);
    chip.type = 'button';
    chip.dataset.system = name;
    chip.append(make('i', `system-map-mark ${system.part}`), make('span', '', system.name), glyphs(system.glyph));
    chip.setAttribute('aria-label', `${system.name}, ${system.when}: ${system.told}`);
    return chip;
  }

  point(name) {
    if (!name || !this.data.systems[name]) return;
    this.at = name;
    for (const chip of this.chips()) {
      chip.classList.toggle('here', chip.dataset.system === name);
      chip.setAttribute('aria-pressed', chip.dataset.system === this.kept);
    }
    const system = this.data.systems[name];
    const head = make('div', 'system-map-head');
    const title = make('b', '', system.name);
    head.append(title, make('span', '', `${system.when} · ${system.title}`), glyphs(system.glyph));
    const list = make('dl');
    for (const [term, words] of system.rows) list.append(make('dt', '', term), make('dd', '', words));
    this.card.replaceChildren(head, list, make('small', 'system-map-paper', system.paper));
    this.root.dataset.at = name; // for tests
    this.drawCosts();
  }

  keep(name) {
    if (!name) return;
    this.kept = name;
    this.point(name);
    this.card.scrollIntoView({ block: 'nearest' }); // on a phone it lies below the map
    this.send(name);
  }

  step(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // the page would scroll
    const all = this.chips().filter((chip) => !chip.matches('.off'));
    const at = all.findIndex((chip) => chip.dataset.system === this.at);
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    next?.focus();
  }

  drawCosts() {
    const { curves, tokens, systems } = this.data;
    const { kind } = systems[this.at];
    const place = this.costs.querySelector('div');
    const width = this.costs.clientWidth;
    if (!width) return;
    this.costs.querySelector('figcaption').textContent = systems[this.at].cost;
    place.replaceChildren(costChart(curves, kind, tokens, width));
  }
}

function nameOf(event) {
  return event.target.closest?.('[data-system]')?.dataset.system ?? '';
}
