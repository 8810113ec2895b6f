// The bar of a class: what the pulse says, and buttons that tell the server what was pressed.
import { Board, mount } from '../../kit/board.js';
import { button, make } from '../../kit/dom.js';
import { hurry, onPulse } from '../../kit/pulse.js';
import { counted } from './words.js';

class Bar extends Board {
  now = null;
  moved = null; // the turn of the instructor's page that the server was asked to go to
  parts = '';

  receive(data) {
    this.moved = data.turn;
    this.leave ??= onPulse(data.session, (now) => this.pulsed(now));
  }

  pulsed(now) {
    this.now = now;
    const { led } = now;
    if (led && this.data.role === 'student' && this.data.follows && led.on && led.turn !== this.moved) {
      this.moved = led.turn;
      this.trigger('act', 'moved');
    }
    this.redraw();
  }

  draw() {
    const shown = JSON.stringify([this.data, this.now?.here, this.now?.led, this.now?.run, this.now?.poll]);
    if (shown === this.parts) return; // a button keeps its focus
    this.parts = shown;
    this.root.replaceChildren(...this.told(), ...this.buttons());
  }

  told() {
    const { role, name, code } = this.data, { here, led } = this.now ?? {};
    const who = role === 'instructor' ? make('span', '', 'Class ', make('b', 'class-bar-code', code)) : make('b', '', name);
    const parts = [who];
    if (here !== undefined) parts.push(make('span', 'class-bar-here', counted(here, 'person', 'people') + ' here'));
    if (led?.on) parts.push(make('span', { class: 'class-bar-led', role: 'status' }, this.leads()));
    return parts;
  }

  leads() {
    const { led } = this.now;
    if (this.data.role === 'instructor') return led.here ? 'The class follows this page' : 'The class follows another of your pages';
    return this.data.follows ? 'You follow the instructor' : 'The instructor leads';
  }

  buttons() {
    const { led, run, poll } = this.now ?? {}, found = [];
    const press = (act, label, look = '') => {
      const made = button(`class-bar-button ${look}`, label);
      made.addEventListener('click', () => {
        this.trigger('act', act);
        hurry();
      });
      found.push(made);
    };
    if (poll?.open && this.data.page !== 'vote') press('vote', 'Go to the question', 'strong');
    if (run && this.data.run !== run) press('run', 'Instructor’s run');
    if (this.data.role === 'instructor') {
      if (led?.on && led.here) press('end', 'Stop leading');
      else press('lead', led?.on ? 'Lead from here' : 'Lead the class');
    } else if (led?.on) {
      if (this.data.follows) press('let_go', 'Let go');
      else press('catch_up', 'Catch up', 'strong');
    }
    return found;
  }

  close() {
    super.close();
    this.leave?.();
  }
}

export default mount('.class-bar', Bar);
