// Doors: links to pages of the lab that are opened within the session; a new tab, asked for by the mouse or by keys, is the browser's.

/**
 * @param {HTMLElement} root
 * @param {(page: string) => void} open
 */
export function doors(root, open) {
  root.addEventListener('click', (event) => {
    const link = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('a[data-page]'));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(link.dataset.page ?? '');
  });
}
