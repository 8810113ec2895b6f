// An answer that is drawn: a cell of a matrix, or a curve. A message (pages/vote/view.py) says which, and at the reveal what all answered.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { Curve } from './curve.js';
import { Grid } from './grid.js';

class VoteBoard extends Board {
  part = null;
  drawn = null; // what somebody has drawn here since the last message with another draft
  waiting = false; // whether the server has not been told of it

  constructor(root) {
    super(root);
    this.area = root.querySelector('.vote-board-area');
    this.words = root.querySelector('.vote-board-words');
    root.addEventListener('focusout', () => this.told()); // before the button is pressed that makes it an answer
  }

  receive(data, before) {
    if (!before || JSON.stringify(before.draft) !== JSON.stringify(data.draft)) this.drawn = data.draft;
    if (!before || before.kind !== data.kind) {
      this.part = data.kind === 'cell' ? new Grid(this) : new Curve(this);
      this.area.replaceChildren(this.part.element);
    }
  }

  draw() {
    this.part.draw();
    this.root.dataset.answer = JSON.stringify(this.drawn); // for tests
  }

  /** Somebody has drawn another answer. */
  take(answer) {
    this.drawn = answer;
    this.draw();
    this.waiting = true;
    this.sendAtRest('answer', () => this.last(), 250);
  }

  /** Tell the server now what it has not been told. */
  told() {
    if (this.waiting) this.send('answer', this.last());
  }

  last() {
    this.waiting = false;
    return this.drawn;
  }

  tell(words) {
    if (this.words.textContent !== words) this.words.textContent = words;
  }
}

export default mount('.vote-board', VoteBoard);
