// Which inputs moved an output, for up to three runs at once. A message (pages/memory/view.py) holds all influences; hovering an output
// lights up the patches that moved it, and asks the server for nothing.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { bytes } from '../../../dashboard/kit/packed.js';
import { palette, rgb } from '../../../dashboard/kit/theme.js';
import { Card } from './card.js';
import { save } from './save.js';

const TALK = 600; // ms without a move, then a screen reader hears of it

class InfluenceBoard extends Board {
  constructor(root) {
    super(root);
    this.label = root.querySelector('.influence-s');
    this.slider = root.querySelector('input');
    this.spoken = root.querySelector('.influence-told');
    this.share = 0.6; // where the output is, as a share of the sequence: runs cut the picture into different numbers of patches
    root.querySelector('.influence-top button').addEventListener('click', () => save(this));
    this.slider.addEventListener('input', () => this.go(Number(this.slider.value) / this.finest));
  }

  receive(data) {
    this.pixels = bytes(data.pixels); // (32, 32, 3)
    this.finest = Math.max(1, ...data.cards.map((card) => card.tokens));
    this.slider.max = this.finest;
    this.shown = data.cards.map((card) => new Card(this, card));
    this.root.querySelector('.influence-cards').replaceChildren(...this.shown.map((card) => card.element));
    this.root.querySelector('.influence-top').hidden = !data.cards.some((card) => card.tokens);
  }

  go(share) {
    if (share === this.share) return;
    this.share = share;
    this.place();
    clearTimeout(this.talk);
    this.talk = setTimeout(() => {
      this.spoken.textContent = this.shown.map((card) => card.said).join(' ');
    }, TALK);
  }

  draw() {
    this.colors = { ...palette(this.root), full: rgb(this.root, '--lab-run') };
    for (const card of this.shown) card.paint();
    this.place();
  }

  // What follows the output that is looked at.
  place() {
    const s = Math.max(1, Math.round(this.share * this.finest));
    this.slider.value = s;
    this.label.textContent = `Output after patch ${s} of ${this.finest}`;
    for (const card of this.shown) card.draw(this.share);
    Object.assign(this.root.dataset, { s, lit: JSON.stringify(this.shown.map((card) => card.lit ?? [])) }); // for tests
  }

  close() {
    super.close();
    clearTimeout(this.talk);
  }
}

export default mount('.influence', InfluenceBoard);
