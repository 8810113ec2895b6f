import { typing } from '../../kit/keys.js';
import { offer, single } from '../../kit/shortcuts.js';

// Keys press buttons: `bindings` maps a key to the class of the container of the button it clicks. Typing comes first, and so does a
// control that was reached with the Tab key; one that was clicked does not keep the space bar.
const CALLED = { ' ': 'Space' };
const PRESSABLE = 'button, a, summary, input, [role=radio], [role=option], [role=slider], [role=switch]';
let bindings = {};
let tabbed = false;

function press(event) {
  const { target, key } = event;
  if (key === 'Tab') tabbed = true;
  const button = bindings[key] && document.querySelector(`.${bindings[key]} button`);
  if (!button || event.ctrlKey || event.metaKey || event.altKey || typing(target)) return;
  if (key !== ' ' && !single()) return; // switched off in the list of keys
  if (key === ' ' && tabbed && target.closest?.(PRESSABLE)) return;
  event.preventDefault(); // the space bar would scroll, or press what was clicked last
  event.stopPropagation();
  if (!button.disabled && !event.repeat) button.click();
}

/** What the button of a binding is called, as the page calls it. */
const named = (place) => document.querySelector(`.${place} button p`)?.textContent ?? place.replace('st-key-', '');

const point = () => (tabbed = false);

export default function keys({ data }) {
  [bindings] = data;
  const listen = (how) => {
    document[how]('keydown', press, true);
    document[how]('pointerdown', point, true);
  };
  listen('addEventListener'); // adding a listener again changes nothing
  const take = offer(
    'keys',
    Object.keys(bindings).map((key) => ({ key, shown: CALLED[key] ?? key, words: `Press “${named(bindings[key])}”` })),
  );
  document.documentElement.dataset.keys = Object.keys(bindings).join(''); // tells a test that they are heard
  return () => {
    listen('removeEventListener');
    take();
  };
}
