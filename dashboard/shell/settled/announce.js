// Tells the page, a quarter of a second after the last of several pictures, that the picture `name` has come to rest on another one.
import { settle } from '../../kit/settled.js';

const REST = 250; // ms

export default function announce({ data: [[name, what]], parentElement }) {
  const root = parentElement.querySelector('.settled-announce');
  root.dataset.around ??= what; // what all around it has been drawn for
  clearTimeout(root.resting);
  if (root.dataset.around === what) return;
  root.resting = setTimeout(() => {
    root.dataset.around = what;
    settle(name, what);
  }, REST);
}
