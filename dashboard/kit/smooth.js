// A curve without its noise. Pure.

/**
 * An exponential moving average with weight `past` for what was before, free of the bias to its start (Kingma & Ba, 2015). What is not
 * finite, or not known, stays as it is.
 * @template {number | null} Value
 * @param {Value[]} values
 * @param {number} past 0 to 1, without 1
 */
export function smooth(values, past) {
  let [mean, weight] = [0, 0];
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return value;
    [mean, weight] = [past * mean + (1 - past) * value, past * weight + (1 - past)];
    return mean / weight;
  });
}
