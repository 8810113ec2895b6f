// What a chart knows of a run, message by message (dashboard/training/curve.py, live_data). Pure.

/** What is known of a run before its first message. */
export const nothing = () => ({ points: [], stride: 1, epochs: new Map() });

/**
 * What is known of a run and a message as one: points, stride, and rows of epochs by their number; null when there is a gap between them,
 * or when known points have been rewritten.
 */
export function merge(known, { start, stride, points, epochs, epochs_n: count }) {
  const rows = epochs.map((row) => [row[0], row]);
  if (start === 0) return { points, stride, epochs: new Map(rows) };
  const overlap = known.points[start];
  const rewritten = overlap && points.length && overlap.some((value, i) => value !== points[0][i]);
  if (stride !== known.stride || start > known.points.length || rewritten) return null;
  const all = new Map([...known.epochs, ...rows]);
  return all.size === count ? { points: [...known.points.slice(0, start), ...points], stride, epochs: all } : null;
}
