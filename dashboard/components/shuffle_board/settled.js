// What stands around the board follows once the board has come to rest: drawn with every answer, it would keep the answers waiting.
export default function settled({ parentElement, setStateValue }) {
  const root = parentElement.querySelector('.shuffle-settled');
  root.follow ??= ({ detail }) => root.send(detail);
  root.send = (order) => setStateValue('order', order);
  window.addEventListener('shuffle-settled', root.follow);
  return () => root.isConnected || window.removeEventListener('shuffle-settled', root.follow);
}
