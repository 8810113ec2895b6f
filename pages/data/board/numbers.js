// The numbers of an image on their way to a model and back, in float32 like those of core/data/splits.py. Pure.
const f32 = Math.fround;

/** A byte as the model gets it. `mean` and `std` are those of its channel, in units of 0 to 1. */
export const normalised = (byte, mean, std) => f32(f32(byte - f32(f32(mean) * 255)) / f32(f32(std) * 255));

/** A number of the model as a byte again. */
export function restored(value, mean, std) {
  const float = f32(f32(value * f32(f32(std) * 255)) + f32(f32(mean) * 255));
  return Math.min(255, Math.max(0, Math.round(float)));
}

/**
 * All numbers of an image in a view: "stored", "normalised", or the place in `backs` of the constants that turn them back into bytes.
 * Channel after channel, as `stored` is.
 */
export function viewed(stored, view, { mean, std, backs }) {
  if (view === 'stored') return stored;
  const channel = (at) => Math.floor((3 * at) / stored.length);
  const given = Float32Array.from(stored, (byte, at) => normalised(byte, mean[channel(at)], std[channel(at)]));
  if (view === 'normalised') return given;
  const [, means, stds] = backs[view];
  return given.map((value, at) => restored(value, means[channel(at)], stds[channel(at)]));
}

/** The least and the greatest of some numbers, and their mean. */
export function range(numbers) {
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const value of numbers) [low, high, sum] = [Math.min(low, value), Math.max(high, value), sum + value];
  return { low, high, mean: sum / numbers.length };
}

/** How far a view is from what is stored: the largest difference, and the share of the numbers that are another one. */
export function difference(shown, stored) {
  let [largest, changed] = [0, 0];
  stored.forEach((byte, at) => {
    const off = Math.abs(shown[at] - byte);
    largest = Math.max(largest, off);
    changed += Number(off > 0);
  });
  return { largest, changed: changed / stored.length };
}
