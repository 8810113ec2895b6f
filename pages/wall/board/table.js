// The same runs as a table, for those who hear the page, and to read numbers off.
import { button, make } from '../../../dashboard/kit/dom.js';
import { textOf, valueOf } from './axes.js';

const MEASURED = ['accuracy', 'loss', 'time'];

/** The table of some runs; a name in it opens the run. */
export function tableOf(rows, columns, nameOf) {
  const measured = columns.filter(({ name }) => MEASURED.includes(name));
  const differs = columns.filter((column) => column.differs && column.name !== 'model');
  const shown = [...measured, ...differs];
  const heads = ['Run', 'Model', 'Status', 'Epoch', ...shown.map(({ title }) => title)];
  const head = make('tr', '', ...heads.map((title) => make('th', { scope: 'col' }, title)));
  const lines = rows.map((row) => {
    const cells = [row.model, row.status, `${Math.floor(row.epoch)} of ${row.total ?? '–'}`];
    cells.push(...shown.map((column) => textOf(valueOf(row, column), column.kind)));
    const opens = make('th', { scope: 'row' }, button({ 'data-run': row.run }, nameOf(row)));
    return make('tr', '', opens, ...cells.map((cell) => make('td', '', cell)));
  });
  return make('table', 'lab-table lab-tight', make('thead', '', head), make('tbody', '', ...lines));
}
