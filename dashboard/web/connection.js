// In the head of every page: says on the page why it has no connection to the lab, and where the browser keeps no cookies. The words are in
// dashboard/web/connection_words.py. A page without a connection is a page of grey bars for ever, so nothing here waits for Streamlit, and
// no line needs a browser newer than 2018: an old one must be able to read that it is old.
(() => {
  const { stream, ask, words, root } = window.sequenceLab;
  const SOON = 2500; // ms without a connection before the lab is asked why; with ANSWER this stays below five seconds
  const FAILED = 700; // ms after a connection that could not be made
  const ANSWER = 1500; // ms in which the lab must say why
  const SILENT = 3500; // ms for which the first connection may be open and say nothing
  const LOADING = 10000; // ms that the page's own scripts may take
  const SIGN_IN = [401, 407];
  const BEHIND = [502, 503, 504]; // what a web server answers when there is nobody behind it
  const Native = window.WebSocket;
  let waiting = 0;
  let due = Infinity; // when the lab is asked why
  let tried = false; // a connection has been asked for: the page's own scripts run
  let open = false; // a connection is open, and may be silent
  let connected = false;
  let met = false; // the lab has said something on this page: after a break it need not speak first
  let missing = ''; // the address of a script that did not come
  let broken = ''; // what a script stumbled over

  function box(id, role) {
    const made = document.getElementById(id) || document.createElement('div');
    made.id = id;
    made.setAttribute('role', role);
    made.style.cssText =
      'position:fixed;z-index:9999999;top:0;left:0;right:0;max-height:60vh;overflow:auto;padding:.75rem 1rem;background:#fff4d6;' +
      'color:#1b1f24;border-bottom:2px solid #b58900;font:16px/1.45 sans-serif';
    if (!made.isConnected) document.body.append(made); // before its text: a screen reader reads what changes in an alert
    return made;
  }

  function tell(sentences) {
    const said = box('lab-connection', 'alert');
    if (said.dataset.said === sentences.join()) return; // a screen reader would read it again
    said.dataset.said = sentences.join();
    const paragraphs = sentences.map((text) => {
      const made = document.createElement('p');
      made.style.cssText = 'margin:0 0 .4em;max-width:75em';
      made.textContent = text;
      return made;
    });
    said.textContent = '';
    said.append(...paragraphs);
  }

  // What is no fault of the connection, at the lower edge, until it is closed.
  function note(id, ...parts) {
    const close = Object.assign(document.createElement('button'), { type: 'button', textContent: words.close });
    close.style.cssText = 'margin-left:1em;font:inherit';
    const said = box(id, 'status');
    said.style.top = 'auto';
    said.style.bottom = '0';
    close.addEventListener('click', () => said.remove());
    said.textContent = '';
    said.append(...parts, close);
  }

  // The lab's answer to the question why there is no connection; null when nobody answers. A sign-in page is not gone to.
  async function answerOfServer() {
    const patience = new AbortController();
    setTimeout(() => patience.abort(), ANSWER);
    try {
      const answer = await fetch(new URL(ask, root), { method: 'POST', redirect: 'manual', signal: patience.signal });
      const text = (answer.headers.get('content-type') || '').startsWith('text/plain') ? await answer.text() : '';
      return { status: answer.status, text, elsewhere: answer.type === 'opaqueredirect' };
    } catch (_) {
      return null;
    }
  }

  window.sequenceLab.note = note;

  async function reason() {
    if (window.origin === 'null') return [words.sandbox.replace('{}', ownTab())];
    if (!Native) return [words.old];
    if (missing) return [words.missing.replace('{}', missing), words.below];
    if (open) return [words.silent];
    if (!tried && document.readyState !== 'complete') return [words.slow];
    const answer = await answerOfServer();
    if (!answer) return [words.gone];
    const { status, text } = answer;
    if (answer.elsewhere || SIGN_IN.includes(status)) return [words.signin];
    if (status === 503 && text) return [text];
    if (status === 403 && text) return [words.refused, text, words.proxy];
    if (BEHIND.includes(status)) return [words.behind.replace('{}', status)];
    if (status !== 204) return [words.between.replace('{}', status), words.below];
    if (tried) return [words.blocked, words.proxy];
    return [words.scripts.replace('{}', broken && ` (${broken})`)];
  }

  async function explain() {
    due = Infinity;
    const sentences = await reason();
    if (!connected) tell(sentences);
  }

  function wait(milliseconds) {
    due = Date.now() + milliseconds;
    clearTimeout(waiting);
    waiting = setTimeout(explain, milliseconds);
  }

  // Streamlit tries again and again: each try must not put off what is due.
  const hurry = (milliseconds) => !connected && due > Date.now() + milliseconds && wait(milliseconds);

  function opened() {
    open = true;
    if (met) come();
    else wait(SILENT);
  }

  function come() {
    connected = met = true;
    open = false;
    due = Infinity;
    clearTimeout(waiting);
    const said = document.getElementById('lab-connection');
    if (said) said.remove();
  }

  function gone() {
    const had = connected;
    connected = open = false;
    hurry(had ? SOON : FAILED);
  }

  if (Native) {
    window.WebSocket = class extends Native {
      constructor(address, ...more) {
        super(address, ...more);
        if (!new URL(address, location.href).pathname.endsWith(stream)) return;
        tried = true;
        this.addEventListener('open', opened);
        this.addEventListener('message', come);
        this.addEventListener('close', gone);
      }
    };
  }
  addEventListener('pagehide', () => clearTimeout(waiting));
  addEventListener('pageshow', ({ persisted }) => persisted && !connected && wait(SOON));
  addEventListener(
    'error',
    ({ target, message }) => {
      if (connected || tried) return;
      if (target && target.tagName === 'SCRIPT') missing = target.src;
      else if (message) broken = message;
      if (missing && document.body) explain();
      else if (broken) hurry(SOON);
    },
    true, // an error of loading does not bubble
  );
  wait(LOADING);
  addEventListener('load', () => hurry(window.origin === 'null' ? 0 : SOON));

  // ---- a policy of a web server, beside the lab's own, which forbids neither of these ----

  document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective, disposition }) => {
    const foreign = blockedURI === 'blob' || effectiveDirective.startsWith('style-src');
    if (foreign && disposition === 'enforce') note('lab-policy', words.policy);
  });

  // ---- a picture that does not arrive ----

  // The widget shows the status alone, and a web server's answer says nothing of what to do.
  function unsent(status, text) {
    const said = text || (status === 413 ? words.large : status ? words.file.replace('{}', status) : words.cut);
    note('lab-upload', said);
  }

  function answered({ target }) {
    const plain = (target.getResponseHeader('content-type') || '').startsWith('text/plain'); // the lab's own words
    if (target.status >= 400) unsent(target.status, plain ? target.responseText : '');
  }

  const { open: begin } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, address, ...more) {
    if (method.toUpperCase() === 'PUT' && String(address).includes(words.uploads)) {
      this.addEventListener('load', answered);
      this.addEventListener('error', () => unsent(0, ''));
    }
    return begin.call(this, method, address, ...more);
  };

  // ---- cookies, and frames of other sites ----

  function keepsCookies() {
    const how = location.protocol === 'https:' ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
    document.cookie = `lab_kept=1; Max-Age=60; ${how}`;
    return document.cookie.includes('lab_kept=1');
  }

  function ownTab() {
    const own = new URL(location.href);
    own.searchParams.delete('embed');
    own.searchParams.delete('embed_options');
    return own.href;
  }

  function offerTab() {
    const link = Object.assign(document.createElement('a'), { href: ownTab(), target: '_blank', rel: 'noopener', textContent: words.tab });
    link.style.color = '#00538a';
    note('lab-frame', `${words.frame} `, link);
  }

  addEventListener('load', () => {
    if (window.origin === 'null' || keepsCookies()) return;
    if (window.top === window) note('lab-frame', words.cookies);
    else offerTab();
  });
})();
