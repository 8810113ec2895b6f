// The picture with its patches, and the answers of the models. Edits are painted at once; they go to the server as text, one message at a
// time, and its answer says which edits it is for.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { enlarge, penOf, sheet } from '../../../dashboard/kit/canvas.js';
import { drag, keyed, make } from '../../../dashboard/kit/dom.js';
import { Exchange } from '../../../dashboard/kit/exchange.js';
import { answer, beside, cellAt } from '../../../dashboard/kit/keys.js';
import { bytes } from '../../../dashboard/kit/packed.js';
import { corner, framePatch, grid } from '../../../dashboard/kit/patches.js';
import { SIDE } from '../../../dashboard/kit/picture.js';
import { palette } from '../../../dashboard/kit/theme.js';
import { CARD, newCard, showCard } from './cards.js';
import { isErased, paintEdits } from './edits.js';

const WIDE = 16 * SIDE; // pixels of the board's canvas
const MOST = 512; // edits; the server takes no more
const LINES = 'rgba(136, 136, 136, 0.53)'; // between patches

class PatchBoard extends Board {
  constructor(root) {
    super(root);
    this.canvas = root.querySelector('.patch-picture');
    this.place = root.querySelector('.patch-place');
    this.cards = new Map();
    this.edits = [];
    this.hover = null; // the patch under the pointer or the cursor
    this.picked = null; // the patch that waits for another one to be swapped with
    this.exchange = new Exchange({
      shown: () => this.edits.join('.'),
      answered: () => this.data.edits,
      send: (edits) => this.send('edits', { picture: this.data.picture, patch: this.data.patch, edits }),
    });
    this.choose('erase');
    this.listen();
  }

  // ---- messages ----

  receive(data, before) {
    const fresh = data.picture !== before?.picture || data.patch !== before?.patch;
    this.grid = SIDE / data.patch;
    this.base = bytes(data.pixels);
    if (fresh) Object.assign(this, { edits: data.edits ? data.edits.split('.') : [], hover: null, picked: null });
    this.exchange.receive(fresh);
    this.root.querySelector('.patch-caption').textContent = data.caption;
    keyed(this.root.querySelector('.patch-cards'), this.cards, data.cards, {
      key: ({ id }) => id,
      create: ({ id }) => newCard(id),
      update: showCard,
    });
    this.root.querySelector('.patch-notes').replaceChildren(...data.notes.map((text) => make('p', '', text)));
    this.exchange.ask();
    this.root.dataset.answered = data.edits; // tells a test which edits these answers are for
  }

  // ---- edits ----

  listen() {
    this.root.addEventListener('click', ({ target }) => {
      const { mode, act } = target.dataset;
      if (mode) this.choose(mode);
      if (act) this[act]();
    });
    drag(this.canvas, {
      press: (at) => this.begin(cellAt(at, this.grid)),
      move: (at) => this.go(cellAt(at, this.grid)),
      release: () => this.end(),
      leave: () => this.point(null),
    });
    const touch = () => this.touch(this.hover ?? 0);
    const keys = { e: () => this.choose('erase'), s: () => this.choose('swap'), u: () => this.undo(), r: () => this.reset() };
    answer(this.canvas, { ...keys, ' ': touch, Enter: touch, Escape: () => this.choose(this.mode) }, (step) => {
      this.point(this.hover === null ? 0 : beside(this.hover, step, this.grid));
    });
  }

  choose(mode) {
    this.mode = mode;
    this.picked = null;
    for (const button of this.root.querySelectorAll('[data-mode]')) button.ariaPressed = String(button.dataset.mode === mode);
    if (this.data) this.draw();
  }

  begin(patch) {
    this.pressed = true;
    this.touch(patch);
  }

  go(patch) {
    if (patch !== this.hover) this.point(patch);
    if (this.pressed && this.mode === 'erase' && patch !== null) this.erase(patch);
  }

  end() {
    const dragged = this.pressed && this.mode === 'swap' && this.picked !== null && this.hover !== null && this.hover !== this.picked;
    this.pressed = false;
    if (dragged) this.touch(this.hover);
  }

  // What a click or the space bar does to a patch.
  touch(patch) {
    if (patch === null) return;
    this.hover = patch;
    if (this.mode === 'erase') return this.erase(patch);
    if (this.picked === null || this.picked === patch) this.picked = this.picked === patch ? null : patch;
    else {
      this.add(`${this.picked}-${patch}`);
      this.picked = null;
    }
    this.point(patch);
    return undefined;
  }

  erase(patch) {
    if (isErased(this.edits, patch)) return;
    this.add(String(patch));
    this.point(patch);
  }

  add(edit) {
    if (this.edits.length >= MOST) return;
    this.edits.push(edit);
    this.draw();
    this.exchange.ask();
  }

  undo() {
    this.edits.pop();
    this.picked = null;
    this.draw();
    this.exchange.ask();
  }

  reset() {
    this.edits = [];
    this.undo();
  }

  point(patch) {
    this.hover = patch;
    this.place.textContent = this.where(patch);
    this.draw();
  }

  where(patch) {
    if (patch === null) return this.picked === null ? '' : 'Choose the patch to swap with.';
    const swap = this.picked !== null && this.picked !== patch ? `, to swap with patch ${this.picked}` : '';
    return `Patch ${patch}: row ${Math.floor(patch / this.grid) + 1}, column ${(patch % this.grid) + 1} of ${this.grid}${swap}`;
  }

  // ---- pictures ----

  draw() {
    const { run, wrong, paper } = palette(this.root);
    const pen = this.paint(this.canvas, this.edited(this.data.color), this.data.patch, { color: LINES });
    const size = WIDE / this.grid;
    const outline = (patch, color) => patch !== null && framePatch(pen, patch, this.grid, size, color, { line: 3 });
    outline(this.picked, wrong);
    outline(this.hover, this.mode === 'swap' ? wrong : run);
    for (const card of this.cards.values()) this.drawCard(card, wrong, paper);
    for (const act of ['undo', 'reset']) this.root.querySelector(`[data-act=${act}]`).disabled = !this.edits.length;
  }

  // The picture (32 * 32 * 4 bytes) with the edits made; what is erased has `color`.
  edited(color) {
    return paintEdits(this.base, this.edits, this.data.patch, color, SIDE);
  }

  // Pixels on a canvas, cut into patches.
  paint(canvas, pixels, patch, lines) {
    const pen = penOf(canvas);
    enlarge(pen, sheet(pixels, SIDE), canvas.width);
    grid(pen, canvas.width, SIDE / patch, lines);
    return pen;
  }

  drawCard({ canvas, run }, color, paper) {
    const pen = this.paint(canvas, this.edited(run.color), run.patch || SIDE, { color: paper, line: 2 });
    if (this.hover === null) return;
    const patch = run.patch || 1;
    const [left, top] = corner(this.hover, this.grid, this.data.patch).map((pixel) => Math.floor(pixel / patch) * patch * CARD);
    const length = Math.max(this.data.patch, patch) * CARD;
    Object.assign(pen, { lineWidth: 3, strokeStyle: color });
    pen.strokeRect(left, top, length, length);
  }

  close() {
    super.close();
    this.exchange.close();
  }
}

export default mount('.patch-board', PatchBoard);
