// Asks the server for what stands around the picture `name`, once the picture has come to rest.
export default function follow({ data: [name], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.settled-follow');
  root.follow ??= ({ detail }) => detail.name === name && root.send(detail.what);
  root.send = (what) => setStateValue('seen', what);
  window.addEventListener('picture-settled', root.follow);
  return () => root.isConnected || window.removeEventListener('picture-settled', root.follow);
}
