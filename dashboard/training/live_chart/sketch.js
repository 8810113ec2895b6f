// The first picture of a chart: the lines, axes and titles of a Plotly figure as a small SVG, while plotly.js is on its way. It reads what our
// figures use (linear and logarithmic axes in domains, lines with gaps and markers, level titles), and puts it where Plotly will.

const STAR = { 'font-size': 20, 'text-anchor': 'middle', 'dominant-baseline': 'central', 'stroke-width': 3, 'paint-order': 'stroke' };

export function sketch(traces, layout, width, height) {
  const { margin, font } = layout;
  const svg = add(null, 'svg', { class: 'live-chart-sketch', width, height, fill: font.color, 'font-family': font.family, 'font-size': font.size });
  const shown = traces.filter((trace) => trace.visible !== false);
  const sides = { x: [margin.l, width - margin.r], y: [height - margin.b, margin.t] };
  const axes = {};
  for (const key of Object.keys(layout).filter((name) => /^[xy]axis/.test(name))) {
    const [letter, id] = [key[0], key.replace('axis', '')];
    const values = shown.filter((trace) => trace[`${letter}axis`] === id).flatMap((trace) => trace[letter]);
    axes[id] = scale(layout[key], sides[letter], values);
  }
  for (const id of Object.keys(axes)) if (id[0] === 'y') panel(svg, axes[axes[id].anchor], axes[id], id);
  for (const trace of shown) curve(svg, trace, axes[trace.xaxis], axes[trace.yaxis]);
  for (const note of layout.annotations) if (note.xref !== 'x') title(svg, note, axes); // marks inside a panel come with Plotly
  legend(svg, shown.filter((trace) => trace.showlegend), width, font);
  return svg;
}

// An axis with its ends in pixels, `place` (value -> pixel) and the ticks that Plotly would choose.
function scale(axis, [first, last], values) {
  const [from, to] = axis.domain.map((part) => first + part * (last - first));
  const known = values.filter(Number.isFinite);
  const [least, most] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  const pad = 0.05 * (most - least || 1);
  const [low, high] = axis.range ?? [axis.rangemode === 'tozero' ? Math.min(0, least) : least - pad, most + pad];
  const log = axis.type === 'log';
  const place = (value) => (value === null ? NaN : from + (((log ? Math.log10(value) : value) - low) / (high - low)) * (to - from));
  const rough = (high - low) / (axis.nticks ?? 1 + Math.min(9, Math.max(4, Math.abs(to - from) / (from > to ? 40 : 80))));
  const base = 10 ** Math.floor(Math.log10(rough));
  const step = axis.dtick ?? base * [2, 5, 10].find((nice) => nice * base >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high; i += 1) ticks.push(Number((log ? 10 ** i : i * step).toPrecision(9)));
  return { ...axis, from, to, place, ticks };
}

// Grid, ticks and labels of the panel between `x` and `y`; those of `x` only in the panel that it is anchored to.
function panel(svg, x, y, id) {
  add(svg, 'path', { d: x.ticks.map((tick) => `M${x.place(tick)} ${y.from}V${y.to}`).join(''), stroke: x.gridcolor });
  for (const tick of y.ticks) {
    add(svg, 'path', { d: `M${x.from} ${y.place(tick)}H${x.to}`, stroke: y.gridcolor });
    const look = { 'font-size': y.tickfont?.size, 'text-anchor': 'end', 'dominant-baseline': 'central' };
    if (y.showticklabels !== false) add(svg, 'text', { x: x.from - 7.5, y: y.place(tick), ...look }, tick);
  }
  add(svg, 'path', { d: `M${x.from} ${y.from}V${y.to}`, stroke: y.linecolor });
  if (x.anchor !== id) return;
  add(svg, 'path', { d: `M${x.from} ${y.from}H${x.to}`, stroke: x.linecolor });
  if (x.showticklabels === false) return;
  for (const tick of x.ticks) add(svg, 'text', { x: x.place(tick), y: y.from + 20, 'text-anchor': 'middle' }, tick);
  add(svg, 'text', { x: (x.from + x.to) / 2, y: y.from + 39, 'text-anchor': 'middle' }, x.title.text);
}

// A line through all points of a trace, with a gap where a number is missing, and its markers.
function curve(svg, { name, mode, line, marker, ...trace }, x, y) {
  const points = trace.x.map((value, i) => [x.place(value), y.place(trace.y[i])].map((at) => Math.round(at * 10) / 10));
  const there = (point) => Number.isFinite(point?.[1]);
  const d = points.map((point, i) => (there(point) ? `${there(points[i - 1]) ? 'L' : 'M'}${point}` : '')).join('');
  const look = { fill: 'none', stroke: line.color, 'stroke-width': line.width, 'stroke-dasharray': { dot: '2 2', dash: '9 6' }[line.dash] };
  if (mode.includes('lines')) add(svg, 'path', { d, 'data-name': name, ...look });
  for (const [at, up] of mode.includes('markers') ? points.filter(there) : []) {
    if (marker.symbol === 'star') add(svg, 'text', { ...STAR, x: at, y: up, stroke: marker.line.color }, '★');
    else add(svg, 'circle', { cx: at, cy: up, r: marker.size / 2, fill: marker.color });
  }
}

// A title over a panel: `x` is a part of the width.
function title(svg, { xref, x, xshift, yref, yshift, text, font }, axes) {
  const [across, up] = [axes[xref.split(' ')[0]], axes[yref.split(' ')[0]]];
  const at = { x: across.from + x * (across.to - across.from) + xshift + (x ? -2 : 2), y: up.to - yshift - 6, 'text-anchor': x ? 'end' : 'start' };
  add(svg, 'text', { ...at, 'font-size': font.size, 'font-weight': text.startsWith('<b>') ? 'bold' : 'normal' }, text.replace(/<.*?>/g, ''));
}

function legend(svg, traces, width, { size, family }) {
  const pen = Object.assign(document.createElement('canvas').getContext('2d'), { font: `${size}px ${family}` });
  let [x, y] = [5, 15];
  for (const { name, line } of traces) {
    const wide = 45 + pen.measureText(name).width;
    if (x + wide > width) [x, y] = [5, y + 20];
    add(svg, 'path', { d: `M${x} ${y}h30`, stroke: line.color, 'stroke-width': line.width });
    add(svg, 'text', { x: x + 35, y: y + 5 }, name);
    x += wide;
  }
}

function add(parent, tag, attributes, text = '') {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.textContent = text;
  parent?.append(made);
  return made;
}
