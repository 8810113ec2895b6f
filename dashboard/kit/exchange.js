// Questions to the server, one at a time: what the board shows goes there as text, and an answer says which text it is for.

const PATIENCE = 4000; // ms after which an answer that did not come is asked for again

export class Exchange {
  /** @type {string | null} */
  #waiting = null;
  #timer = 0;

  /** @param {{ shown: () => string, answered: () => string, send: (text: string) => void }} how */
  constructor(how) {
    this.how = how;
  }

  /** Ask about what is shown, unless that is answered or another question is on its way. */
  ask() {
    const text = this.how.shown();
    if (text === this.how.answered() || this.#waiting !== null) return;
    this.#waiting = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#waiting === null) return;
      this.#waiting = null;
      this.ask();
    }, PATIENCE);
    this.how.send(text);
  }

  /** An answer has come. @param {boolean} anew whether the board shows something else altogether, so that no answer is waited for */
  receive(anew) {
    if (anew || this.#waiting === this.how.answered()) this.#waiting = null;
  }

  close() {
    clearTimeout(this.#timer);
  }
}
