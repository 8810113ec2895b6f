// Names beside points: as many as there is room for, and none over another one or over a point. Pure.

const LETTER = 7.2; // px that a letter takes, on the average
const LINE = 16; // px of a line
const GAP = 4; // px between a point and its name
const SIDES = ['right', 'left', 'above', 'below'];

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** The box of a text at a side of a point. */
export function boxAt(side, { x, y, radius }, text) {
  const [wide, away] = [text.length * LETTER, radius + GAP];
  const left = side === 'right' ? x + away : side === 'left' ? x - away - wide : x - wide / 2;
  const top = side === 'above' ? y - away - LINE : side === 'below' ? y + away : y - LINE / 2;
  return { left, right: left + wide, top, bottom: top + LINE };
}

/**
 * Names that are written, of points { x, y, radius, text } with the most important ones first: [{ point, box }]. `room` is the box that
 * all stay in.
 */
export function labels(points, room) {
  const taken = points.map(({ x, y, radius }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }));
  const made = [];
  for (const point of points) {
    const inside = ({ left, right, top, bottom }) => left >= room.left && right <= room.right && top >= room.top && bottom <= room.bottom;
    const free = (box) => inside(box) && !taken.some((other) => overlap(box, other));
    const box = SIDES.map((side) => boxAt(side, point, point.text)).find(free);
    if (!box) continue;
    taken.push(box);
    made.push({ point, box });
  }
  return made;
}
