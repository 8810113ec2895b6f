// What the wall says of a run, of the best one, and of the time of a search. Pure.
import { textOf, valueOf } from './axes.js';

/** Minutes and seconds: 2:05. */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** How long a search has been under way, or was. */
export function timeWords({ seconds, ended }, passed) {
  if (ended) return `ended after ${clock(passed)}`;
  return passed < seconds ? `${clock(passed)} of ${clock(seconds)}` : `time is up: ${clock(passed)}`;
}

/** In what a run differs from the others: its own values. */
export function settingWords(row, columns) {
  const differs = columns.filter((column) => column.differs && column.name !== 'model' && valueOf(row, column) !== null);
  return differs.map((column) => `${column.title.toLowerCase()} ${textOf(valueOf(row, column), column.kind)}`).join(', ');
}

/** All that is said of a run that is pointed at. `name` is the person's, where it may be known. */
export function runWords(row, columns, { name = '', own = false } = {}) {
  const whose = [row.title, own && 'yours', name].filter(Boolean).join(' · ');
  const epochs = `epoch ${textOf(Math.min(row.total ?? Infinity, Math.floor(row.epoch)), 'number')} of ${row.total ?? '–'}`;
  const measured = [
    row.accuracy === null ? 'no epoch yet' : `best validation accuracy ${textOf(row.accuracy, 'share')}`,
    row.loss !== null && `training loss ${textOf(row.loss, 'number')}`,
    row.seconds !== null && textOf(row.seconds, 'seconds'),
  ].filter(Boolean);
  const settings = settingWords(row, columns);
  return `${whose}: ${row.model} on ${row.data}, ${row.status}, ${epochs}. ${measured.join(', ')}.${
    settings ? ` Own settings: ${settings}.` : ''
  }`;
}

/** Who is ahead, or was at the end; `data` is the data set, where the runs are on several. */
export function bestWords(row, columns, { data = '', ended = false } = {}) {
  if (!row) return '';
  const settings = settingWords(row, columns.filter(({ name }) => name !== 'data')).split(', ').slice(0, 3).join(', ');
  const what = `${ended ? 'Best' : 'Best so far'}${data && ` on ${data}`}`;
  return `${what}: ${textOf(row.accuracy, 'share')}, ${row.title}${settings && ` (${settings})`}`;
}
