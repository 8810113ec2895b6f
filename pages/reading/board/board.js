// Readers of one picture on one scrub bar. A message (pages/reading/view.py) holds everything; the scrub bar, the pointer and the keys ask
// the server for nothing. Where they came to rest is sent for the page's link.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { keyed, make } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { bytes } from '../../../dashboard/kit/packed.js';
import { convert } from '../../../dashboard/kit/patches.js';
import { Player } from '../../../dashboard/kit/player.js';
import { Row } from './row.js';

const REST = 500; // ms without a move, then the view is sent
const PACE = 4000; // ms that reading the whole picture takes

class ReadingBoard extends Board {
  constructor(root) {
    super(root);
    this.scrub = root.querySelector('.reading-scrub');
    this.rows = new Map();
    this.path = [];
    this.player = new Player(root.querySelector('[data-act=play]'), this.scrub, {
      start: () => (this.t >= this.data.of ? 0 : this.t),
      end: () => this.data.of,
      pace: () => PACE / this.data.of,
      show: (t) => Math.floor(t) !== this.t && this.go(Math.floor(t)),
    });
    root.querySelector('[data-act=forget]').addEventListener('click', () => this.choose([]));
  }

  receive(data, before) {
    const fresh = !before?.readers.length; // before torch is loaded nobody reads
    const cutAnew = !fresh && data.of !== before.of;
    this.pixels = bytes(data.pixels);
    if (fresh) Object.assign(this, { t: data.t, path: data.path });
    if (cutAnew) Object.assign(this, { t: Math.round((this.t / before.of) * data.of), path: [] });
    if (data.picture !== before?.picture) { for (const row of this.rows.values()) row.erased = false; }
    this.scrub.max = data.of;
    keyed(this.root.querySelector('.reading-rows'), this.rows, data.readers, {
      key: ({ id }) => id,
      create: ({ id }) => new Row(this, id),
      update: (row, reader) => row.set(reader, data.label),
    });
    this.root.querySelector('.reading-notes').replaceChildren(...data.notes.map((text) => make('p', '', text)));
    if (cutAnew) this.rest();
    this.root.dataset.picture = data.picture; // tells a test what is on the board
  }

  rest() {
    this.sendAtRest('view', () => ({ t: this.t, of: this.data.of, path: this.path.join('-') }), REST);
  }

  go(t) {
    this.t = clamp(t, 0, this.data.of);
    this.draw();
    this.rest();
  }

  // Patches that a reader with `tokens` of them has read in full: all rows of pixels are read in the same order.
  read(tokens) {
    return Math.floor((this.t * tokens) / this.data.of);
  }

  // ---- paths ----

  choose(path) {
    this.path = path;
    this.draw();
    this.rest();
  }

  // A patch of one reader was picked; it is kept in patches of the finest grid, so that all readers can say what it is for them.
  pick(reader, patch) {
    const fine = convert(patch, reader.tokens, this.data.of);
    this.choose(this.path.length === 1 ? [this.path[0], fine] : [fine]);
  }

  draw() {
    const { of: most, readers } = this.data;
    this.scrub.value = this.t;
    this.root.querySelector('.reading-t').textContent = `t = ${this.t} of ${most}`;
    this.root.querySelector('[data-act=forget]').disabled = this.path.length === 0;
    const said = readers.map(({ id, tokens }) => {
      const path = this.path.map((patch) => convert(patch, most, tokens));
      return this.rows.get(id).draw(this.read(tokens), this.pixels, path);
    });
    this.scrub.ariaValueText = [`${this.t} of ${most} patches read`, ...said.filter(Boolean)].join('; ');
    this.root.querySelector('.reading-place').textContent = this.pathWords();
    Object.assign(this.root.dataset, { t: this.t, path: this.path.join('-') });
  }

  pathWords() {
    if (!this.data.readers.length) return '';
    if (!this.path.length) return 'To see the path between two patches, click both on a picture, or choose them with arrow keys and Enter.';
    if (this.path.length === 1) return 'Now choose the patch where the path ends.';
    const words = this.data.readers.map((reader) => {
      const [from, to] = this.path.map((patch) => convert(patch, this.data.of, reader.tokens));
      return `${reader.name}, patch ${from + 1} → ${to + 1}: ${steps(reader, from, to)}, back: ${steps(reader, to, from)}`;
    });
    return `${words.join(' · ')}.`;
  }

  close() {
    super.close();
    this.player.stop();
  }
}

// Steps from token `from` to the output of token `to`, as the message says for their distance.
function steps(reader, from, to) {
  const count = reader.steps[to - from + reader.tokens - 1];
  return count < 0 ? 'impossible' : `${count} step${count === 1 ? '' : 's'}`;
}

export default mount('.reading', ReadingBoard);
