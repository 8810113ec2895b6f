// Lets the file field of a widget open a phone's camera. Streamlit draws the field anew with every file: each new one is told, too.
export default function phone({ data: [key] }) {
  const tell = () => document.querySelector(`.st-key-${key} input[type=file]:not([capture])`)?.setAttribute('capture', 'environment');
  tell();
  const watch = new MutationObserver(tell);
  watch.observe(document.querySelector(`.st-key-${key}`) ?? document.body, { childList: true, subtree: true });
  return () => watch.disconnect();
}
