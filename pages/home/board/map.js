// The map of the unit: its HTML comes from Python, and each page in it is a door.
import { doors } from './doors.js';

export default function map({ data: [{ hidden }], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector('.unit-map');
  root.open = (/** @type {string} */ page) => setTriggerValue('open', page);
  if (!root.listens) doors(root, (page) => root.open(page));
  root.listens = true;
  for (const link of root.querySelectorAll('a[data-page]')) link.closest('li').hidden = hidden.includes(link.dataset.page);
  for (const part of root.querySelectorAll('.unit-map-part')) part.hidden = !part.querySelector('li:not([hidden])');
}
