// Offers the tour until it was taken or declined once in this browser. Where nothing can be remembered nothing is offered.
const ASKED = 'sequence-lab-tour';

function remembered() {
  try {
    return localStorage.getItem(ASKED) !== null;
  } catch {
    return true;
  }
}

export default function offer({ parentElement }) {
  const root = parentElement.querySelector('.tour-offer');
  const away = () => {
    localStorage.setItem(ASKED, 'asked');
    root.hidden = true;
  };
  root.hidden = remembered();
  root.querySelector('.tour-take').onclick = away;
  root.querySelector('.tour-decline').onclick = away;
}
