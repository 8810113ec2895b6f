// Asks the server for what stands around the picture `name`, once the picture has come to rest.
import { onSettled } from '../../kit/settled.js';

export default function follow({ data: [name], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.settled-follow');
  root.send = (what) => setStateValue('seen', what);
  root.leave ??= onSettled((picture, what) => picture === name && root.send(what));
  return () => {
    if (root.isConnected) return;
    root.leave?.();
    root.leave = null; // a call after it would listen again
  };
}
