// The table of runs as a part of the page: one row a run, made once.
import { button, make } from '../../../dashboard/kit/dom.js';

const FIRST_ROWS = 40; // more than are in sight; the others come behind the first picture, for which they would be laid out in vain

/** A line in a run's color, as in the figures. */
export const stroke = ({ color, dash = [] }) => `3px ${dash.length ? 'dashed' : 'solid'} ${color}`;

export class Rows {
  constructor(place) {
    this.place = place;
    this.rows = new Map();
    this.filled = false;
  }

  of(run) {
    return run && this.rows.get(run.id);
  }

  /** A row for every run, and the head. */
  build(runs, columns) {
    this.rows = new Map(runs.map((run) => [run.id, rowOf(run, columns)]));
    const heads = columns.map(({ name, title, help }) => {
      return make('th', { scope: 'col', 'data-name': name, title: help || null }, button('', title));
    });
    const head = make('tr', '', make('th', { scope: 'col', 'aria-label': 'selected' }), ...heads);
    this.body = make('tbody');
    this.columns = columns;
    this.hidden = make('style');
    this.place.replaceChildren(this.hidden, make('table', 'lab-table lab-tight', make('thead', '', head), this.body));
  }

  /** Show these columns only, by one rule of style, however many rows there are. */
  tell(columns) {
    const places = this.columns.map((column, i) => (columns.includes(column) ? '' : `.run-board-table tr > :nth-child(${i + 2})`));
    const rule = places.filter(Boolean).join(', ');
    this.hidden.textContent = rule && `${rule} { display: none; }`;
  }

  /**
   * Show some runs in their order. `look` says how a run is drawn, `chosen` whether it is selected, `marked` whether its color is shown.
   */
  fill(runs, order, { look, chosen, marked }) {
    this.put(runs, this.filled ? runs.length : FIRST_ROWS);
    this.filled = true;
    for (const run of runs) {
      const row = this.of(run);
      row.classList.toggle('chosen', chosen(run));
      row.querySelector('input').checked = chosen(run);
      row.querySelector('i').style.borderTop = marked(run) ? stroke(look(run)) : '3px solid transparent';
    }
    for (const heading of this.place.querySelectorAll('th[data-name]')) {
      const { name } = heading.dataset;
      const direction = { [name]: 'ascending', [`-${name}`]: 'descending' }[order];
      if (direction) heading.setAttribute('aria-sort', direction);
      else heading.removeAttribute('aria-sort');
    }
  }

  // The first `count` runs at once, the others behind the next picture.
  put(runs, count) {
    this.shown = runs;
    if (count < runs.length) requestAnimationFrame(() => setTimeout(() => this.put(this.shown, this.shown.length)));
    const focused = this.body.contains(document.activeElement) ? document.activeElement : null;
    this.body.replaceChildren(...runs.slice(0, count).map((run) => this.of(run)));
    focused?.focus({ preventScroll: true });
  }
}

function rowOf(run, columns) {
  const box = make('input', { type: 'checkbox', 'aria-label': `select ${run.id}`, tabindex: 0 });
  const cells = columns.map((column, i) => (i ? make('td', '', column.text(run)) : make('th', { scope: 'row' }, column.text(run))));
  return make('tr', { 'data-run': run.id }, make('td', 'run-board-pick', box, make('i')), ...cells);
}
