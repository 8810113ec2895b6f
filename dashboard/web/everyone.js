// In the head of every page: what Streamlit and plain HTML leave out for people who use keys or a screen reader, or have a dark page.
(() => {
  const BOXES = '.lab-scroll, [data-testid="stCode"] pre';
  const PART = 'h1, h2, h3';
  const SECTIONS = '[data-testid="stSidebarNavItems"] > div';
  const PAUSE = 150; // ms: a page that plays changes sixty times a second

  function named(box) {
    const before = [...document.querySelectorAll(PART)].filter((part) =>
      part.compareDocumentPosition(box) === Node.DOCUMENT_POSITION_FOLLOWING
    );
    return (box.querySelector('caption') || before[before.length - 1] || { textContent: document.title }).textContent;
  }

  // What is too wide or too high for its box scrolls in it, by keys, too, and the box says what is in it. Where all is in sight it is no
  // stop on the way.
  function stop(box) {
    const more = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (more === box.hasAttribute('tabindex')) return;
    for (const [name, value] of Object.entries({ tabindex: '0', role: 'region', 'aria-label': more && named(box) })) {
      if (more) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }

  // On a phone the menu is a list of lists, one a section.
  function list(section) {
    const header = section.querySelector('header');
    if (!header || section.role === 'list') return;
    section.parentElement.role = 'presentation';
    Object.assign(section, { role: 'list', ariaLabel: header.textContent });
    header.ariaHidden = 'true';
  }

  // The column of a lesson is a part of the page of its own.
  function region(column) {
    if (column.role !== 'region') Object.assign(column, { role: 'region', ariaLabel: 'Lesson' });
  }

  // What Streamlit lays over the page stands outside of it, and learns from here whether the page is dark.
  function light() {
    const app = document.querySelector('[data-testid="stApp"]');
    if (app) document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme;
  }

  // Whether the address asks for a presentation: the page writes the address anew before its scripts are there.
  window.sequenceLab.present = new URLSearchParams(location.search).get('present') === '1';

  let waits = 0;
  function look() {
    waits = 0;
    document.querySelectorAll(BOXES).forEach(stop);
    document.querySelectorAll(SECTIONS).forEach(list);
    document.querySelectorAll('.st-key-lesson').forEach(region);
    light();
  }
  const soon = () => {
    if (!waits) waits = setTimeout(look, PAUSE);
  };
  new MutationObserver(soon).observe(document, { childList: true, subtree: true, attributeFilter: ['class'] });
  document.addEventListener('toggle', soon, true);
  addEventListener('resize', soon);
})();
