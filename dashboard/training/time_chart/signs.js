// Signs on the lines of a chart, one for each color: who cannot tell the colors apart tells the signs apart. Pure.

const SHAPES = {
  run: (x, y) => `M${x - 3.4} ${y}a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0Z`,
  right: (x, y) => `M${x - 3} ${y - 3}h6v6h-6Z`,
  wrong: (x, y) => `M${x} ${y - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5Z`,
  ink: (x, y) => `M${x - 4} ${y - 1}h3v-3h2v3h3v2h-3v3h-2v-3h-3Z`,
};
const MOST = 6; // signs on a line: they name it, and do not hide it

/** The sign of a color at a place, as the path of an SVG. */
export const sign = (color, x, y) => SHAPES[color](x, y);

/** The points of a line that carry a sign: some of those that are known, far from each other, the first one not among them. */
export function signed(values) {
  const known = [...values.keys()].filter((point) => !Number.isNaN(values[point]));
  const parts = Math.min(MOST, known.length);
  return Array.from({ length: parts }, (_, part) => known[Math.round(((part + 1) * (known.length - 1)) / parts)]);
}
