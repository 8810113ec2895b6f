// The words and colors of a moment of a run. Pure.
import { percent, thousands } from '../../kit/text.js';

/** The last moment that was there at an epoch, or the newest where `epoch` is null; undefined before the first. */
export const momentAt = (moments, epoch) => moments.findLast(([at]) => epoch === null || at <= epoch + 1e-9);

/** How dark each of K x K cells is, 0 to 1: its share of the images of its true class. */
export function shades(counts, classes) {
  return counts.map((count, place) => {
    const row = Math.floor(place / classes) * classes;
    const all = counts.slice(row, row + classes).reduce((a, b) => a + b, 0);
    return all ? count / all : 0;
  });
}

/** What a cell says at the pointer. */
export function cellWords(names, counts, place) {
  const [truth, guess] = [Math.floor(place / names.length), place % names.length];
  const all = counts.slice(truth * names.length, (truth + 1) * names.length).reduce((a, b) => a + b, 0);
  return `${names[truth]} ${truth === guess ? 'classified correctly' : `misclassified as ${names[guess]}`}: ${
    thousands(counts[place])
  } of ${thousands(all)}`;
}

/** The matrix in a sentence, with its most frequent mistake. */
export function matrixWords(names, moment) {
  if (!moment) return 'Confusion matrix: it comes with the end of the first epoch.';
  const [epoch, top1, counts] = moment;
  const wrong = counts.map((count, place) => (place % (names.length + 1) ? count : 0));
  const worst = wrong.indexOf(Math.max(...wrong));
  const mistake = wrong[worst] ? ` Most frequent mistake: ${cellWords(names, counts, worst)}.` : '';
  const all = thousands(counts.reduce((a, b) => a + b, 0));
  return `Confusion matrix of the validation after epoch ${epoch}: ${percent(top1, 1)} right of ${all}.${mistake}`;
}

/** The verdict on an image: its mark, what is said beside it, and what is said in full. */
export function verdict(names, label, judged) {
  if (!judged) return { look: '', mark: '', said: 'not judged yet', full: `${names[label]}: not judged yet` };
  const [guess, sure, truth] = judged;
  if (guess === label) {
    return { look: 'right', mark: '✓', said: percent(truth), full: `${names[label]}, classified correctly: ${percent(truth)}` };
  }
  return {
    look: 'wrong',
    mark: '✗',
    said: `${names[guess]} ${percent(sure)}`,
    full: `${names[label]}, misclassified as ${names[guess]}: ${percent(sure)}; ${names[label]} ${percent(truth)}`,
  };
}
