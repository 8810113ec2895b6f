// One Plotly figure per mounted chart. A message (dashboard/training/curve.py, live_data) adds to what the chart has; then the whole figure is
// brought up to date by one Plotly.react, which keeps the DOM node, the hover label, the zoom and
// the legend's choices (uirevision), and costs no more than extendTraces, which redraws everything too.
// Until plotly.js is there the same figure is drawn as a sketch.

import { sketch } from './sketch.js';

const plotlyAddress = () => new URL('./vendor/plotly.min.js', window.sequenceLab.root).href;
const NARROW = 560; // px: below, the panels are stacked
const REPLAY_SECONDS = 8;
const FRAME = 60; // ms between two pictures of a replay
const IDLE_WAIT = 2000; // ms that the chart library waits at most for a quiet browser
const RESYNC_PAUSE = 2000; // ms between two requests for everything

let loading;
function loadPlotly() {
  if (window.Plotly) return Promise.resolve();
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = plotlyAddress();
    script.onload = script.onerror = () => {
      if (window.Plotly) return resolve();
      loading = undefined; // the next message tries again
      script.remove();
      return reject(new Error('not loaded'));
    };
    // Evaluating the library keeps the browser busy for half a second: first the sketch is painted, and the page gets its other elements.
    const whenIdle = window.requestIdleCallback ?? setTimeout;
    requestAnimationFrame(() => requestAnimationFrame(() => whenIdle(() => document.head.append(script), { timeout: IDLE_WAIT })));
  });
  return loading;
}

export default function liveChart({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.live-chart');
  root.chart ??= new LiveChart(root);
  root.chart.askForAll = (when) => setTriggerValue('resync', when);
  root.chart.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a chart that left the page is closed.
  return () => root.isConnected || root.chart.close();
}

class LiveChart {
  constructor(root) {
    this.root = root;
    this.plot = root.querySelector('.live-chart-plot');
    this.note = root.querySelector('.live-chart-note');
    this.label = root.querySelector('.live-chart-label');
    this.button = root.querySelector('.live-chart-replay');
    this.button.onclick = () => this.startReplay();
    this.counts = { newplots: 0, updates: 0 };
    this.asked = -Infinity;
    this.problem = '';
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(root);
    this.plot.addEventListener('pointerdown', () => this.plotted && this.hold());
  }

  receive(data) {
    const newRun = data.run !== this.run;
    const known = newRun ? { points: [], epochs: new Map() } : this;
    const merged = merge(known, data);
    if (!merged) return this.resync();
    Object.assign(this, merged, { data, run: data.run });
    this.button.hidden = !data.replay;
    if (newRun) Object.assign(this, { plotted: false, replaying: null });
    return this.draw();
  }

  resync() {
    if (performance.now() - this.asked < RESYNC_PAUSE) return;
    this.asked = performance.now();
    this.askForAll(this.asked);
  }

  // Plays the curve from its beginning. Meanwhile the label says so, and the numbers of the page fade: they belong to the end of the run.
  startReplay() {
    const token = (this.replaying = {});
    this.progress = 1;
    let begin;
    let last = -Infinity;
    const frame = (now) => {
      if (this.replaying !== token) return;
      if (this.plotted) begin ??= now;
      if (now >= begin) {
        this.progress = Math.min(1, (now - begin) / (1000 * REPLAY_SECONDS));
        if (this.progress === 1) this.replaying = null;
        if (now - last >= FRAME || !this.replaying) {
          last = now;
          this.draw();
        }
      }
      if (this.replaying) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    this.draw();
  }

  draw() {
    if (!window.Plotly) this.paint();
    const pending = loadPlotly().then(
      () => this.paint(),
      () => this.say(`The chart library could not be loaded from ${plotlyAddress()}: this picture shows all data, but cannot be zoomed.`),
    );
    pending.catch((error) => console.error(error));
  }

  // Plotly follows the width by itself, but for the choice of panels; a sketch does not.
  resized() {
    const redraw = this.plotted ? this.isNarrow() !== this.narrow : this.run && this.root.clientWidth !== this.width;
    if (redraw) this.draw();
  }

  // While a box is being dragged nothing is redrawn: the drag would be lost.
  hold() {
    this.held = true;
    const release = () => {
      this.held = false;
      setTimeout(() => this.draw()); // after Plotly has zoomed
      for (const end of ['pointerup', 'pointercancel']) window.removeEventListener(end, release, true);
    };
    for (const end of ['pointerup', 'pointercancel']) window.addEventListener(end, release, true);
  }

  paint() {
    if (this.held || !this.root.isConnected) return;
    this.narrow = this.isNarrow();
    this.width = this.root.clientWidth;
    const height = Math.round(this.data.height * (this.narrow ? 1.45 : 1));
    this.plot.style.height = `${height}px`;
    const curves = this.curves();
    this.showLabel(curves.now);
    const style = readStyle(this.root);
    const figure = [traces(curves, style, this.narrow), layout(curves, style, this.narrow), config(this.run)];
    if (!window.Plotly) {
      this.plot.replaceChildren(sketch(figure[0], figure[1], this.width, height));
    } else if (this.plotted) {
      window.Plotly.react(this.plot, ...figure);
      this.counts.updates += 1;
    } else {
      this.plot.querySelector('.live-chart-sketch')?.remove();
      window.Plotly.newPlot(this.plot, ...figure);
      this.plotted = true;
      this.counts.newplots += 1;
      this.problem = '';
    }
    this.say(this.problem);
    Object.assign(this.root.dataset, this.counts, { points: curves.x.length });
    this.plot.setAttribute('aria-label', describe(curves));
  }

  // Say what is wrong, under the picture; else, on it, that there is nothing to see yet.
  say(problem) {
    this.problem = problem;
    this.note.classList.toggle('live-chart-problem', Boolean(problem));
    this.note.textContent = problem || (this.points.length ? '' : 'waiting for the first step');
  }

  // What the chart shows, and while a replay runs, how far it is; the page's style (theme.css) sees the mark.
  showLabel(now) {
    const { data } = this;
    const playing = Boolean(this.replaying && this.progress < 1);
    const place = `replay, epoch ${now.toFixed(1)} of ${data.total_epochs}; the numbers around it are those of the end`;
    this.label.textContent = playing ? `${data.label}: ${place}` : data.label;
    this.root.classList.toggle('replaying', playing);
  }

  // The numbers to be drawn now: all there are, or their beginning while a replay runs.
  curves() {
    const { data, points } = this;
    const playing = this.replaying && this.progress < 1;
    const shown = playing ? Math.floor(points.length * this.progress) : points.length;
    const width = this.stride / (data.steps_per_epoch || 1);
    const now = shown * width;
    const column = (i, scale = 1) => points.slice(0, shown).map((p) => (p[i] === null ? null : p[i] * scale));
    const epochs = [...this.epochs.values()].sort((a, b) => a[0] - b[0]);
    const [loss, top1, lr] = [column(0), column(1, 100), column(2)];
    const curves = {
      data,
      x: loss.map((_, i) => (i + 0.5) * width),
      now: playing || !epochs.length ? now : Math.max(now, epochs.at(-1)[0]),
      loss,
      top1,
      lr,
      smoothLoss: smooth(loss, data.smoothing),
      smoothTop1: smooth(top1, data.smoothing),
      epochs: playing ? epochs.filter((row) => row[0] <= now) : epochs,
      reference: data.reference,
      changes: data.lr_changes.filter(([epoch]) => !playing || epoch <= now),
      extent: data.replay ? extent(points, epochs, data) : null,
    };
    const best = curves.epochs.reduce((a, row) => (a && a[4] >= row[4] ? a : row), null);
    curves.best = playing ? best : (this.epochs.get(data.best) ?? null);
    return curves;
  }

  isNarrow() {
    return this.root.clientWidth < NARROW;
  }

  close() {
    this.replaying = null;
    this.observer.disconnect();
    if (this.plotted) window.Plotly.purge(this.plot);
  }
}

// What is known of a run and a message as one; null when there is a gap between them, or when known points have been rewritten.
function merge(known, { start, stride, points, epochs, epochs_n: epochCount }) {
  if (start === 0) return { points, stride, epochs: new Map(epochs.map((row) => [row[0], row])) };
  const overlap = known.points[start];
  const rewritten = overlap && points.length && overlap.some((value, i) => value !== points[0][i]);
  if (stride !== known.stride || start > known.points.length || rewritten) return null;
  const all = new Map([...known.epochs, ...epochs.map((row) => [row[0], row])]);
  return all.size === epochCount ? { points: known.points.slice(0, start).concat(points), stride, epochs: all } : null;
}

// Exponential moving average with weight `s` for the past, free of the bias to its start (Kingma & Ba, 2015).
function smooth(values, s) {
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    mean = s * mean + (1 - s) * value;
    weight = s * weight + (1 - s);
    return mean / weight;
  });
}

// Ranges of a whole recorded run, so that the axes stand still while it is replayed.
function extent(points, epochs, data) {
  const rows = [...epochs, ...(data.reference?.epochs ?? [])];
  const range = (values, margin = 0.04) => {
    const known = values.filter((v) => v !== null);
    if (!known.length) return undefined;
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const pad = margin * (high - low || 1);
    return [low - pad, high + pad];
  };
  const last = Math.max(data.total_epochs, ...rows.map((row) => row[0]));
  return {
    x: [0, last * 1.015],
    loss: range([...points.map((p) => p[0]), ...rows.flatMap((row) => [row[1], row[3]])]),
    top1: range([...points.map((p) => p[1]), ...rows.flatMap((row) => [row[2], row[4]])].map((v) => v && v * 100)),
    lr: range([0, ...points.map((p) => p[2])], 0.08),
  };
}

// ---- how it looks ----------------------------------------------------------------------------------------------------------------------

function readStyle(root) {
  const css = getComputedStyle(root);
  const get = (name, fallback) => css.getPropertyValue(name).trim() || fallback;
  const [run, reference] = get('--st-chart-categorical-colors', '#0072B2,#D55E00').split(',');
  return {
    run,
    reference,
    text: get('--st-text-color', '#222'),
    background: get('--st-background-color', '#fff'),
    grid: alpha(get('--st-text-color', '#222'), 0.1),
    axis: alpha(get('--st-text-color', '#222'), 0.35),
    font: get('--st-font', 'sans-serif'),
  };
}

// `color` (#rgb, #rrggbb or rgb(...)) with an opacity.
function alpha(color, opacity) {
  if (!color.startsWith('#')) return color.replace(/^rgba?\(([^,]+,[^,]+,[^,)]+).*$/, `rgba($1, ${opacity})`);
  const hex = color.length === 4 ? [...color.slice(1)].map((c) => c + c).join('') : color.slice(1, 7);
  return `rgba(${[0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)).join(', ')}, ${opacity})`;
}

function traces(curves, style, narrow) {
  const { x, epochs, reference, best, data } = curves;
  const panels = [
    { axes: { xaxis: 'x', yaxis: 'y' }, raw: curves.loss, smoothed: curves.smoothLoss, train: 1, val: 3, scale: 1, format: '.3f' },
    { axes: { xaxis: 'x2', yaxis: 'y2' }, raw: curves.top1, smoothed: curves.smoothTop1, train: 2, val: 4, scale: 100, format: '.1f' },
  ];
  const rateAxes = [{ xaxis: 'x', yaxis: 'y3' }, { xaxis: 'x2', yaxis: 'y4' }].slice(0, narrow ? 1 : 2);
  const drawn = panels.flatMap((panel, i) => {
    const unit = panel.scale === 100 ? ' %' : '';
    const shared = { ...panel.axes, showlegend: i === 0, hovertemplate: `%{y:${panel.format}}${unit}`, type: 'scatter' };
    const line = (name, xs, ys, look, extra) => ({ ...shared, mode: 'lines', name, legendgroup: name, x: xs, y: ys, line: look, ...extra });
    // A training loss with smoothed labels is not the validation's: it is called what it is, in the legend and at the pointer.
    const called = (told, name) => (told && i === 0 ? { name } : {});
    const at = (rows, field) => rows.map((row) => (row[field] === null ? null : row[field] * panel.scale));
    const rows = reference?.epochs ?? [];
    const dashed = (dash, width) => ({ color: style.reference, dash, width });
    return [
      line('training', x, panel.raw, { color: alpha(style.run, 0.35), width: 1 }, called(data.training, data.training)),
      line('training, smoothed', x, panel.smoothed, { color: style.run, width: 1.6 }, called(data.training, `${data.training}, running mean`)),
      // The mean over an epoch belongs to the epoch's middle.
      line(`${reference?.label}, training`, rows.map((r) => r[0] - 0.5), at(rows, panel.train), dashed('dot', 1.4), {
        visible: Boolean(reference), ...called(reference?.training, `${reference?.label}, ${reference?.training}`),
      }),
      line(`${reference?.label}, validation`, rows.map((r) => r[0]), at(rows, panel.val), dashed('dash', 2.2), { visible: Boolean(reference) }),
      line('validation', epochs.map((r) => r[0]), at(epochs, panel.val), { color: style.text, width: 2.2 }, {
        mode: 'lines+markers',
        marker: { size: 6, color: style.text },
      }),
      line('best epoch', best ? [best[0]] : [], best ? at([best], panel.val) : [], {}, {
        mode: 'markers',
        hoverinfo: 'skip',
        hovertemplate: null,
        marker: { symbol: 'star', size: 15, color: style.text, line: { color: style.background, width: 1.5 } },
        showlegend: false, // the panel's title says what the star is
      }),
    ];
  });
  const rates = rateAxes.map((axes) => ({
    ...axes, type: 'scatter', mode: 'lines', name: 'learning rate', showlegend: false, x, y: curves.lr,
    line: { color: style.text, width: 1.4, shape: 'hvh' }, hovertemplate: '%{y:.3g}',
  }));
  return [...drawn, ...rates];
}

// Where the panels stand, as fractions of the figure: [left, right] and [bottom, top].
const WIDE = { x: [0, 0.475], x2: [0.525, 1], y: [0.27, 1], y2: [0.27, 1], y3: [0, 0.14], y4: [0, 0.14] };
const STACKED = { x: [0, 1], x2: [0, 1], y: [0.65, 1], y2: [0.21, 0.56], y3: [0, 0.12] };

function layout(curves, style, narrow) {
  const { reference } = curves;
  const domains = narrow ? STACKED : WIDE;
  const range = (values) => (values ? { range: values, autorange: false } : { autorange: true });
  const axis = { gridcolor: style.grid, linecolor: style.axis, tickcolor: style.axis, zeroline: false, ticks: 'outside', ticklen: 4 };
  const xaxis = (name, anchor, extra) => ({
    ...axis, anchor, domain: domains[name], title: { text: 'epoch', standoff: 6, font: { size: 13 } }, rangemode: 'tozero', ...range(curves.extent?.x),
    showline: true, hoverformat: '.2f', unifiedhovertitle: { text: 'epoch %{x:.2f}' }, ...extra,
  });
  const yaxis = (name, anchor, extra) => ({ ...axis, anchor, domain: domains[name], automargin: false, ...extra });
  const rate = { ...rateScale(curves), fixedrange: true, exponentformat: 'power', showticklabels: curves.lr.length > 0, tickfont: { size: 11 } };
  return {
    uirevision: curves.data.run,
    font: { family: style.font, size: 13, color: style.text },
    paper_bgcolor: style.background,
    plot_bgcolor: style.background,
    margin: { l: 52, r: 14, t: narrow ? 24 + 21 * (reference ? 4 : 2) : 56, b: 44 },
    legend: { orientation: 'h', x: 0, y: 1, yref: 'container', yanchor: 'top', xref: 'container', tracegroupgap: 0 },
    hovermode: 'x unified',
    hoverlabel: { namelength: -1, bgcolor: style.background, bordercolor: style.axis, font: { color: style.text } },
    dragmode: 'zoom',
    xaxis: xaxis('x', 'y3'),
    xaxis2: xaxis('x2', narrow ? 'y2' : 'y4', { matches: 'x', ...(narrow && { showticklabels: false, title: { text: '' } }) }),
    yaxis: yaxis('y', 'x', range(curves.extent?.loss)),
    yaxis2: yaxis('y2', 'x2', range(curves.extent?.top1)),
    yaxis3: yaxis('y3', 'x', rate),
    ...(!narrow && { yaxis4: yaxis('y4', 'x2', { ...rate, matches: 'y3', showticklabels: false }) }),
    shapes: curves.changes.flatMap(([epoch]) => ['x', 'x2'].map((ref) => marker(epoch, ref, style))),
    annotations: [...titles(curves, narrow), ...curves.changes.map(([epoch, lr]) => changeLabel(epoch, lr, style))],
  };
}

// Logarithmic only where the rate was set by hand over more than a factor of 10: a schedule that ends at 0 is read on a linear axis.
function rateScale({ lr, changes, extent: whole }) {
  const positive = lr.filter((v) => v > 0);
  const [low, high] = [Math.min(...positive), Math.max(...positive)];
  if (changes.length && high > 10 * low) {
    const [bottom, top] = [Math.log10(Math.max(low, high / 1e4)), Math.log10(high)];
    return { type: 'log', dtick: 1, autorange: false, range: [bottom - 0.15, top + 0.15] };
  }
  return { type: 'linear', nticks: 3, ...(whole?.lr ? { autorange: false, range: whole.lr } : { autorange: true, rangemode: 'tozero' }) };
}

const marker = (epoch, xref, style) => ({
  type: 'line', xref, yref: 'paper', x0: epoch, x1: epoch, y0: 0, y1: 1, layer: 'below', line: { color: style.axis, width: 1.3, dash: 'dot' },
});

const changeLabel = (epoch, lr, style) => ({
  xref: 'x', x: epoch, yref: 'y domain', y: 0.99, yanchor: 'top', xanchor: 'left', showarrow: false,
  text: `lr ${Number(lr.toPrecision(3))}`, font: { size: 12 }, bgcolor: alpha(style.background, 0.8),
});

// Axis titles stand level above their axes: easier to read than turned ones.
function titles({ best, data }, narrow) {
  const title = (axis, text, xref = 'x') => ({
    xref: `${xref} domain`, x: 0, xanchor: 'left', xshift: xref === 'x' || narrow ? -42 : -28, yref: `${axis} domain`, y: 1, yanchor: 'bottom', yshift: 4,
    text, showarrow: false, font: { size: 13 },
  });
  const found = best && best[4] !== null ? [{
    ...title('y2', `<b>★ best: ${(100 * best[4]).toFixed(2)} % at epoch ${best[0]}</b>`, 'x2'), x: 1, xanchor: 'right', xshift: 0,
  }] : [];
  return [title('y', 'loss'), title('y2', `${data.accuracy} (%)`, 'x2'), title('y3', 'learning rate'), ...found];
}

const config = (run) => ({
  responsive: true,
  displaylogo: false,
  doubleClick: 'reset+autosize',
  modeBarButtons: [['zoom2d', 'pan2d', 'autoScale2d', 'toImage']],
  toImageButtonOptions: { filename: `sequence-lab-${run}`, format: 'png', scale: 2 },
});

// The figure in words, for those who cannot see it.
function describe({ data, now, smoothLoss, smoothTop1, epochs, best, x }) {
  if (!x.length) return `Loss and accuracy of ${data.label}: waiting for the first step.`;
  const percent = (v) => (v === null ? 'unknown' : `${v.toFixed(1)} %`);
  const number = (v) => (v === null ? 'not finite' : v.toPrecision(3));
  const last = epochs.at(-1);
  return [
    `Loss and accuracy of ${data.label}, epoch ${now.toFixed(2)} of ${data.total_epochs}.`,
    `${data.training ?? 'Training: loss'} ${number(smoothLoss.at(-1))}, ${data.accuracy} ${percent(smoothTop1.at(-1))}.`,
    last ? `Validation: loss ${number(last[3])}, ${data.accuracy} ${percent(last[4] === null ? null : last[4] * 100)}.` : '',
    best ? `Best: ${percent(best[4] === null ? null : best[4] * 100)} at epoch ${best[0]}.` : '',
  ].join(' ').trim();
}
