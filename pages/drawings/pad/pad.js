// A pad whose sheets are sent, each as a picture of a class: then there is an empty one at once, and the class with the fewest pictures.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { button, keyed, partsOf, share } from '../../../dashboard/kit/dom.js';
import { DrawPad } from '../../../dashboard/kit/draw_pad.js';
import { onPulse } from '../../../dashboard/kit/pulse.js';
import { WHITE } from '../../../dashboard/kit/theme.js';
import { fewest, Outbox, told } from './outbox.js';

/** The sheet itself: its strokes go nowhere until it is sent. */
class Sheet extends DrawPad {
  changed = () => {};

  receive() {}

  sendSheet() {
    this.changed();
  }

  /** Whether nothing has been drawn. */
  get blank() {
    const { width, height } = this.canvas, { data } = this.pen.getImageData(0, 0, width, height);
    return data.every((value) => value === 255);
  }

  /** The drawing, and an empty sheet in its place. */
  taken() {
    const png = this.canvas.toDataURL('image/png');
    this.past = [];
    this.fillAll(WHITE);
    return png;
  }
}

class SendingPad extends Board {
  constructor(root) {
    super(root);
    this.parts = partsOf(root, 'sending-', ['told', 'classes', 'send', 'said', 'foot']);
    this.sheet = new Sheet(root.querySelector('.draw-pad'));
    this.sheet.root.classList.add('lab-board');
    this.sheet.changed = () => this.redraw();
    this.outbox = new Outbox();
    this.rows = new Map();
    this.label = '';
    this.parts.classes.addEventListener('click', ({ target }) => {
      const chosen = target.closest('[data-label]');
      if (!chosen) return;
      this.label = chosen.dataset.label;
      this.redraw();
    });
    this.parts.send.addEventListener('click', () => this.post());
    // A tap right after a quick stroke stops its fling, and is no click. The click that does follow finds an empty sheet.
    this.parts.send.addEventListener('pointerup', (event) => {
      const inside = share(event, this.parts.send).every((part) => part >= 0 && part <= 1);
      if (event.pointerType === 'touch' && inside && !this.parts.send.disabled) this.post();
    });
  }

  receive(data) {
    this.outbox.answered(data.done);
    this.counts = data.counts;
    this.until = performance.now() + 1000 * data.left;
    if (!data.classes.includes(this.label)) this.label = fewest(data.classes, data.counts);
    this.leave ??= onPulse(data.session, (now) => this.pulsed(now));
  }

  pulsed({ drawings }) {
    if (!drawings || drawings.counts.length !== this.data.classes.length) return;
    this.counts = drawings.counts;
    this.until = performance.now() + 1000 * drawings.left;
    this.redraw();
  }

  post() {
    if (!this.label || this.sheet.blank || this.full) return;
    this.send('outbox', this.outbox.put(this.label, this.sheet.taken()));
    this.counts = this.counts.map((count, at) => count + Number(this.data.classes[at] === this.label));
    this.last = this.label;
    this.label = fewest(this.data.classes, this.counts);
    this.redraw();
  }

  get full() {
    return this.outbox.full || this.data.mine + this.outbox.sheets.length >= this.data.most;
  }

  draw() {
    const { classes } = this.data, open = classes.length > 0;
    keyed(this.parts.classes, this.rows, classes, {
      key: (name) => name,
      create: (name) => ({ element: button({ role: 'radio', 'data-label': name }, name) }),
      update: ({ element }, name, place) => {
        element.ariaChecked = String(name === this.label);
        element.title = `${this.counts[place]} so far`;
      },
    });
    this.parts.foot.hidden = !open;
    this.parts.send.disabled = !open || this.sheet.blank || this.full;
    this.say('send', open ? `Send “${this.label}”` : 'Send');
    const { head, said } = told({ ...this.data, counts: this.counts, last: this.last, waiting: this.outbox.sheets.length });
    this.say('told', head);
    this.say('said', said);
  }

  // What stands there already stays: nothing is drawn that has not changed.
  say(part, text) {
    if (this.parts[part].textContent !== text) this.parts[part].textContent = text;
  }

  close() {
    super.close();
    this.sheet.close();
    this.leave?.();
  }
}

export default mount('.sending', SendingPad);
