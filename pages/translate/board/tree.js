// The beginnings that a beam search looked at: a column a step, best above; kept ones are strong, the output that won is blue.
import { draw, inside, shown } from './parts.js';

const [COLUMN, NODE] = [58, 17]; // px
const SHOWN = 7; // of each step, besides those that were kept

export function drawTree(place, { nodes, best }, upto) {
  const steps = [];
  for (const node of nodes) (steps[node.depth] ??= []).push(node);
  const picked = steps.map((step) => {
    const ranked = [...step].sort((a, b) => b.score - a.score);
    return ranked.filter((node, rank) => node.kept || rank < SHOWN);
  });
  const height = Math.max(...picked.map((step) => step.length)) * NODE + 8;
  const svg = draw('svg', { width: picked.length * COLUMN + 20, height, 'aria-hidden': true });
  const at = {};
  picked.forEach((step, depth) => step.forEach((node, rank) => (at[node.number] = [10 + depth * COLUMN, 4 + (rank + 0.5) * NODE])));
  const winner = new Set(best);
  const look = (node) => `${node.kept ? 'kept' : 'dropped'} ${winner.has(node.number) ? 'best' : ''} ${node.depth > upto + 1 ? 'later' : ''}`;
  const drawn = picked.flat();
  for (const node of drawn) {
    const parent = at[node.parent];
    if (!parent) continue;
    const [x, y] = at[node.number];
    svg.append(draw('path', { d: `M${parent[0] + 16},${parent[1]} C${parent[0] + 34},${parent[1]} ${x - 18},${y} ${x - 3},${y}`, class: `branch ${look(node)}` }));
  }
  for (const node of drawn) {
    const [x, y] = at[node.number];
    const group = draw('g', { class: `node ${look(node)}`, 'data-node': node.number });
    group.append(draw('text', { x, y: y + 4 }, shown(node.name)), draw('title', {}, node.told));
    svg.append(group);
  }
  place.replaceChildren(svg);
  if (place.scrollWidth > place.clientWidth) place.scrollLeft = inside(COLUMN * (upto + 2) - place.clientWidth, 0, 1e6);
}
