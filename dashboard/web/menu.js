// In the head of every page: on a phone Streamlit shows the pages in a drawer, and would leave it open over the page that was chosen.
(() => {
  const NARROW = '(max-width: 768px)'; // where Streamlit lays it over the page
  const LINK = '[data-testid="stSidebarNavLink"]';
  const CLOSE = '[data-testid="stSidebarCollapseButton"] button';
  document.addEventListener('click', (event) => {
    if (!event.target.closest || !event.target.closest(LINK) || !matchMedia(NARROW).matches) return;
    setTimeout(() => document.querySelectorAll(CLOSE).forEach((button) => button.click())); // after Streamlit has gone to the page
  });
})();
