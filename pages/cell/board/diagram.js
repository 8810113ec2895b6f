// The wiring of each kind of cell as an SVG. Whatever belongs to a part carries its letter; the board lights the part at work.
import { svg } from '../../../dashboard/kit/dom.js';

const SIZE = { width: 372, height: 214 };

const line = (part, points) => ['polyline', part, { points }];
const box = (part, x, y, text, wide = 34) => ['box', part, { x, y, text, wide }];
const small = (part, x, y, text) => ['small', part, { x, y, text }];
const op = (part, x, y, text) => ['op', part, { x, y, text }];
const label = (part, x, y, text, anchor = 'middle') => ['label', part, { x, y, text, anchor }];
const arrow = (part, x, y, turn = 0) => ['arrow', part, { x, y, turn }];

// Input and old state on their rails; every gate box at `x` taps both.
const taps = (
  letter,
  x,
) => [
  line(letter, `${x - 7},150 ${x - 7},123`),
  line(letter, `${x + 7},190 ${x + 7},123`),
  arrow(letter, x - 7, 123, -90),
  arrow(letter, x + 7, 123, -90),
];
const rails = (hEnd, xEnd) => [
  line('old', `40,150 ${hEnd},150`),
  line('x', `40,190 ${xEnd},190`),
  label('old', 4, 154, 'hₜ₋₁', 'start'),
  label('x', 4, 194, 'xₜ', 'start'),
];

function gru(original) {
  const matrix = original ? 246 : 208;
  const times = original ? 210 : 246;
  return [
    line('h', '40,30 345,30'),
    label('h', 368, 34, 'hₜ', 'end'),
    arrow('h', 345, 30),
    label('old', 4, 34, 'hₜ₋₁', 'start'),
    ...rails(195, 282),
    line('old', '52,30 52,150'),
    ...taps('z', 100),
    ...taps('r', 172),
    line('n', '195,150 275,150 275,123'),
    arrow('n', 275, 123, -90),
    line('n', '289,190 289,123'),
    line('x', '282,190 289,190'),
    arrow('n', 289, 123, -90),
    line('r', `189,110 ${times},110 ${times},141`),
    arrow('r', times, 141, 90),
    line('z', '100,97 100,40'),
    arrow('z', 100, 40, -90),
    line('z', '100,66 272,66'),
    arrow('z', 272, 66),
    line('n', '282,97 282,40'),
    arrow('n', 282, 40, -90),
    ...(original ? [small('z', 100, 54, '1−')] : [small('z', 170, 66, '1−')]),
    box('z', 100, 110, 'σ'),
    label('z', 80, 92, 'z', 'end'),
    box('r', 172, 110, 'σ'),
    label('r', 152, 92, 'r', 'end'),
    box('n', 282, 110, 'tanh', 40),
    label('n', 308, 92, 'n', 'start'),
    small('n', matrix, 150, 'W'),
    label('n', matrix, 172, 'hn'),
    op('r', times, 150, '×'),
    op('h', 100, 30, '×'),
    op('h', 282, 66, '×'),
    op('h', 282, 30, '+'),
  ];
}

const DIAGRAMS = {
  rnn: [
    line('old', '40,80 132,80'),
    line('x', '150,182 150,90'),
    arrow('x', 150, 91, -90),
    arrow('old', 140, 80),
    line('a', '160,80 206,80'),
    arrow('a', 206, 80),
    line('h', '254,80 345,80'),
    arrow('h', 345, 80),
    label('old', 4, 84, 'hₜ₋₁', 'start'),
    label('x', 150, 198, 'xₜ'),
    label('h', 368, 84, 'hₜ', 'end'),
    label('a', 183, 70, 'a'),
    small('a', 90, 80, 'W'),
    label('a', 90, 104, 'hh'),
    small('a', 150, 138, 'W'),
    label('a', 172, 142, 'ih', 'start'),
    op('a', 150, 80, '+'),
    box('h', 230, 80, 'tanh', 46),
    label('', 150, 40, 'biases b_ih, b_hh'),
    line('a', '150,46 150,70'),
  ],
  lstm: [
    line('c', '40,30 345,30'),
    arrow('c', 345, 30),
    label('c', 4, 34, 'cₜ₋₁', 'start'),
    label('c', 368, 34, 'cₜ', 'end'),
    ...rails(268, 282),
    ...['f', 'i', 'g', 'o'].flatMap((letter, n) => taps(letter, [85, 145, 205, 275][n])),
    line('f', '85,97 85,40'),
    arrow('f', 85, 40, -90),
    line('i', '145,97 145,68 165,68'),
    arrow('i', 165, 68),
    line('g', '205,97 205,68 185,68'),
    arrow('g', 185, 68, 180),
    line('c', '175,58 175,40'),
    arrow('c', 175, 40, -90),
    line('h', '318,30 318,100'),
    line('o', '293,110 308,110'),
    arrow('o', 308, 110),
    line('h', '328,110 345,110'),
    arrow('h', 345, 110),
    label('h', 368, 114, 'hₜ', 'end'),
    ...[['f', 'σ', 85], ['i', 'σ', 145], ['g', 'tanh', 205], ['o', 'σ', 275]].flatMap((
      [letter, text, x],
    ) => [box(letter, x, 110, text, text === 'tanh' ? 40 : 34), label(letter, x - (text === 'tanh' ? 24 : 20), 92, letter, 'end')]),
    small('h', 318, 66, 'tanh'),
    op('c', 85, 30, '×'),
    op('c', 175, 68, '×'),
    op('c', 175, 30, '+'),
    op('h', 318, 110, '×'),
  ],
  gru: gru(false),
  gru2014: gru(true),
};

const SHAPES = {
  polyline: ({ points }) => [svg('polyline', { points })],
  arrow: (
    { x, y, turn },
  ) => [svg('path', { d: 'M0 0 L-6 -3.5 L-6 3.5 Z', transform: `translate(${x} ${y}) rotate(${turn})`, class: 'head' })],
  box: (
    { x, y, text, wide },
  ) => [
    svg('rect', { x: x - wide / 2, y: y - 13, width: wide, height: 26, rx: 5 }),
    svg('text', { x, y: y + 4.5, 'text-anchor': 'middle' }, text),
  ],
  small: ({ x, y, text }) => {
    const wide = text.length > 2 ? 34 : 24;
    return [
      svg('rect', { x: x - wide / 2, y: y - 9, width: wide, height: 18, rx: 9 }),
      svg('text', { x, y: y + 4, 'text-anchor': 'middle', class: 'fine' }, text),
    ];
  },
  op: ({ x, y, text }) => [svg('circle', { cx: x, cy: y, r: 9.5 }), svg('text', { x, y: y + 4.5, 'text-anchor': 'middle' }, text)],
  label: ({ x, y, text, anchor }) => [svg('text', { x, y, 'text-anchor': anchor, class: 'name' }, text)],
};

// Lines lie below, then arrows, boxes and labels.
const LAYER = ['polyline', 'arrow', 'box', 'small', 'op', 'label'];

export function diagram(kind, choose) {
  const drawn = svg('svg', { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: 'img' });
  const shapes = [...DIAGRAMS[kind]].sort((a, b) => LAYER.indexOf(a[0]) - LAYER.indexOf(b[0]));
  for (const [shape, part, given] of shapes) {
    const group = svg('g', { class: `cellb-${shape}`, 'data-part': part }, ...SHAPES[shape](given));
    if (!['old', 'x', ''].includes(part)) group.addEventListener('click', () => choose(part));
    drawn.append(group);
  }
  return drawn;
}
