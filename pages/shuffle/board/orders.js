// Ways to shuffle the n * n patches of a picture: each takes an order (place t holds patch order[t]) and gives another one.

const drawn = (count) => {
  const found = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [found[i], found[j]] = [found[j], found[i]];
  }
  return found;
};

// Blocks of side * side patches change places.
const blocks = (order, n, side) => {
  const wide = n / side;
  const from = drawn(wide * wide);
  return order.map((_, place) => {
    const [row, column] = [Math.floor(place / n), place % n];
    const block = from[Math.floor(row / side) * wide + Math.floor(column / side)];
    return order[(Math.floor(block / wide) * side + (row % side)) * n + (block % wide) * side + (column % side)];
  });
};

export function swapped(order, first, second) {
  const found = [...order];
  [found[first], found[second]] = [order[second], order[first]];
  return found;
}

export const SHUFFLES = {
  random: (order) => drawn(order.length).map((place) => order[place]),
  reverse: (order) => [...order].reverse(),
  shift: (order) => [order[order.length - 1], ...order.slice(0, -1)],
  swap: (order) => (order.length > 1 ? swapped(order, ...drawn(order.length).slice(0, 2)) : order),
  blocks: (order, n) => blocks(order, n, n % 2 ? 1 : 2),
  rows: (order, n) => drawn(n).flatMap((row) => order.slice(row * n, (row + 1) * n)),
};

// An order as it travels, "3.0.1.2"; nothing is the order of the picture itself.
export function parsed(text, n) {
  return text ? text.split('.').map(Number) : Array.from({ length: n * n }, (_, place) => place);
}
