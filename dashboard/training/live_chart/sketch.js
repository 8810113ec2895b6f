// The first picture of a chart: the lines, axes and titles of a Plotly figure as a small SVG, while plotly.js is on its way. It reads what
// our figures use (linear and logarithmic axes in domains, lines with gaps and markers, level titles), and puts it where Plotly will.
import { penOf } from '../../kit/canvas.js';
import { make, svg } from '../../kit/dom.js';
import { clamp } from '../../kit/keys.js';
import { greatest, least } from '../../kit/scale.js';

const STAR = { 'font-size': 20, 'text-anchor': 'middle', 'dominant-baseline': 'central', 'stroke-width': 3, 'paint-order': 'stroke' };

export function sketch(traces, layout, width, height) {
  const { margin, font } = layout;
  const shown = traces.filter((trace) => trace.visible !== false);
  const sides = { x: [margin.l, width - margin.r], y: [height - margin.b, margin.t] };
  const axes = {};
  for (const key of Object.keys(layout).filter((name) => /^[xy]axis/.test(name))) {
    const [letter, id] = [key[0], key.replace('axis', '')];
    const values = shown.filter((trace) => trace[`${letter}axis`] === id).flatMap((trace) => trace[letter]);
    axes[id] = placed(layout[key], sides[letter], values);
  }
  const panels = Object.keys(axes).filter((id) => id[0] === 'y').flatMap((id) => panel(axes[axes[id].anchor], axes[id], id));
  const curves = shown.flatMap((trace) => curve(trace, axes[trace.xaxis], axes[trace.yaxis]));
  const above = layout.annotations.filter((note) => note.yref.endsWith('domain') && note.xref !== 'x'); // marks in a panel come with Plotly
  const titles = above.map((note) => title(note, axes));
  const levels = layout.annotations.filter((note) => !note.yref.endsWith('domain')).map((note) => level(note, axes));
  const names = legend(shown.filter((trace) => trace.showlegend), layout.legend.entrywidth ? 0 : width, font);
  const look = { fill: font.color, 'font-family': font.family, 'font-size': font.size };
  return svg('svg', { class: 'live-chart-sketch', width, height, ...look }, ...panels, ...curves, ...titles, ...levels, ...names);
}

/** An axis with its ends in pixels, `place` (value -> pixel) and the ticks that Plotly would choose. */
export function placed(axis, [first, last], values) {
  const [from, to] = axis.domain.map((part) => first + part * (last - first));
  const [low, high] = axis.range ?? rangeOf(axis, values.filter(Number.isFinite));
  const log = axis.type === 'log';
  const bend = (value) => (log ? Math.log10(value) : value);
  const place = (value) => (value === null ? NaN : from + ((bend(value) - low) / (high - low)) * (to - from));
  const count = axis.nticks ?? 1 + clamp(Math.abs(to - from) / (from > to ? 40 : 80), 4, 9);
  const rough = (high - low) / count;
  const base = 10 ** Math.floor(Math.log10(rough));
  const step = axis.dtick ?? base * [2, 5, 10].find((nice) => nice * base >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high; i += 1) ticks.push(Number((log ? 10 ** i : i * step).toPrecision(9)));
  return { ...axis, from, to, place, ticks };
}

function rangeOf(axis, known) {
  const [low, high] = known.length ? [least(known), greatest(known)] : [0, 1];
  const pad = 0.05 * (high - low || 1);
  return [axis.rangemode === 'tozero' ? Math.min(0, low) : low - pad, high + pad];
}

// Grid, ticks and labels of the panel between `x` and `y`; those of `x` only in the panel that it is anchored to.
function panel(x, y, id) {
  const path = (d, stroke) => svg('path', { d, stroke });
  const label = { 'font-size': y.tickfont?.size, 'text-anchor': 'end', 'dominant-baseline': 'central' };
  const labels = y.showticklabels === false
    ? []
    : y.ticks.map((tick) => svg('text', { x: x.from - 7.5, y: y.place(tick), ...label }, tick));
  const levels = [
    path(x.ticks.map((tick) => `M${x.place(tick)} ${y.from}V${y.to}`).join(''), x.gridcolor),
    ...y.ticks.map((tick) => path(`M${x.from} ${y.place(tick)}H${x.to}`, y.gridcolor)),
    ...labels,
    path(`M${x.from} ${y.from}V${y.to}`, y.linecolor),
  ];
  if (x.anchor !== id) return levels;
  const edge = path(`M${x.from} ${y.from}H${x.to}`, x.linecolor);
  if (x.showticklabels === false) return [...levels, edge];
  const middle = { 'text-anchor': 'middle' };
  const numbers = x.ticks.map((tick) => svg('text', { x: x.place(tick), y: y.from + 20, ...middle }, tick));
  return [...levels, edge, ...numbers, svg('text', { x: (x.from + x.to) / 2, y: y.from + 39, ...middle }, x.title.text)];
}

// A line through all points of a trace, with a gap where a number is missing, and its markers.
function curve({ name, mode, line, marker, ...trace }, x, y) {
  const points = trace.x.map((value, i) => [x.place(value), y.place(trace.y[i])].map((at) => Math.round(at * 10) / 10));
  const known = (point) => Number.isFinite(point?.[1]);
  const d = points.map((point, i) => (known(point) ? `${known(points[i - 1]) ? 'L' : 'M'}${point}` : '')).join('');
  const look = { fill: 'none', stroke: line.color, 'stroke-width': line.width, 'stroke-dasharray': { dot: '2 2', dash: '9 6' }[line.dash] };
  const marked = mode.includes('markers') ? points.filter(known) : [];
  const dot = ([cx, cy]) => svg('circle', { cx, cy, r: marker.size / 2, fill: marker.color });
  const star = ([at, up]) => svg('text', { ...STAR, x: at, y: up, stroke: marker.line.color }, '★');
  const path = mode.includes('lines') ? [svg('path', { d, 'data-name': name, ...look })] : [];
  return [...path, ...marked.map(marker?.symbol === 'star' ? star : dot)];
}

// A title over a panel: `x` is a part of the width.
function title({ xref, x, xshift, yref, yshift, text, font }, axes) {
  const [across, up] = [axes[xref.split(' ')[0]], axes[yref.split(' ')[0]]];
  const left = across.from + x * (across.to - across.from) + xshift + (x ? -2 : 2);
  const look = { 'font-size': font.size, 'font-weight': text.startsWith('<b>') ? 'bold' : 'normal', 'text-anchor': x ? 'end' : 'start' };
  return svg('text', { x: left, y: up.to - yshift - 6, ...look }, text.replace(/<.*?>/g, ''));
}

// Words at the right end of a level line, just above it.
function level({ xref, yref, y, text, font }, axes) {
  const [across, up] = [axes[xref.split(' ')[0]], axes[yref]];
  return svg('text', { x: across.to - 2, y: up.place(y) - 6, 'font-size': font.size, 'text-anchor': 'end' }, text);
}

// Names in lines of this width; in one of 0, a name a line.
function legend(traces, width, { size, family }) {
  const pen = penOf(make('canvas'));
  pen.font = `${size}px ${family}`;
  let [x, y] = [5, 15];
  return traces.flatMap(({ name, line }) => {
    const wide = 45 + pen.measureText(name).width;
    if (x > 5 && x + wide > width) [x, y] = [5, y + 20];
    const entry = [
      svg('path', { d: `M${x} ${y}h30`, stroke: line.color, 'stroke-width': line.width }),
      svg('text', { x: x + 35, y: y + 5 }, name),
    ];
    x += wide;
    return entry;
  });
}
