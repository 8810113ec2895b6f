import assert from 'node:assert/strict';
import { test } from 'node:test';

import { explain, rowNote, sources } from '../../pages/attention/board/arithmetic.js';
import { bands, layOut } from '../../pages/attention/board/layout.js';
import { Matrices, SHAPES } from '../../pages/attention/board/matrices.js';
import { golden } from './golden.mjs';

const near = (one, other, what) => assert.ok(Math.abs(one - other) < 1e-5, `${what}: ${one} is not ${other}`);
const read = (text) => Number(text.replace('−', '-'));
const each = (all, matrix, act) => {
  const [rows, columns] = all.size(matrix);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < columns; j += 1) act(i, j);
};

// The numbers in a frame, row by row.
function framed(view, { matrix, rows: [top, bottom], columns: [left, right], head }) {
  const found = [];
  for (let i = top; i < bottom; i += 1) {
    for (let j = left; j < right; j += 1) found.push(head === undefined ? view.at(matrix, i, j) : view.weight(head, i, j));
  }
  return found;
}
const dot = (one, other) => one.reduce((sum, value, n) => sum + value * other[n], 0);

golden('attention', (messages) => {
  messages.forEach(({ data, mask, output, weights }, n) => {
    const all = new Matrices(data);
    const name = ['no', 'a causal', 'an earlier'][n];

    test(`with ${name} mask the message says who may read whom`, () => {
      each(all, 'weights', (i, j) => assert.equal(all.allowed(i, j), mask[i][j]));
    });

    test(`with ${name} mask weights and output are the probe's`, () => {
      for (const head of [0, 1]) each(all, 'weights', (i, j) => near(all.value('weights', i, j, head), weights[head][i][j], 'weight'));
      each(all, 'output', (i, j) => near(all.value('output', i, j, 0), output[i][j], 'output'));
    });

    for (const matrix of ['q', 'k', 'v', 'scores', 'joined', 'output']) {
      test(`with ${name} mask a cell of ${matrix} is the product of its two frames`, () => {
        for (const head of [0, 1]) {
          const view = all.view(head, {});
          each(
            all,
            matrix,
            (i, j) => near(dot(...sources(view, matrix, i, j).map((frame) => framed(view, frame))), view.at(matrix, i, j), matrix),
          );
        }
      });
    }

    test(`with ${name} mask weights are the softmax of the row that is framed`, () => {
      const view = all.view(1, {});
      each(all, 'weights', (i, j) => {
        const row = framed(view, sources(view, 'weights', i, j)[0]);
        const powers = row.map((score, t) => (all.allowed(i, t) ? Math.exp(score) : 0));
        near(powers[j] / (powers.reduce((a, b) => a + b, 0) || 1), view.at('weights', i, j), 'weight');
      });
    });

    test(`with ${name} mask a sum ends in the cell's own number`, () => {
      const view = all.view(0, {});
      for (const matrix of ['q', 'scores', 'scaled', 'weights', 'joined', 'output']) {
        each(all, matrix, (i, j) => {
          const [text] = explain(view, matrix, i, j).sum.findLast(([, ink]) => ink === 'result');
          near(read(text.replace(' = ', '')), Number(view.at(matrix, i, j).toFixed(matrix === 'weights' ? 3 : 2)), `${matrix} ${text}`);
        });
      }
    });

    for (const matrix of ['scores', 'joined', 'weights']) {
      test(`with ${name} mask the written sum of ${matrix} comes to what it says`, () => {
        for (const head of [0, 1]) {
          const view = all.view(head, {});
          each(all, matrix, (i, j) => {
            if (matrix === 'weights' && !all.allowed(i, j)) return;
            const [sum, end] = explain(view, matrix, i, j).sum.map(([text, ink]) => (/sup/.test(ink) ? `**(${text})` : text)).join('')
              .split(' = ');
            const written = sum.replaceAll('−', '-').replaceAll('×', '*').replace(/e(?=\*\*)/g, 'Math.E');
            const value = Function(`return ${written}`)(); // factors are rounded to two decimals
            assert.ok(Math.abs(value - read(end)) < 0.1, `${sum} = ${value}, not ${end}`);
          });
        }
      });
    }

    test(`with ${name} mask every kind of cell is explained`, () => {
      const view = all.view(0, { wq: 'W_q', wk: 'W_k', wv: 'W_v' });
      for (const matrix of Object.keys(SHAPES)) {
        const { name: title, sum, note } = explain(view, matrix, 0, 0);
        assert.ok(title && sum.length && note && !/undefined/.test(title + sum.flat().join('') + note), matrix);
      }
    });

    test(`with ${name} mask the range is that of what is shown`, () => {
      const shown = [];
      for (const head of [0, 1]) each(all, 'masked', (i, j) => all.allowed(i, j) && shown.push(all.value('masked', i, j, head)));
      const [low, high] = all.range('masked');
      near(low, Math.min(...shown), 'low');
      near(high, Math.max(...shown), 'high');
    });

    test(`with ${name} mask means are over the rows that read something`, () => {
      const reads = [0, 1, 2, 3].filter((i) => mask[i].some(Boolean));
      const largest = reads.reduce((sum, i) => sum + Math.max(...weights[1][i]), 0) / reads.length;
      near(all.means(1)[2], largest, 'largest');
    });
  });

  test('a row without anything to read says so', () => {
    const view = new Matrices(messages[2].data).view(0, {});
    assert.match(rowNote(view, 0), /has nothing to read/);
    assert.match(rowNote(view, 3), /Row 4 sums to 1\.000 .* of at most ln 3 = 1\.10 nats/);
    assert.deepEqual(explain(view, 'weights', 0, 0).sum.at(-1), ['0', 'result']);
  });

  test('cells lie beside one another, and heads apart', () => {
    const all = new Matrices(messages[0].data);
    for (const matrix of Object.keys(SHAPES)) {
      const figure = layOut(all, matrix, 200);
      const [rows, columns] = all.size(matrix);
      assert.deepEqual([figure.rows.length, figure.columns.length], [rows, columns]);
      for (const edges of [figure.rows, figure.columns]) {
        edges.forEach(([from, to], n) => assert.ok(to > from && (!n || from >= edges[n - 1][1]), `${matrix} ${edges}`));
      }
      const split = ['q', 'k', 'v', 'joined', 'wo', 'wq', 'wk', 'wv'].includes(matrix);
      assert.equal(bands(figure, all.D).length, split ? 2 : 1, matrix);
      assert.ok(figure.width <= 200);
    }
  });
});
