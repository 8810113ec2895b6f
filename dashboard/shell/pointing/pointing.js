// Scrolls to a container, or to an element by its id, and lets it light up once: what the address names, then what the server asks for.
const PATIENCE_MS = 10_000; // for so long the page may take to draw it
const LOOK_MS = 100;
const STILL = 15; // looks in a row that find it at the same place: then it is shown, though the page may still be busy further down
const LIT_MS = 1600;
const AT_REST = '[data-testid=stApp][data-test-script-state=notRunning]';
let pointed = 0; // how often the server has asked
let read = false; // whether the address has been looked at

function show(element) {
  const { top } = element.getBoundingClientRect();
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const seen = top > 0 && top < innerHeight / 2;
  if (!seen) element.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' });
  element.classList.add('pointed-at');
  setTimeout(() => element.classList.remove('pointed-at'), LIT_MS);
}

function point(key) {
  const until = performance.now() + PATIENCE_MS;
  let [place, still] = [NaN, 0];
  const look = () => {
    const element = document.querySelector(`.st-key-${CSS.escape(key)}, [id="${CSS.escape(key)}"]`);
    const now = element ? element.getBoundingClientRect().top : NaN;
    [place, still] = [now, now === place ? still + 1 : 0];
    if (element && (still >= STILL || document.querySelector(AT_REST))) show(element);
    else if (performance.now() < until) setTimeout(look, LOOK_MS);
  };
  if (key) setTimeout(look, LOOK_MS); // the page has just begun to draw
}

export default function pointing({ data: [[turn, key]] }) {
  if (!read) point(decodeURIComponent(location.hash.slice(1)));
  read = true;
  if (turn > pointed) point(key);
  pointed = turn;
}
