// A curve is replayed from its beginning: what stands around it shows the same moment.

const EVENT = 'curve-replayed';

/**
 * Say which moment of a run is shown, in epochs; null when it is the newest again.
 * @param {string} run
 * @param {number | null} epoch
 */
export const replayed = (run, epoch) => window.dispatchEvent(new CustomEvent(EVENT, { detail: { run, epoch } }));

/**
 * Hear of every moment that is shown, until the function that is returned is called.
 * @param {(run: string, epoch: number | null) => void} heard
 */
export function onReplay(heard) {
  const listener = (/** @type {Event} */ event) => {
    const { run, epoch } = /** @type {CustomEvent} */ (event).detail;
    heard(run, epoch);
  };
  window.addEventListener(EVENT, listener);
  return () => window.removeEventListener(EVENT, listener);
}
