"""What a page says that cannot connect or send a picture, or that keeps no cookies: dashboard/web/connection.js tells when."""

from __future__ import annotations

WORDS = {
    "blocked": "This page has no connection to the lab: its WebSocket is blocked on the way, although the lab's server answers. "
    "A web server (proxy) before the lab or a firewall does not let WebSockets through. "
    "Ask whoever runs this server or this network, or try another network.",
    "refused": "This page has no connection to the lab: the lab takes it for a page of another site. Ask whoever runs this server.",
    "proxy": "Whoever runs a web server before the lab lets it pass on the headers Upgrade, Connection and Host. In nginx: "
    'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; '
    "proxy_set_header Host $http_host; in Apache: ProxyPass with upgrade=websocket. docs/server.md has both in full.",
    "missing": "This page cannot start: a part of it did not come from {}. Reload the page once.",
    "between": "This page has no connection to the lab: a web server between answers for it, with status {}.",
    "below": "If a web server shows the lab below a path, it must pass on everything below that path. If it leaves the path in the "
    "addresses, start the lab with --base-path. docs/server.md has the lines for nginx and Apache.",
    "behind": "This page has no connection to the lab: the web server before it answers, but the lab behind that server does not (status "
    "{}). The lab may have been stopped, or it is starting. The page goes on by itself when the lab is back.",
    "signin": "This page has no connection to the lab: a web server before the lab wants to know who you are. Reload the page, and sign in "
    "again if you are asked to.",
    "gone": "This page has no connection to the lab: its server does not answer. It may have been stopped, or this computer has no "
    "network. The page goes on by itself when the server is back.",
    "silent": "The connection to the lab stands, but the lab has said nothing yet. It may be busy: then the page comes by itself. "
    "If nothing comes within a minute, a web server or a virus scanner on the way holds back what WebSockets say: ask whoever runs this "
    "network.",
    "slow": "This page is still being loaded: the network is slow, or many load it at the same time. It comes by itself.",
    "old": "This browser has no WebSocket, or it was switched off. The lab cannot work without it: use another browser.",
    "scripts": "This page's own scripts do not run in this browser{}. The browser may be too old, or an extension keeps a part of the page "
    "back. Use a current Firefox, Chrome, Edge or Safari, without extensions, for instance in a private window.",
    "sandbox": "This page is shown in a frame that keeps it from its own server (sandbox without allow-same-origin), so the lab cannot "
    "work here. Whoever writes the course page takes the attribute sandbox away, or adds allow-scripts allow-same-origin allow-forms "
    "allow-downloads allow-popups to it. Until then open the lab in a tab of its own, at {}",
    "part": "A part of this page did not come, or does not run in this browser. Reload the page. If that does not help, use a current "
    "browser; a web server before the lab must pass on everything below the lab's address.",
    "policy": "A web server before the lab forbids what this page needs, with a Content-Security-Policy of its own, and a part of the page "
    "stays empty. Whoever runs that server lets the lab's pages keep the policy that the lab sends with them, and adds none.",
    "uploads": "/_stcore/upload_file/",
    "large": "The file was not taken: it is too large. The lab takes 20 MB a file and 40 MB a person. A web server before it may take "
    "less: nginx 1 MB, unless client_max_body_size says more, as in docs/server.md. Choose a smaller picture, or ask "
    "whoever runs this server.",
    "cut": "The file did not arrive: the connection broke off while it was sent. A web server on the way may not take a file as large as "
    "this. Try again, choose a smaller picture, or ask whoever runs this server.",
    "file": "The file was not taken: a web server between answered with status {}. It must pass on files, which the page sends with the "
    "method PUT. Ask whoever runs this server.",
    "frame": "The browser keeps no cookies for the lab in this frame: after a reload the lab does not know which runs are yours.",
    "cookies": "This browser keeps no cookies for the lab: after a reload the lab does not know which runs are yours. Allow cookies for "
    "this address in the browser's settings.",
    "copy": "This browser lets the page copy nothing. Mark the text with the mouse and press Ctrl+C (on a Mac, Command+C).",
    "tab": "Open the lab in a tab of its own",
    "close": "Close",
}
