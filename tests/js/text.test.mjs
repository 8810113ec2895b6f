import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attributes, capital, escaped, number, percent, raised, scientific, short, sub, thousands } from '../../dashboard/kit/text.js';

const cases = (name, call, rows) => {
  for (const [expected, ...given] of rows) {
    test(`${name}(${given.map(String).join(', ')}) is ${expected}`, () => assert.equal(call(...given), expected));
  }
};

cases('number', number, [
  ['0.25', 0.25],
  ['−0.25', -0.25],
  ['0.00', -0.001],
  ['0.00', -0],
  ['3', 2.5, 0],
  ['−1.000', -0.9996, 3],
  ['–', NaN],
  ['–', Infinity],
  ['–', null],
]);

cases('percent', percent, [
  ['12 %', 0.1234],
  ['12.3 %', 0.1234, 1],
  ['0 %', -0.001],
  ['100 %', 0.9999],
  ['–', NaN],
]);

cases('scientific', scientific, [
  ['0', 0],
  ['0', -0],
  ['0.53', 0.5312],
  ['0.0011', 0.00109],
  ['4.1·10⁻⁸', 4.06e-8],
  ['−4.1·10⁻⁸', -4.06e-8],
  ['1.2·10⁴', 12345],
  ['10000', 9999.4],
  ['0.531', 0.5312, 3],
  ['∞', Infinity],
  ['−∞', -Infinity],
  ['–', NaN],
]);

cases('thousands', thousands, [['1,234,567', 1234567], ['999', 999.4], ['1,000', 999.6], ['0', 0]]);
cases('sub', sub, [['₀', 0], ['₁₂', 12]]);
cases('raised', raised, [['⁻¹⁰', -10], ['⁷', 7]]);
cases('short', short, [['airplane', 'airplane', 8], ['airpla…', 'airplane', 7], ['', '', 3]]);
cases('capital', capital, [['The class token', 'the class token'], ['', '']]);
cases('attributes', attributes, [[' x="0" a="&lt;&quot;"', { x: 0, b: undefined, c: '', a: '<"' }], ['', {}]]);
cases('escaped', escaped, [['&lt;b title=&quot;&amp;&quot;&gt;', '<b title="&">'], ['3', 3], ["it's", "it's"]]);
