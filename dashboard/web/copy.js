// In the head of every page: the buttons that copy. Browsers lend the clipboard to pages over https, and to frames that may write to it;
// elsewhere what is to be copied is selected and copied as by hand, and where that fails, too, the page says so.
(() => {
  const { note, words } = window.sequenceLab;
  const lent = navigator.clipboard && navigator.clipboard.writeText.bind(navigator.clipboard);

  function byHand(text) {
    const field = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
    field.style.cssText = 'position:fixed;top:0;opacity:0';
    const before = document.activeElement;
    (before && before.parentElement ? before.parentElement : document.body).append(field); // a dialog keeps the focus inside
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    if (before) before.focus();
    if (copied) return;
    note('lab-copy', words.copy);
    throw new Error(words.copy);
  }

  const writeText = async (text) => (lent ? lent(text).catch(() => byHand(text)) : byHand(text));
  if (lent) navigator.clipboard.writeText = writeText;
  else Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
})();
