// Arrays out of a message (pages/translate/view.py). Pure.
import { int8s, uint16s } from '../../../dashboard/kit/packed.js';

const FULL = 65535; // how 1 is packed

/** Weights of attention (layers, heads, rows, columns), 0 to 1. */
export class Weights {
  constructor({ shape, values }) {
    [this.layers, this.heads, this.rows, this.columns] = shape;
    this.values = uint16s(values);
  }

  /** A weight of one head, or the mean of all where `head` is below 0. */
  at(layer, head, row, column) {
    const one = (h) => this.values[((layer * this.heads + h) * this.rows + row) * this.columns + column] / FULL;
    if (head >= 0) return one(head);
    let sum = 0;
    for (let h = 0; h < this.heads; h += 1) sum += one(h);
    return sum / this.heads;
  }

  row(layer, head, row) {
    return Array.from({ length: this.columns }, (_, column) => this.at(layer, head, row, column));
  }
}

/** The memory, (tokens, features), as -127 to 127, which stand for -`most` to `most`. */
export class Memory {
  constructor({ shape, values, most }) {
    [this.tokens, this.features] = shape;
    this.most = most;
    this.values = int8s(values);
  }
}

/** The nodes of a beam's tree that are drawn, step by step, best first: all that were kept, and the `count` best ones. */
export function drawnNodes(nodes, count) {
  const steps = [];
  for (const node of nodes) (steps[node.depth] ??= []).push(node);
  return steps.map((step) => step.sort((a, b) => b.score - a.score).filter((node, rank) => node.kept || rank < count));
}
