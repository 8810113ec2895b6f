// Tokens and probabilities as they are read. Pure.

const BEGINNING = '⊢';
const END = '⊣';

/** What a decoder is given at each step: the beginning, and what it wrote. */
export const given = (tokens) => [BEGINNING, ...tokens];

/** A token in a picture; a space has no ink of its own. */
export const shown = (name) => (name === ' ' ? '␣' : name);

/** A token in a sentence. */
export const quoted = (name) => {
  return { ' ': 'the space', [END]: `the end ${END}`, [BEGINNING]: `the beginning ${BEGINNING}` }[name] ?? `“${name}”`;
};

/** A probability or a weight: three decimals, more where it is all but 1, and a power of ten where it is all but 0. */
export function share(p) {
  if (p > 0.9995 && p < 1) return p.toFixed(5);
  return p >= 0.001 || p === 0 ? p.toFixed(3) : p.toExponential(1).replace('-', '−');
}

/** What was written in the end, and what it should have been; `answer` is null where that is not known. */
export function outcome(text, answer) {
  const nothing = 'nothing but the end';
  const judged = answer === null ? '' : text === answer ? ' That is right.' : ` Right would be ${answer || nothing}.`;
  return `Written: ${text || nothing}.${judged}`;
}

/** What a step writes with probability `p`, and what it reads most by `weights`, which are null where there is no attention. */
export function stepWords(token, p, { source, weights, bottleneck }) {
  const writes = `Writes ${quoted(token)}, p = ${share(p)}.`;
  if (!weights) return bottleneck ? `${writes} It knows the input only through the one vector with which it began.` : writes;
  const most = weights.indexOf(Math.max(...weights));
  return `${writes} It reads ${quoted(source[most])} (${most + 1} of ${source.length}) most, ${share(weights[most])}.`;
}
