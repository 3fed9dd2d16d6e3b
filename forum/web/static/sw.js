const V = "VERSION", P = "PATHS".split(" "), c = caches;
oninstall = e => e.waitUntil(c.open(V).then(k => k.addAll(P.map(p => new Request(p, {credentials: "omit"})))));
onactivate = e => e.waitUntil(c.keys().then(k => Promise.all(k.map(n => n != V && c.delete(n)))));
onpush = e => {
  const {title, path: tag} = e.data.json();
  e.waitUntil(registration.showNotification(title, {tag, icon: P[2]}));
};
onnotificationclick = ({notification: n}) => { n.close(); clients.openWindow(n.tag) };
onfetch = e => {
  const r = e.request;
  if (r.mode == "navigate") e.respondWith(fetch(r).catch(() => c.match(P[0])));
  else if (P.includes(new URL(r.url).pathname, 1)) e.respondWith(c.match(r.url).then(f => f || fetch(r)));
};
