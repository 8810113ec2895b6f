// plotly.js: loaded once for all charts of a page, when the browser has time for it.
import { make } from './dom.js';

const IDLE_WAIT = 2000; // ms that the library waits at most for a quiet browser

const page = /** @type {any} */ (window); // where the library puts itself
/** @type {Promise<void> | undefined} */
let loading;

export const address = () => new URL('./vendor/plotly.min.js', page.sequenceLab.root).href;

/** Fulfilled once the library is there; where it could not be loaded the next call tries again. */
export function loadPlotly() {
  if (page.Plotly) return Promise.resolve();
  loading ??= new Promise((/** @type {(value?: any) => void} */ resolve, reject) => {
    const script = make('script', { src: address() });
    const over = () => {
      if (page.Plotly) return resolve();
      loading = undefined;
      script.remove();
      return reject(new Error('not loaded'));
    };
    for (const kind of ['load', 'error']) script.addEventListener(kind, over);
    // Evaluating the library keeps the browser busy for half a second: first the sketch is painted, and the page gets its other elements.
    const whenIdle = window.requestIdleCallback ?? setTimeout;
    requestAnimationFrame(() => requestAnimationFrame(() => whenIdle(() => document.head.append(script), { timeout: IDLE_WAIT })));
  });
  return loading;
}
