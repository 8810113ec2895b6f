// One Plotly figure per mounted chart. A message (dashboard/training/curve.py, live_data) adds to what the chart has; then the whole figure
// is brought up to date by one Plotly.react, which keeps the DOM node, the hover label, the zoom and the legend's choices (uirevision), and
// costs no more than extendTraces, which redraws everything too. Until plotly.js is there the same figure is drawn as a sketch.
import { Board, mount } from '../../kit/board.js';
import { captioned, fileName, save } from '../../kit/figure_file.js';
import { clamp } from '../../kit/keys.js';
import { calm } from '../../kit/motion.js';
import { address, loadPlotly } from '../../kit/plotly.js';
import { replayed } from '../../kit/replay.js';
import { slowness, speedButton } from '../../kit/speed.js';
import { palette, several, solid, variable } from '../../kit/theme.js';
import { captionOf, curvesOf, described } from './curves.js';
import { figureOf } from './figure.js';
import { merge, nothing } from './merge.js';
import { sketch } from './sketch.js';

const LEAST = 228; // px of a chart's height beside which there is room for what else the page shows
const SHARE = 0.3; // of the window's height, for the same reason
const NARROW = 560; // px: below, the panels are stacked
const REPLAY_SECONDS = 8;
const FRAME = 60; // ms between two pictures of a replay
const RESYNC_PAUSE = 2000; // ms between two requests for everything

class LiveChart extends Board {
  constructor(root) {
    super(root);
    const part = (name) => root.querySelector(`.live-chart-${name}`);
    [this.plot, this.note, this.label, this.button] = ['plot', 'note', 'label', 'replay'].map(part);
    this.button.addEventListener('click', () => this.startReplay());
    this.speed = speedButton();
    this.button.after(this.speed);
    for (const one of root.querySelectorAll('[data-kind]')) one.addEventListener('click', () => this.save(one.dataset.kind));
    this.counts = { newplots: 0, updates: 0 };
    this.askedAt = -Infinity;
    this.problem = '';
    this.plot.addEventListener('pointerdown', () => this.plotted && this.hold());
  }

  accept(data) {
    const newRun = data.run !== this.data?.run;
    const known = merge(newRun ? nothing() : this.known, data);
    if (!known) return this.resync();
    this.known = known;
    this.button.hidden = this.speed.hidden = !data.replay || calm();
    if (newRun) Object.assign(this, { plotted: false, replaying: null, zoomed: null, homes: 0 });
    return super.accept(data);
  }

  resync() {
    if (performance.now() - this.askedAt < RESYNC_PAUSE) return;
    this.askedAt = performance.now();
    this.trigger('resync', this.askedAt);
  }

  // Plays the curve from its beginning. Meanwhile the label says so, and the numbers of the page fade: they belong to the end of the run.
  startReplay() {
    const token = (this.replaying = {});
    this.progress = 1;
    let before;
    let played = 0;
    let last = -Infinity;
    const frame = (now) => {
      if (this.replaying !== token) return;
      if (this.plotted) {
        played += (now - (before ?? now)) / slowness();
        before = now;
        this.progress = Math.min(1, played / (1000 * REPLAY_SECONDS));
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

  // ---- drawing ----

  draw() {
    if (!window.Plotly) this.paint();
    const failed = `The chart library could not be loaded from ${address()}: this picture shows all data, but cannot be zoomed.`;
    loadPlotly().then(() => this.paint(), () => this.say(failed)).catch((error) => console.error(error));
  }

  // Plotly follows the width by itself, but for the choice of panels; a sketch does not.
  resized() {
    if (!this.plotted || this.isNarrow !== this.narrow) this.redraw();
  }

  get isNarrow() {
    return this.root.clientWidth < NARROW;
  }

  // While a box is being dragged nothing is redrawn: the drag would be lost.
  hold() {
    this.held = true;
    const ends = ['pointerup', 'pointercancel'];
    const release = () => {
      this.held = false;
      setTimeout(() => this.draw()); // after Plotly has zoomed
      for (const end of ends) window.removeEventListener(end, release, true);
    };
    for (const end of ends) window.addEventListener(end, release, true);
  }

  paint() {
    if (this.held || !this.root.isConnected) return;
    this.narrow = this.isNarrow;
    const height = Math.round(this.narrow ? 1.45 * this.data.height : clamp(SHARE * window.innerHeight, LEAST, this.data.height));
    this.plot.style.height = `${height}px`;
    const curves = curvesOf(this.known, this.data, this.playing ? this.progress : null);
    curves.extent = this.zoomed ?? curves.extent;
    curves.homes = this.homes;
    this.extent = curves.extent;
    this.showLabel(curves.now);
    replayed(this.data.run, this.playing ? curves.now : null);
    this.show(figureOf(curves, styleOf(this.root), this.narrow), height);
    this.say(this.problem);
    Object.assign(this.root.dataset, this.counts, { points: curves.x.length });
    this.plot.setAttribute('aria-label', described(curves));
  }

  show(figure, height) {
    if (!window.Plotly) {
      const [traces, layout] = figure;
      this.plot.replaceChildren(sketch(traces, layout, this.root.clientWidth, height));
    } else if (this.plotted) {
      window.Plotly.react(this.plot, ...figure);
      this.counts.updates += 1;
    } else {
      this.plot.querySelector('.live-chart-sketch')?.remove();
      window.Plotly.newPlot(this.plot, ...figure);
      this.plotted = true;
      this.plot.on('plotly_relayout', (change) => this.moved(Object.keys(change)));
      this.plot.on('plotly_doubleclick', () => this.whole());
      this.counts.newplots += 1;
      this.problem = '';
    }
  }

  // Axes that somebody has moved stay where they are, whatever comes: Plotly would forget the zoom with the range that it was made in.
  moved(names) {
    if (names.some((name) => /axis\d?\.autorange$/.test(name))) this.whole();
    else if (names.some((name) => /axis\d?\.range/.test(name))) this.zoomed = this.extent;
  }

  /** Show all of the axes again. */
  whole() {
    this.zoomed = null;
    this.homes += 1;
    this.draw();
  }

  /** The chart as it is now as a file of its own, "svg" or "png". */
  async save(kind) {
    await loadPlotly();
    const size = { width: this.plot.clientWidth, height: this.plot.clientHeight };
    const { data, layout } = this.plot;
    const text = await window.Plotly.toImage({ data, layout }, { format: 'svg', imageDataOnly: true, ...size });
    const drawn = document.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true);
    const curves = curvesOf(this.known, this.data, null);
    await save(captioned(drawn, size, captionOf(curves), this.root), fileName(`sequence-lab-${this.data.run}`), kind);
  }

  // ---- words ----

  // Say what is wrong, under the picture; else, on it, that there is nothing to see yet.
  say(problem) {
    this.problem = problem;
    this.note.classList.toggle('live-chart-problem', Boolean(problem));
    this.note.textContent = problem || (this.known.points.length ? '' : 'waiting for the first step');
  }

  /** Whether a part of the curve is shown. */
  get playing() {
    return Boolean(this.replaying && this.progress < 1);
  }

  // What the chart shows, and while a replay runs, how far it is; the page's style (theme.css) sees the mark.
  showLabel(now) {
    const { data, playing } = this;
    const place = `replay, epoch ${now.toFixed(1)} of ${data.total_epochs}; the numbers around it are those of the end`;
    this.label.textContent = playing ? `${data.label}: ${place}` : data.label;
    this.root.classList.toggle('replaying', playing);
  }

  close() {
    super.close();
    this.replaying = null;
    if (this.plotted) window.Plotly.purge(this.plot);
  }
}

function styleOf(root) {
  const [run, reference = run] = several(root);
  const { ink, paper, font } = palette(root);
  return {
    run,
    reference,
    faint: solid(root, run, 0.35),
    text: variable(root, '--st-text-color', ink),
    background: paper,
    veil: solid(root, paper, 0.8),
    grid: solid(root, ink, 0.1),
    axis: solid(root, ink, 0.35),
    font,
  };
}

export default mount('.live-chart', LiveChart);
