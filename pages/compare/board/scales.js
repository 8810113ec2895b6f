// Axes: a value to its place in pixels, and the ticks that stand there.

// Over `values`, from pixel `from` to pixel `to`; logarithmic where asked for and possible. `pad` is a share of the range left at both ends.
export function scale(values, from, to, { log = false, pad = 0.04, most = 6, range = null } = {}) {
  const known = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const bend = log && known.length ? Math.log10 : (value) => value;
  let [low, high] = range ?? (known.length ? [bend(least(known)), bend(greatest(known))] : [0, 1]);
  if (!range) {
    const margin = pad * (high - low) || (log ? 0.2 : Math.abs(low) * 0.05 || 0.5);
    [low, high] = [low - margin, high + margin];
  }
  const place = (value) => (Number.isFinite(value) ? from + ((bend(value) - low) / (high - low)) * (to - from) : NaN);
  const value = (pixel) => low + ((pixel - from) / (to - from)) * (high - low);
  return { from, to, low, high, log, place, value, ticks: log && known.length ? decades(low, high, most) : rounded(low, high, most) };
}

function rounded(low, high, most) {
  const rough = (high - low) / most;
  const base = 10 ** Math.floor(Math.log10(rough));
  const step = base * [1, 2, 5, 10].find((nice) => nice * base >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) ticks.push(Number((i * step).toPrecision(10)));
  return ticks;
}

function decades(low, high, most) {
  const wide = high - low;
  const steps = wide > most ? [1] : wide > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks = [];
  for (let power = Math.floor(low); power <= high; power += 1) for (const step of steps) ticks.push(step * 10 ** power);
  return ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
}

// Least and greatest by a loop: Math.min(...values) of a hundred thousand numbers would overflow the stack.
export function least(values) {
  let found = Infinity;
  for (const value of values) if (value < found) found = value;
  return found;
}

export function greatest(values) {
  let found = -Infinity;
  for (const value of values) if (value > found) found = value;
  return found;
}

// A number for an axis or a cell: 1,250,000 as 1.25M.
export function short(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(4)));
}

export function duration(seconds) {
  if (seconds < 90) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 5400) return `${Number((seconds / 60).toPrecision(2))} min`;
  return `${Number((seconds / 3600).toPrecision(2))} h`;
}
