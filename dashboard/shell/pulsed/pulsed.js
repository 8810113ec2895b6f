// Lets a part of a page run again when the pulse says another version of what it shows than the one that is drawn.
import { onPulse } from '../../kit/pulse.js';

/** @type {Promise<unknown>} */
let sent = Promise.resolve(); // all that was to be sent before

/**
 * Send what `send` sends in a message of its own: Streamlit puts together what comes at one moment, and runs one part of the page for it.
 * @param {() => void} send
 */
function alone(send) {
  sent = sent.then(() => {
    send();
    return new Promise((done) => setTimeout(done));
  });
}

export default function pulse({ data: [shown], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.class-pulse');
  Object.assign(root, { shown, send: (version) => setTriggerValue('seen', version), asked: root.asked ?? null });
  root.leave ??= onPulse(shown.session, (now) => {
    const version = now[root.shown.name]?.version;
    if (version === undefined || version === root.shown.version || version === root.asked) return;
    root.asked = version;
    alone(() => root.isConnected && root.send(version));
  });
  return () => {
    if (root.isConnected) return;
    root.leave?.();
    root.leave = null; // a call after it would listen again
  };
}
