// A scrub bar, the button that plays along it, and beside that the one that makes everything play slowly.
import { answer } from './keys.js';
import { calm } from './motion.js';
import { slowness, speedButton } from './speed.js';

/**
 * Plays from where the bar stands to its end, or from the beginning when it stands there. Time is measured: a slow picture leaves steps
 * out. It is as fast as somebody has chosen, also while it plays (speed.js); an arrow key on the bar is one step. For who has asked for no
 * movement it goes to the end at once.
 */
export class Player {
  #frame = 0;

  /**
   * @param {HTMLElement} button
   * @param {HTMLInputElement} bar
   * @param {{
   *   start: () => number, end: () => number, pace: () => number, show: (place: number) => void, take?: (place: number) => void,
   *   each?: boolean, words?: [string, string], spoken?: [string, string],
   * }} how `start`: the step that playing begins with; `end`: the last one; `pace`: milliseconds of a step, played fast; `show` gets the
   *   place reached, which may lie between two steps; `take` the step at which the bar is put by hand; `each`: a slow picture makes playing
   *   longer, and leaves no step out; `words` for play and stop, `spoken` in full
   */
  constructor(button, bar, how) {
    this.button = button;
    this.bar = bar;
    this.how = how;
    bar.classList.add('scrub');
    button.after(speedButton());
    button.addEventListener('click', () => this.toggle());
    bar.addEventListener('input', () => {
      this.stop();
      (how.take ?? how.show)(Number(bar.value));
    });
    answer(bar, { ' ': () => this.toggle() });
  }

  get playing() {
    return this.#frame !== 0;
  }

  toggle() {
    if (this.playing) return this.stop();
    if (calm()) return this.how.show(this.how.end());
    let place = this.how.start();
    let last = performance.now();
    let shown = place - 1;
    const next = (/** @type {number} */ now) => {
      if (!this.playing || !this.button.isConnected) return;
      place += Math.max(0, now - last) / (this.how.pace() * slowness()); // a frame may have begun before the click
      last = Math.max(last, now);
      if (this.how.each) place = Math.min(place, shown + 1);
      shown = Math.floor(place);
      const over = place >= this.how.end();
      this.how.show(over ? this.how.end() : place);
      if (over) this.stop();
      else this.#frame = requestAnimationFrame(next);
    };
    this.#frame = requestAnimationFrame(next);
    this.#name();
    return undefined;
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#name();
  }

  #name() {
    const { words = ['Play', 'Stop'], spoken } = this.how;
    this.button.textContent = words[Number(this.playing)];
    if (spoken) this.button.setAttribute('aria-label', spoken[Number(this.playing)]);
  }
}
