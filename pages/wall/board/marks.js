// One shape a model, beside its color: who cannot tell the colors apart reads the shapes. Pure.

const ring = (corners, turn = 0) => Array.from({ length: corners }, (_, i) => turn + (2 * Math.PI * i) / corners);
const closed = (points) => `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}Z`;
const polygon = (radius, corners, turn) =>
  closed(ring(corners, turn).map((angle) => [radius * Math.sin(angle), -radius * Math.cos(angle)]));

// A plus, or an x where it is turned: twelve corners.
function cross(radius, turn) {
  const arm = radius * 0.36;
  const corners = [[-arm, -radius], [arm, -radius], [arm, -arm], [radius, -arm], [radius, arm], [arm, arm]];
  const all = [...corners, ...corners.map(([x, y]) => [-x, -y])];
  return closed(all.map(([x, y]) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]));
}

function star(radius) {
  return closed(
    ring(10).map((angle, i) => [(i % 2 ? 0.45 : 1) * radius * Math.sin(angle), -(i % 2 ? 0.45 : 1) * radius * Math.cos(angle)]),
  );
}

const circle = (radius) => `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;

const SHAPES = [
  circle,
  (radius) => polygon(1.2 * radius, 4, Math.PI / 4), // square
  (radius) => polygon(1.25 * radius, 3), // triangle
  (radius) => polygon(1.25 * radius, 4), // diamond
  (radius) => polygon(1.25 * radius, 3, Math.PI), // triangle on its tip
  (radius) => cross(1.1 * radius, 0),
  (radius) => star(1.3 * radius),
  (radius) => cross(1.1 * radius, Math.PI / 4),
  (radius) => polygon(1.1 * radius, 6), // hexagon
  (radius) => closed([[-radius, -radius], [radius, -radius], [-radius, radius], [radius, radius]]), // hourglass
];

/** How many shapes there are. */
export const COUNT = SHAPES.length;

/** The path of a model's shape around 0: `look` is its place in the lab's table. */
export const shape = (look, radius) => SHAPES[look % COUNT](radius);
