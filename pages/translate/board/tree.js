// The beginnings that a beam search looked at: a column a step, best above; kept ones are strong, the output that won is blue.
import { svg } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { drawnNodes } from './weights.js';
import { shown } from './words.js';

const [COLUMN, NODE] = [58, 17]; // px
const SHOWN = 7; // of each step, besides those that were kept

export function drawTree(place, { nodes, best }, upto) {
  const steps = drawnNodes(nodes, SHOWN);
  const height = Math.max(...steps.map((step) => step.length)) * NODE + 8;
  const at = new Map(
    steps.flatMap((step, depth) => step.map((node, rank) => [node.number, [10 + depth * COLUMN, 4 + (rank + 0.5) * NODE]])),
  );
  const winner = new Set(best);
  const look = (node) =>
    `${node.kept ? 'kept' : 'dropped'} ${winner.has(node.number) ? 'best' : ''} ${node.depth > upto + 1 ? 'later' : ''}`;
  const branches = steps.flat().filter((node) => at.has(node.parent)).map((node) => {
    const [[fromX, fromY], [x, y]] = [at.get(node.parent), at.get(node.number)];
    const d = `M${fromX + 16},${fromY} C${fromX + 34},${fromY} ${x - 18},${y} ${x - 3},${y}`;
    return svg('path', { d, class: `branch ${look(node)}` });
  });
  const names = steps.flat().map((node) => {
    const [x, y] = at.get(node.number);
    const text = svg('text', { x, y: y + 4 }, shown(node.name));
    return svg('g', { class: `node ${look(node)}`, 'data-node': node.number }, text, svg('title', {}, node.told));
  });
  place.replaceChildren(svg('svg', { width: steps.length * COLUMN + 20, height, 'aria-hidden': true }, ...branches, ...names));
  const hidden = place.scrollWidth > place.clientWidth;
  if (hidden) place.scrollLeft = clamp(COLUMN * (upto + 2) - place.clientWidth, 0, Infinity);
}
