// Presents a page, and offers the keys of every page. What a presentation hides and enlarges, the style sheet says; this script marks the
// root of the document, and notes which controls somebody has used while they were shown: these stay.
import { button, make, set } from '../../kit/dom.js';
import { offer, showKeys } from '../../kit/shortcuts.js';

const root = document.documentElement;
const KEPT = 'sequence-lab-presenting';
const ANSWERS = 'input, select, [role=slider], [role=radio], [role=tab], [role=option], [role=application], [role=grid]'; // arrow keys
const KEY = /(?:^|\s)(st-key-[\w-]+)/;
const RING = 28; // px: half of the ring around the pointer

/** What a browser keeps of a presentation while its tab is open. */
function recall() {
  try {
    return { on: false, controls: false, chosen: [], ...JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') };
  } catch {
    return { on: false, controls: false, chosen: [] };
  }
}

// What outlives the element, which Streamlit makes anew with another page: the presentation, and the experiment of a page shown last.
const state = recall();
if (window.sequenceLab.present) state.on = true;
const last = { page: '', at: -1 };
let drawn = null;

class Lecturing {
  constructor(place) {
    drawn?.close();
    drawn = this;
    this.ring = make('div', { class: 'lecturing-ring', 'aria-hidden': 'true' });
    this.style = make('style');
    this.present = button({ class: 'lecturing-button', title: 'Larger type, the claim as the title, no controls (P)' }, 'Present');
    this.list = button({ class: 'lecturing-button', title: 'All keys that work on this page (?)' }, 'Keys');
    this.switch = button(
      { class: 'lecturing-button', role: 'switch', title: 'Those that you use now stay when they are hidden again' },
      'Show controls',
    );
    this.end = button('lecturing-button', 'End');
    this.told = make('span', { class: 'lecturing-told', role: 'status' });
    this.bar = make('div', { class: 'lecturing-bar', role: 'region', 'aria-label': 'Presentation' }, this.told, this.switch, this.end);
    place.append(this.present, this.list, this.bar);
    document.body.append(this.ring, this.style);
    this.present.addEventListener('click', () => this.turn());
    this.end.addEventListener('click', () => this.turn());
    this.list.addEventListener('click', () => showKeys(place));
    this.place = place;
    this.switch.addEventListener('click', () => this.change({ controls: !state.controls }));
    this.move = ({ clientX, clientY, pointerType }) => {
      const here = state.on && pointerType !== 'touch';
      this.ring.style.transform = here ? `translate(${clientX - RING}px, ${clientY - RING}px)` : '';
    };
    this.used = ({ target }) => this.choose(target);
    for (const how of ['pointermove', 'pointerdown']) document.addEventListener(how, this.move, { passive: true });
    for (const how of ['pointerdown', 'keydown']) document.addEventListener(how, this.used, { capture: true, passive: true });
  }

  receive(data, go) {
    if (data.page !== last.page) Object.assign(last, { page: data.page, at: -1 });
    Object.assign(this, { data, go });
    this.leave = offer('lecturing', [
      { key: 'p', shown: 'P', words: 'Present the page, and end it', act: () => this.turn() },
      { key: '?', words: 'This list of keys', act: () => showKeys(this.place) },
      ...data.pages.map((title, place) => ({ key: String(place + 1), words: `Page: ${title}`, act: () => this.go(place) })),
      ...this.arrows(),
    ]);
    this.draw();
  }

  arrows() {
    const step = (by) => (event) => this.step(by, event.target);
    return [
      { key: 'ArrowRight', shown: '→', words: 'Next experiment, or next step of a lesson, while the page is presented', act: step(1) },
      { key: 'ArrowLeft', shown: '←', words: 'Experiment or step before, while the page is presented', act: step(-1) },
    ];
  }

  step(by, target) {
    const lesson = document.querySelector(by > 0 ? '.st-key-lesson_next button' : '.st-key-lesson_back button');
    if (lesson) { // beside a page they step through the lesson
      if (!state.on || target.closest(ANSWERS) || lesson.disabled) return false;
      lesson.click();
      return true;
    }
    const chips = document.querySelectorAll('.st-key-chips [data-testid=stButton]'); // in each a button with a tooltip, and one for phones
    const next = last.at + by;
    if (!state.on || target.closest(ANSWERS) || !chips[next]) return false;
    last.at = next;
    chips[next].querySelector('button').click();
    this.draw();
    return true;
  }

  turn() {
    this.change({ on: !state.on, controls: false });
    if (state.on) document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0);
  }

  change(values) {
    Object.assign(state, values);
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(state));
    } catch {
      // a browser that keeps nothing presents until the page is loaded anew
    }
    this.draw();
    dispatchEvent(new Event('resize')); // figures measure their type anew
  }

  // A control that is used while all are shown stays when they are hidden.
  choose(target) {
    if (!state.on || !state.controls || !(target instanceof Element)) return;
    const control = target.closest('[data-testid=stElementContainer][class*=st-key-]');
    const key = control?.className.match(KEY)?.[1];
    if (key && !state.chosen.includes(key)) this.change({ chosen: [...state.chosen, key] });
  }

  draw() {
    const { on, controls, chosen } = state;
    root.classList.toggle('presenting', on);
    root.classList.toggle('presenting-controls', on && controls);
    set(this.switch, { 'aria-checked': String(controls) });
    this.bar.hidden = !on;
    this.present.setAttribute('aria-pressed', String(on));
    const text = this.data.experiments[last.at];
    this.told.textContent = text ? `Experiment ${last.at + 1} of ${this.data.experiments.length}: ${text}` : '';
    this.style.textContent = chosen.map((key) =>
      `.presenting [data-testid=stElementContainer].${key} { display: flex !important; min-width: 12rem; }`
    ).join(
      '\n',
    );
  }

  close() {
    this.leave?.();
    for (const how of ['pointermove', 'pointerdown']) document.removeEventListener(how, this.move);
    for (const how of ['pointerdown', 'keydown']) document.removeEventListener(how, this.used, true);
    this.ring.remove();
    this.style.remove();
  }
}

export default function lecturing({ data: [data], parentElement, setTriggerValue }) {
  const place = parentElement.querySelector('.lecturing');
  place.lecturing ??= new Lecturing(place);
  place.lecturing.receive(data, (to) => setTriggerValue('go', to));
  return () => place.isConnected || place.lecturing.close();
}
