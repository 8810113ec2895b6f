// The numbers of a chart: all there are, or their beginning while a replay runs. Pure.
import { greatest, least } from '../../kit/scale.js';
import { smooth } from '../../kit/smooth.js';

const SPLITS = { train: 'training', val: 'validation' };
// What a row of an epoch holds; shares are shown in percent. A loss that is not finite is null.
const [EPOCH, TRAIN_LOSS, VAL_LOSS, VAL_TOP1] = [0, 1, 3, 4];

/** What is drawn of a run: `known` as in merge.js, `data` the last message, `progress` of a replay from 0 to 1, or null. */
export function curvesOf({ points, stride, epochs: rows }, data, progress = null) {
  const playing = progress !== null;
  const count = playing ? Math.floor(points.length * progress) : points.length;
  const width = stride / (data.steps_per_epoch || 1); // epochs of a point
  const column = (i, scale = 1) => points.slice(0, count).map((point) => (point[i] === null ? null : point[i] * scale));
  const all = [...rows.values()].sort((a, b) => a[EPOCH] - b[EPOCH]);
  const drawn = count * width;
  const epochs = playing ? all.filter((row) => row[EPOCH] <= drawn) : all;
  const best = epochs.reduce((a, row) => (a && a[VAL_TOP1] >= row[VAL_TOP1] ? a : row), null);
  const [loss, top1, lr] = [column(0), column(1, 100), column(2)];
  return {
    data,
    x: loss.map((_, i) => (i + 0.5) * width),
    now: playing || !all.length ? drawn : Math.max(drawn, all.at(-1)[EPOCH]),
    loss,
    top1,
    lr,
    smoothLoss: smooth(loss, data.smoothing),
    smoothTop1: smooth(top1, data.smoothing),
    epochs,
    best: playing ? best : (rows.get(data.best) ?? null),
    reference: data.reference,
    changes: data.lr_changes.filter(([epoch]) => !playing || epoch <= drawn),
    extent: extentOf(points, all, data),
  };
}

// Ranges of the axes, so that they stand still while a run goes on or is replayed: all epochs, all accuracies, and losses from 0 to what
// guessing has; a loss above that makes its axis longer, in steps. Only of a recorded run is it known how high the learning rate will be.
function extentOf(points, epochs, data) {
  const rows = [...epochs, ...(data.reference?.epochs ?? [])];
  const range = (values, margin = 0.04) => {
    const known = values.filter((value) => value !== null);
    if (!known.length) return undefined;
    const [low, high] = [least(known), greatest(known)];
    const pad = margin * (high - low || 1);
    return [low - pad, high + pad];
  };
  const losses = [...points.map((point) => point[0]), ...rows.flatMap((row) => [row[TRAIN_LOSS], row[VAL_LOSS]])];
  const last = greatest([data.total_epochs, ...rows.map((row) => row[EPOCH])]);
  return {
    x: [0, last * 1.015],
    loss: [0, topOf(losses.filter((loss) => loss !== null), data.chance)],
    top1: [0, 102],
    lr: data.replay ? range([0, ...points.map((point) => point[2])], 0.08) : undefined,
  };
}

function topOf(losses, chance) {
  const [highest, guessing] = [losses.length ? greatest(losses) : 0, chance ? 1.06 * chance[1] : 0];
  if (highest <= guessing) return guessing || 1;
  const step = 10 ** Math.floor(Math.log10(highest)) / 2;
  return Math.ceil(highest / step) * step;
}

/** What a saved figure says of itself: run, splits with their sizes, and epoch. */
export function captionOf({ data, now }) {
  const sizes = Object.entries(data.sizes).filter(([name]) => name !== 'test');
  const of = sizes.map(([name, n]) => `${SPLITS[name] ?? name} n = ${n.toLocaleString('en')}`).join(', ');
  return `${data.label}, run ${data.run}${of && `: ${of}`}; epoch ${now.toFixed(2)} of ${data.total_epochs}.`;
}

/** The figure in words, for those who cannot see it. */
export function described({ data, now, smoothLoss, smoothTop1, epochs, best, x }) {
  if (!x.length) return `Loss and accuracy of ${data.label}: waiting for the first step.`;
  const percent = (value) => (value === null ? 'unknown' : `${value.toFixed(1)} %`);
  const ofShare = (share) => percent(share === null ? null : 100 * share);
  const loss = (value) => (value === null ? 'not finite' : value.toPrecision(3));
  const last = epochs.at(-1);
  return [
    `Loss and accuracy of ${data.label}, epoch ${now.toFixed(2)} of ${data.total_epochs}.`,
    `${data.training ?? 'Training: loss'} ${loss(smoothLoss.at(-1))}, ${data.accuracy} ${percent(smoothTop1.at(-1))}.`,
    last && `Validation: loss ${loss(last[VAL_LOSS])}, ${data.accuracy} ${ofShare(last[VAL_TOP1])}.`,
    best && `Best: ${ofShare(best[VAL_TOP1])} at epoch ${best[EPOCH]}.`,
  ].filter(Boolean).join(' ');
}
