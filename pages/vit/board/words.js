// What a map of attention says, in words. Pure. `data` is a message: the last two columns of the grid are the rollout and gradient times
// attention, which have no head.
import { capital } from '../../../dashboard/kit/text.js';

export const EXTRA = ['Rollout', 'Grad × att.'];
const EXTRA_TOLD = ['rollout to here', 'gradient × attention, mean over heads'];

export const number = (value) => (value === null ? 'none' : value.toFixed(2));
export const headsOf = (data) => data.columns - EXTRA.length;

// What a weight is called: attention and rollout are shares of 1, gradient times attention has the unit of a logit.
export function size(value, column, data) {
  if (column === data.columns - 1) return value === 0 ? '0' : value < 0.001 ? value.toExponential(0) : value.toPrecision(2);
  return value < 0.0005 ? `${(100 * value).toPrecision(1)} %` : `${(100 * value).toFixed(value < 0.0995 ? 1 : 0)} %`;
}

export function nameOf(data, layer, column) {
  const heads = headsOf(data);
  return `Layer ${layer + 1}, ${column < heads ? `head ${column + 1}` : EXTRA_TOLD[column - heads]}`;
}

export function placeOf({ side, lead, block }, token) {
  if (token < lead) return 'the class token';
  const patch = token - lead;
  const what = block > 1 ? `block ${patch} of ${block} × ${block} patches` : `patch ${patch}`;
  return `${what} (row ${Math.floor(patch / side) + 1}, column ${(patch % side) + 1})`;
}

// What `token` reads in a map: `row` are the patches in 255ths of the largest weight `top`, `own` is the weight of the class token.
export function told(data, { token, layer, column }, [row, top, own]) {
  const nothing = top === 0 && own === 0;
  const most = data.lead + row.indexOf(Math.max(...row));
  const say = (read) => size(read < data.lead ? own : (row[read - data.lead] / 255) * top, column, data);
  const parts = [`${most === token ? 'itself' : placeOf(data, most)} most of all patches: ${say(most)}`];
  if (most !== token) parts.push(`itself ${say(token)}`);
  if (data.lead && token > 0) parts.push(`the class token ${say(0)}`);
  const reads = nothing ? 'nothing: all weights are 0' : parts.join(', ');
  const head = `${nameOf(data, layer, column)}. ${capital(placeOf(data, token))} reads ${reads}.`;
  return `${head}${why(data, column, nothing)}${figures(data, layer, column)}`;
}

function why(data, column, nothing) {
  if (column !== data.columns - 1) return '';
  const dead = ' Nothing after this layer reads this token, so no weight of its row can change the answer.';
  return ` For the logit of “${data.target}”.${nothing ? dead : ''}`;
}

function figures(data, layer, column) {
  if (column >= headsOf(data)) return '';
  const then = data.beside ? `; ${data.beside.epoch.toLowerCase()}: ${number(data.beside.distance[layer][column])}` : '';
  const distance = `Distance d = ${number(data.distance[layer][column])} patches (all patches alike: ${number(data.even)}${then})`;
  const entropy = `entropy ${number(data.entropy[layer][column])} of at most ${number(data.bits)} bits`;
  return ` ${distance}, ${entropy}, means over all tokens of this picture.`;
}
