import assert from 'node:assert/strict';
import { test } from 'node:test';

Object.assign(globalThis, {
  window: { sequenceLab: { root: 'http://lab/' } },
  document: { hidden: false },
  location: { href: 'http://lab/drawings' },
});
const { default: pulsed } = await import('../../dashboard/shell/pulsed/pulsed.js');

/** What Streamlit's own script does: all that is set before its timer fires goes into one message, for the part that was first. */
function streamlit() {
  const messages = [];
  let batch = null;
  return {
    messages,
    set: (part) => (name, value) => {
      if (!batch) {
        batch = { part, values: [] };
        setTimeout(() => {
          messages.push(batch);
          batch = null;
        }, 0);
      }
      batch.values.push([part, name, value]);
    },
  };
}

test('of two parts that hear of something new at one moment each is run', async () => {
  globalThis.fetch = async () => ({ ok: true, json: async () => ({ runs: { version: 8 }, drawings: { version: 3 } }) });
  const { messages, set } = streamlit();
  const parts = ['runs', 'drawings', 'drawings', 'none'].map((name, place) => {
    const root = { isConnected: true };
    const parentElement = { querySelector: () => root };
    return { root, leave: pulsed({ data: [{ session: 's', name, version: 2 }], parentElement, setTriggerValue: set(place) }) };
  });
  await new Promise((done) => setTimeout(done, 100));
  for (const { root, leave } of parts) {
    root.isConnected = false;
    leave();
  }
  assert.deepEqual(messages, [
    { part: 0, values: [[0, 'seen', 8]] },
    { part: 1, values: [[1, 'seen', 3]] },
    { part: 2, values: [[2, 'seen', 3]] },
  ]);
});
