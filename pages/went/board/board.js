// Published systems by field and year. What is pointed at is told and its cost drawn; a message (pages/went/board) holds
// everything, so pointing asks the server for nothing. A click keeps a system and says so to the server, for the link.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { button, make } from '../../../dashboard/kit/dom.js';
import { answer, clamp } from '../../../dashboard/kit/keys.js';
import { costChart } from './costs.js';

// Matrices of who reads whom, as one drawing: a path of unit squares made by the lab itself.
function glyphs(matrices) {
  const holder = make('span', 'system-map-glyphs');
  for (const { rows, columns, path } of matrices) {
    const size = `viewBox="0 0 ${columns} ${rows}" style="--wide:${columns / rows}"`;
    holder.insertAdjacentHTML('beforeend', `<svg ${size} aria-hidden="true"><path d="${path}"/></svg>`);
  }
  return holder;
}

const nameOf = ({ target }) => target.closest?.('[data-system]')?.dataset.system ?? '';

class SystemMap extends Board {
  constructor(root) {
    super(root);
    const part = (name) => root.querySelector(`.system-map-${name}`);
    [this.lanes, this.key, this.card, this.costs] = ['lanes', 'key', 'card', 'costs'].map(part);
    this.lanes.addEventListener('pointerover', (event) => this.point(nameOf(event)));
    this.lanes.addEventListener('focusin', (event) => this.point(nameOf(event)));
    this.lanes.addEventListener('pointerleave', () => this.point(this.kept));
    this.lanes.addEventListener('click', (event) => this.keep(nameOf(event)));
    answer(this.lanes, {}, ([right, down]) => this.step(right + down));
  }

  receive(data, before) {
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

  draw() {
    this.drawCosts();
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
        const chips = names.map((name) => this.chip(name, systems[name]));
        return make('div', { class: 'system-map-cell', 'data-year': names.length ? years[at] : '' }, ...chips);
      }),
    ]);
    this.lanes.replaceChildren(...head, ...rows);
    this.key.replaceChildren(
      ...parts.map(([part, title]) => make('span', `system-map-mark ${part}`, title)),
      make('span', 'system-map-squares', 'The small squares show which token (row) may read which token (column), for 12 tokens'),
    );
  }

  chip(name, system) {
    const told = `${system.name}, ${system.when}: ${system.told}`;
    const parts = [make('i', `system-map-mark ${system.part}`), make('span', '', system.name), glyphs(system.glyph)];
    return button({ class: `system-map-chip ${system.part}`, 'data-system': name, 'aria-label': told }, ...parts);
  }

  point(name) {
    if (!name || !this.data.systems[name]) return;
    this.at = name;
    for (const chip of this.chips()) {
      chip.classList.toggle('here', chip.dataset.system === name);
      chip.setAttribute('aria-pressed', chip.dataset.system === this.kept);
    }
    const system = this.data.systems[name];
    const when = `${system.when} · ${system.title}`;
    const head = make('div', 'system-map-head', make('b', '', system.name), make('span', '', when), glyphs(system.glyph));
    const list = make('dl', '', ...system.rows.flatMap(([term, words]) => [make('dt', '', term), make('dd', '', words)]));
    this.card.replaceChildren(head, list, make('small', 'system-map-paper', system.paper));
    this.root.dataset.at = name; // for tests
    this.drawCosts();
  }

  keep(name) {
    if (!name) return;
    this.kept = name;
    this.point(name);
    this.card.scrollIntoView({ block: 'nearest' }); // on a phone it lies below the map
    this.send('choice', name);
  }

  step(by) {
    const chips = this.chips().filter((chip) => !chip.matches('.off'));
    const at = chips.findIndex((chip) => chip.dataset.system === this.at);
    chips[clamp(at + by, 0, chips.length - 1)]?.focus();
  }

  drawCosts() {
    const { curves, tokens, systems } = this.data;
    const width = this.costs.clientWidth;
    if (!width) return;
    this.costs.querySelector('figcaption').textContent = systems[this.at].cost;
    this.costs.querySelector('div').replaceChildren(costChart(curves, systems[this.at].kind, tokens, width));
  }
}

export default mount('.system-map', SystemMap);
