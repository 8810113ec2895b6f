// plotly.js: loaded once for all charts of a page, when the browser has time for it.
import { make } from '../../kit/dom.js';

const IDLE_WAIT = 2000; // ms that the library waits at most for a quiet browser

let loading;

export const address = () => new URL('./vendor/plotly.min.js', window.sequenceLab.root).href;

/** Fulfilled once the library is there; where it could not be loaded the next call tries again. */
export function loadPlotly() {
  if (window.Plotly) return Promise.resolve();
  loading ??= new Promise((resolve, reject) => {
    const script = make('script', { src: address() });
    const over = () => {
      if (window.Plotly) return resolve();
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
