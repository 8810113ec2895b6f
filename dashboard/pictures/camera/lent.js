// Shows the sentence on frames where the camera is kept from this page. Firefox and Safari do not say: they ask, or refuse, themselves.
export default function lent({ parentElement }) {
  const policy = document.permissionsPolicy ?? document.featurePolicy;
  const lends = navigator.mediaDevices && (!policy || policy.allowsFeature('camera')); // none where the page around came over http
  parentElement.querySelector('.camera-told').hidden = window.top === window || lends;
}
