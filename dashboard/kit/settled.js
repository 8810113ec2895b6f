// A picture has come to rest: what stands around it can follow (dashboard/shell/settled).

const EVENT = 'picture-settled';

/**
 * Say that the picture `name` has come to rest on `what`.
 * @param {string} name
 * @param {string} what
 */
export const settle = (name, what) => window.dispatchEvent(new CustomEvent(EVENT, { detail: { name, what } }));

/**
 * Hear of every picture that comes to rest, until the function that is returned is called.
 * @param {(name: string, what: string) => void} heard
 */
export function onSettled(heard) {
  const listener = (/** @type {Event} */ event) => {
    const { name, what } = /** @type {CustomEvent} */ (event).detail;
    heard(name, what);
  };
  window.addEventListener(EVENT, listener);
  return () => window.removeEventListener(EVENT, listener);
}
