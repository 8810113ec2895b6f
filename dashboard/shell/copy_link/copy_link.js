// Copies the address of the page, as the address bar says it when the button is pressed.
const SAID_MS = 2000; // for so long the button says that it has copied

export default function copyLink({ parentElement }) {
  const button = parentElement.querySelector('.copy-link');
  const words = button.querySelector('.copy-link-words');
  let timer = 0;
  button.disabled = false; // before, nobody would answer
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      return; // why not stands in a note above the page
    }
    words.textContent = 'Copied';
    clearTimeout(timer);
    timer = setTimeout(() => (words.textContent = 'Copy link'), SAID_MS);
  };
  return () => clearTimeout(timer);
}
