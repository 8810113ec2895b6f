// In the head of every page: says on the page why it has no connection to the lab, and where a frame keeps no cookies. The words are in
// dashboard/head.py. A page without a connection is a page of grey bars for ever, so nothing here waits for Streamlit.
(() => {
  const { stream, ask, words, root } = window.sequenceLab;
  const SOON = 2500; // ms without a connection before the lab is asked why; with ANSWER this stays below five seconds
  const FAILED = 700; // ms after a connection that could not be made
  const ANSWER = 1500; // ms in which the lab must say why
  const SILENT = 15000; // ms for which a connection that is open may say nothing: a full class opens its pages at the same time
  const LOADING = 15000; // ms for which the page's own scripts may take
  const Native = window.WebSocket;
  let waiting = 0;
  let due = Infinity; // when the lab is asked why
  let patient = true; // a connection that is open and silent has been waited for once
  let connected = false;
  let missing = ''; // the address of a script that did not come

  function box(id, role) {
    const made = document.getElementById(id) ?? document.createElement('div');
    made.id = id;
    made.setAttribute('role', role);
    made.style.cssText =
      'position:fixed;z-index:9999999;top:0;left:0;right:0;max-height:60vh;overflow:auto;padding:.75rem 1rem;background:#fff4d6;' +
      'color:#1b1f24;border-bottom:2px solid #b58900;font:16px/1.45 sans-serif';
    if (!made.isConnected) document.body.append(made); // before its text: a screen reader reads what changes in an alert
    return made;
  }

  function tell(sentences) {
    const paragraphs = sentences.map((text) => {
      const made = document.createElement('p');
      made.style.cssText = 'margin:0 0 .4em;max-width:75em';
      made.textContent = text;
      return made;
    });
    box('lab-connection', 'alert').replaceChildren(...paragraphs);
  }

  // What is no fault of the connection, at the lower edge, until it is closed.
  function note(id, ...parts) {
    const close = Object.assign(document.createElement('button'), { type: 'button', textContent: words.close });
    close.style.cssText = 'margin-left:1em;font:inherit';
    const said = box(id, 'status');
    said.style.top = 'auto';
    said.style.bottom = '0';
    close.addEventListener('click', () => said.remove());
    said.replaceChildren(...parts, close);
  }

  async function reason() {
    if (!Native) return [words.old];
    if (missing) return [words.missing.replace('{}', missing), words.below];
    try {
      const answer = await fetch(new URL(ask, root), { method: 'POST', signal: AbortSignal.timeout(ANSWER) });
      const said = (answer.headers.get('content-type') ?? '').startsWith('text/plain') ? await answer.text() : '';
      if (answer.status === 204) return [words.blocked, words.proxy];
      if (answer.status === 503 && said) return [said];
      if (answer.status === 403 && said) return [words.blocked, said, words.proxy];
      return [words.between.replace('{}', answer.status), words.below];
    } catch {
      return [words.gone];
    }
  }

  async function explain() {
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
    if (!connected && patient && due > Date.now()) wait(SILENT);
    patient = false;
  }

  function come() {
    connected = true;
    due = Infinity;
    clearTimeout(waiting);
    document.getElementById('lab-connection')?.remove();
  }

  function gone() {
    const had = connected;
    connected = false;
    hurry(had ? SOON : FAILED);
  }

  if (Native) {
    window.WebSocket = class extends Native {
      constructor(address, ...more) {
        super(address, ...more);
        if (!new URL(address, location.href).pathname.endsWith(stream)) return;
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
    ({ target }) => {
      if (target?.tagName !== 'SCRIPT' || connected) return;
      missing = target.src;
      if (document.body) explain();
    },
    true, // an error of loading does not bubble
  );
  wait(LOADING);
  addEventListener('load', () => hurry(SOON));

  // ---- a picture that a web server before the lab does not take ----

  // The widget shows the status alone, and a web server's answer says nothing of what to do.
  function refused(entries) {
    for (const { name, responseStatus } of entries.getEntries()) {
      if (responseStatus === 413 && new URL(name).pathname.includes(words.uploads)) note('lab-upload', words.large);
    }
  }

  if (window.PerformanceResourceTiming) new PerformanceObserver(refused).observe({ type: 'resource' });

  // ---- in a frame of another site ----

  function keepsCookies() {
    const how = location.protocol === 'https:' ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
    document.cookie = `lab_kept=1; Max-Age=60; ${how}`;
    return document.cookie.includes('lab_kept=1');
  }

  function offerTab() {
    const own = new URL(location.href);
    own.searchParams.delete('embed');
    own.searchParams.delete('embed_options');
    const link = Object.assign(document.createElement('a'), { href: own.href, target: '_blank', rel: 'noopener', textContent: words.tab });
    link.style.color = '#00538a';
    note('lab-frame', `${words.frame} `, link);
  }

  addEventListener('load', () => window.top !== window && !keepsCookies() && offerTab());
})();
