import assert from 'node:assert/strict';
import { test } from 'node:test';

import { curvesOf, described } from '../../dashboard/training/live_chart/curves.js';
import { figureOf, rateScale } from '../../dashboard/training/live_chart/figure.js';
import { merge, nothing } from '../../dashboard/training/live_chart/merge.js';
import { placed } from '../../dashboard/training/live_chart/sketch.js';
import { golden } from './golden.mjs';

golden('courses', (courses) => {
  courses.forEach((course, seed) => {
    test(`the whole curve is rebuilt from any sequence of messages (${seed})`, () => {
      let [known, resyncs] = [nothing(), 0];
      for (const { message, lost, whole } of course) {
        if (lost) continue;
        let merged = merge(known, message);
        if (!merged) {
          resyncs += 1;
          merged = merge(known, whole);
        }
        known = merged;
        assert.deepEqual(known.points, whole.points);
        assert.deepEqual([...known.epochs.values()], whole.epochs);
        assert.equal(known.stride, whole.stride);
      }
      assert.ok(resyncs < 12, 'lost messages and doubled strides repair themselves, nearly always without asking');
    });
  });
});

// ---- merging ----

const MESSAGE = { start: 0, stride: 1, points: [[3, 0, 1], [2, 0.5, 1]], epochs: [[1, 3, 0, 2.5, 0.25]], epochs_n: 1 };
const known = merge(nothing(), MESSAGE);

test('a tail is joined to what is known', () => {
  const tail = { start: 1, stride: 1, points: [[2, 0.5, 1], [1, 1, 1]], epochs: [[2, 1, 1, 1, 0.5]], epochs_n: 2 };
  assert.deepEqual(merge(known, tail).points, [[3, 0, 1], [2, 0.5, 1], [1, 1, 1]]);
  assert.deepEqual([...merge(known, tail).epochs.keys()], [1, 2]);
});

for (
  const [name, change] of [
    ['points are missing between', { start: 3, points: [[1, 1, 1]] }],
    ['the stride is another one', { start: 2, stride: 2, points: [] }],
    ['known points have been rewritten', { start: 1, points: [[9, 0.5, 1]] }],
    ['epochs are missing between', { start: 2, points: [], epochs: [[3, 1, 1, 1, 1]], epochs_n: 3 }],
  ]
) test(`a message does not fit where ${name}`, () => assert.equal(merge(known, { ...MESSAGE, ...change }), null));

test('a message of everything fits always', () => assert.deepEqual(merge(known, { ...MESSAGE, stride: 4, points: [] }).points, []));

// ---- curves ----

const RUN = {
  stride: 5,
  points: [[3, 0, 0.1], [null, 0.25, 0.1], [2, 0.5, 0.05], [1, 0.75, 0.05]],
  epochs: new Map([[2, [2, 1.2, 0.7, 1.5, 0.6]], [1, [1, 2.5, 0.2, 2, 0.5]]]),
};
const DATA = {
  run: 'r',
  label: 'GRU on shapes',
  steps_per_epoch: 10,
  total_epochs: 4,
  smoothing: 0,
  best: 2,
  lr_changes: [[1, 0.05]],
  reference: null,
  replay: false,
  accuracy: 'accuracy',
  chance: [10, Math.LN10, 0.1],
};

test('a point lies in the middle of the steps that it is a mean of', () =>
  assert.deepEqual(curvesOf(RUN, DATA).x, [0.25, 0.75, 1.25, 1.75]));

test('accuracy is in percent, and what is not finite stays a gap', () => {
  const { loss, top1, smoothLoss } = curvesOf(RUN, DATA);
  assert.deepEqual([loss, top1, smoothLoss], [[3, null, 2, 1], [0, 25, 50, 75], [3, null, 2, 1]]);
});

test('epochs are in their order, and now is the last thing that is known', () => {
  const curves = curvesOf(RUN, DATA);
  assert.deepEqual([curves.epochs.map(([epoch]) => epoch), curves.now, curves.best[0]], [[1, 2], 2, 2]);
});

test('a replay shows what was known then', () => {
  const curves = curvesOf(RUN, DATA, 0.5);
  assert.deepEqual([curves.x.length, curves.now, curves.epochs.length, curves.best[0], curves.changes.length], [2, 1, 1, 1, 1]);
  assert.deepEqual(curvesOf(RUN, DATA, 0.25).changes, []);
});

test('the axes stand still: all epochs, all accuracies, and losses from 0', () => {
  const { extent } = curvesOf(RUN, { ...DATA, reference: { epochs: [[6, 0.5, 1, 0.5, 1]] } }, 0.25);
  assert.deepEqual([extent.x, extent.top1], [[0, 6 * 1.015], [0, 102]]);
  assert.deepEqual(curvesOf(nothing(), DATA).extent.x, [0, 4 * 1.015], 'from the chosen epochs, before the first step');
  assert.equal(extent.lr, undefined, 'nobody knows how high it will be');
  assert.ok(curvesOf(RUN, { ...DATA, replay: true }).extent.lr[1] > 0.1);
});

test('losses reach up to chance, and beyond only where one is higher: then in steps', () => {
  const top = (...losses) => curvesOf({ ...RUN, points: losses.map((loss) => [loss, 0, 0.1]), epochs: new Map() }, DATA).extent.loss[1];
  assert.ok(Math.abs(top(0.3, null) - 1.06 * Math.log(10)) < 1e-3 && top() === top(2.3) && top(2.4) === top(0.3));
  assert.deepEqual([top(2.6), top(2.9), top(3.1), top(84)], [3, 3, 3.5, 85]);
  assert.equal(curvesOf(nothing(), { ...DATA, chance: null }).extent.loss[1], 1);
});

test('the figure has words', () => {
  assert.equal(
    described(curvesOf(RUN, DATA)),
    'Loss and accuracy of GRU on shapes, epoch 2.00 of 4. Training: loss 1.00, accuracy 75.0 %. ' +
      'Validation: loss 1.50, accuracy 60.0 %. Best: 60.0 % at epoch 2.',
  );
  assert.equal(described(curvesOf(nothing(), DATA)), 'Loss and accuracy of GRU on shapes: waiting for the first step.');
});

// ---- the figure ----

const STYLE = {
  run: 'blue',
  reference: 'red',
  faint: 'pale',
  text: 'ink',
  background: 'paper',
  veil: 'veil',
  grid: 'g',
  axis: 'a',
  font: 'serif',
};
const named = (traces, name) => traces.filter((trace) => trace.name === name);

test('a figure has each line once in the legend, and the same names in both panels', () => {
  const [traces] = figureOf(curvesOf(RUN, DATA), STYLE, false);
  for (const name of ['training', 'training, smoothed', 'validation']) {
    assert.deepEqual(named(traces, name).map(({ showlegend, yaxis }) => [showlegend, yaxis]), [[true, 'y'], [false, 'y2']]);
  }
  assert.deepEqual(named(traces, 'validation').map(({ y }) => y), [[2, 1.5], [50, 60]]);
  assert.equal(named(traces, 'learning rate').length, 1, 'one copy of it');
});

test('chance is dashed in both panels and says what it is', () => {
  const [traces, layout] = figureOf(curvesOf(RUN, DATA), STYLE, false);
  assert.deepEqual(named(traces, 'chance').map(({ yaxis, y }) => [yaxis, ...y]), [['y', Math.LN10, Math.LN10], ['y2', 10, 10]]);
  const notes = layout.annotations.map(({ text }) => text);
  assert.ok(notes.includes('chance: ln 10 = 2.30') && notes.includes('chance 10 %'));
  const [none, { annotations }] = figureOf(curvesOf(RUN, { ...DATA, chance: null }), STYLE, false);
  assert.equal(named(none, 'chance').length + annotations.filter(({ text }) => text.includes('chance')).length, 0);
});

test('a zoom is kept until the whole is asked for', () => {
  const seen = (homes) => figureOf({ ...curvesOf(RUN, DATA), homes }, STYLE, false)[1];
  assert.deepEqual([seen(0).uirevision, seen(1).uirevision], ['r', 'r'], 'what the legend hides stays hidden');
  assert.notEqual(seen(0).xaxis.uirevision, seen(1).xaxis.uirevision);
});

test('a loss with smoothed labels is called so in the legend alone', () => {
  const [traces] = figureOf(curvesOf(RUN, { ...DATA, training: 'training loss as minimised' }), STYLE, false);
  assert.deepEqual(named(traces, 'training loss as minimised').map(({ yaxis }) => yaxis), ['y']);
  assert.deepEqual(named(traces, 'training').map(({ yaxis }) => yaxis), ['y2']);
});

test('a narrow chart stacks its panels and has one axis of the learning rate', () => {
  const [traces, layout] = figureOf(curvesOf(RUN, DATA), STYLE, true);
  assert.equal(named(traces, 'learning rate').length, 1);
  assert.deepEqual([layout.yaxis.domain[0] > layout.yaxis2.domain[1], layout.yaxis4], [true, undefined]);
});

test('a narrow chart has a name a line in its legend, with room for all of them', () => {
  const reference = { label: 'then', epochs: [[1, 0.5, 1, 0.5, 1]] };
  for (const data of [DATA, { ...DATA, reference }]) {
    const [traces, { legend, margin }] = figureOf(curvesOf(RUN, data), STYLE, true);
    const names = traces.filter(({ showlegend, visible }) => showlegend && visible !== false);
    assert.deepEqual([legend.entrywidth, legend.entrywidthmode], [1, 'fraction']);
    assert.ok(margin.t >= 20 * names.length, 'a line of 13 px is 20 px high');
  }
  assert.equal(figureOf(curvesOf(RUN, DATA), STYLE, false)[1].legend.entrywidth, undefined);
});

test('a rate that was set by hand over more than a factor of ten is drawn on a log axis', () => {
  assert.equal(rateScale({ lr: [0.1, 0.001], changes: [[1, 0.001]], extent: null }).type, 'log');
  assert.equal(rateScale({ lr: [0.1, 0.001], changes: [], extent: null }).type, 'linear');
  assert.equal(rateScale({ lr: [0.1, 0.02], changes: [[1, 0.02]], extent: null }).type, 'linear');
  assert.equal(rateScale({ lr: [0.1, 0.05, 0], changes: [[1, 0.05]], extent: null }).type, 'linear');
});

test('a sketch has the places and ticks of its axes', () => {
  const linear = placed({ domain: [0.25, 1], range: [0, 10], nticks: 5 }, [400, 0], []);
  assert.deepEqual([linear.from, linear.to, linear.place(5), linear.ticks], [300, 0, 150, [0, 2, 4, 6, 8, 10]]);
  assert.ok(Number.isNaN(linear.place(null)));
  const log = placed({ domain: [0, 1], range: [-2, 0], dtick: 1, type: 'log' }, [0, 100], []);
  assert.deepEqual([log.place(0.1), log.ticks], [50, [0.01, 0.1, 1]]);
  const free = placed({ domain: [0, 1], rangemode: 'tozero' }, [0, 800], [2, 10]);
  assert.deepEqual([free.place(0), free.ticks.at(-1)], [0, 10]);
});
