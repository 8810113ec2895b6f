// What the board says of its runs. Pure.
import { thousands } from '../../../dashboard/kit/text.js';

/** How many runs there are, and what can be done with them; `remedy` is for a filter that cannot be read. */
export function summary({ shown, all, selected, remedy }) {
  const count = `${shown === all ? shown : `${shown} of ${all}`} runs, ${selected} selected`;
  return remedy ? `${count}. ${remedy}.` : `${count}. Point at a run to find it everywhere; click it to select it.`;
}

/** One run in a line; `text` gives what a column says of it. */
export function runWords(run, text) {
  const reached = run.accuracy === null ? 'no epoch yet' : `${text('accuracy')} % of n = ${text('n')}`;
  const parameters = run.parameters === null ? '' : `${text('parameters')} parameters`;
  return [`${run.id}: ${run.model} on ${run.data}`, reached, text('seconds'), parameters].filter((part) => part && part !== '–').join(
    ' · ',
  );
}

/** What the numbers are of. */
export function source(runs) {
  const sizes = [...new Set(runs.map((run) => run.n).filter((n) => n !== null))].sort((a, b) => a - b);
  const n = sizes.length > 1 ? `${thousands(sizes[0])} to ${thousands(sizes.at(-1))}` : thousands(sizes[0] ?? 0);
  const sequences = runs.filter((run) => run.sequences).length;
  const things = sequences === runs.length ? 'sequences' : sequences ? 'images or sequences' : 'images';
  const tokens = sequences
    ? ' Of sequences, curves count tokens, given the right ones before them; points and table count whole sequences.'
    : '';
  return `${runs.length} runs; n = ${n} validation ${things} each; an accuracy is that of the best epoch.${tokens}`;
}

/** What is to be known beside the figures, whose curves are drawn against `x`. */
export function notes(runs, x) {
  if (!runs.length) return 'No run fits the filter. A filter holds words and conditions, such as: gru lr<0.01 hidden_size>=64';
  const data = [...new Set(runs.map((run) => run.data))];
  const timeless = x === 'time' ? runs.filter((run) => run.seconds === null && run.epochs).length : 0;
  return [
    source(runs),
    data.length > 1 &&
    `These runs are on different data (${data.join(', ')}): accuracies can be compared only within one. Choose one at “Runs on”.`,
    timeless && `${timeless} run${timeless > 1 ? 's' : ''} without known times cannot be drawn against time.`,
  ].filter(Boolean).join(' ');
}

/** The first two selected runs are those that are compared below the board. */
export const letter = (place) => (place < 2 ? `${'AB'[place]}: ` : '');
