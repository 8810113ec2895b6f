// Numbers as a person types them. Pure.

/** A typed number within -`largest` and `largest`, as {value, problem}: a problem says what is wrong and what to type instead. */
export function typedNumber(text, largest) {
  const typed = text.trim().replace('−', '-');
  const value = typed === '' ? NaN : Number(typed);
  if (Math.abs(value) <= largest) return { value, problem: '' };
  const remedy = /^-?\d*[,，]\d+$/.test(typed)
    ? `write a point: ${typed.replace(/^-?(?=[,，])/, '$&0').replace(/[,，]/, '.')}.`
    : 'type for example −0.5.';
  return { value, problem: `${typed.slice(0, 12) || 'Nothing'} is no number between −${largest} and ${largest}: ${remedy}` };
}

const CLOSE = 0.0051; // how far a number computed by hand may be from the right one

/** What a result computed by hand is, typed with a point or a comma: "right", "wrong", or nothing yet. */
export function judged(text, right) {
  const typed = text.trim().replace(',', '.').replace('−', '-');
  if (typed === '') return '';
  return Math.abs(Number(typed) - right) <= CLOSE ? 'right' : 'wrong';
}

export const WITHIN = CLOSE.toFixed(3);
