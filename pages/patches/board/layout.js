// Where patches lie, and which tokens are alike. Pure.

export const LABELLED = 24; // px: patches of the sequence that are at least so wide have their place written below

// The largest squares that let `count` of them, in lines, fill `width` x `height`.
export function arrange(count, width, height) {
  let best;
  for (let columns = 1; columns <= count; columns += 1) {
    const pitch = width / columns;
    const gap = Math.min(6, Math.max(1, pitch * 0.15));
    const cell = Math.min(pitch - gap, 96);
    const line = cell + gap + (cell >= LABELLED ? 10 : 0);
    const lines = Math.ceil(count / columns);
    if (lines * line <= height && cell > (best?.cell ?? 0)) best = { columns, cell, line, pitch: cell + gap, width, height: lines * line };
  }
  return best ?? { columns: count, cell: width / count, line: height, pitch: width / count, width, height };
}

// Tokens (N, E), one behind the other.
export class Tokens {
  constructor(values, count) {
    Object.assign(this, { values, count, width: values.length / count });
    this.norms = Array.from({ length: count }, (_, n) => Math.sqrt(this.product(n, n)));
  }

  at(n) {
    return this.values.subarray(n * this.width, (n + 1) * this.width);
  }

  product(n, m) {
    let sum = 0;
    for (let k = 0; k < this.width; k += 1) sum += this.values[n * this.width + k] * this.values[m * this.width + k];
    return sum;
  }

  // The tokens most like token n, by the cosine of the angle between them: [token, cosine], the nearest first; equal ones as in `order`.
  nearest(n, order, most) {
    const cosine = (m) => this.product(n, m) / (this.norms[n] * this.norms[m] || 1);
    const others = order.filter((m) => m !== n).map((m) => [m, cosine(m)]);
    return others.sort((one, other) => other[1] - one[1]).slice(0, most);
  }
}
