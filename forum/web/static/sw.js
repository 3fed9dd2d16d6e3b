// Shows /offline when the forum is out of reach.
const V = "VERSION", P = "PATHS".split(" "), c = caches;
oninstall = e => e.waitUntil(c.open(V).then(k => k.addAll(P.map(p => new Request(p, {credentials: "omit"})))));
onactivate = e => e.waitUntil(c.keys().then(k => Promise.all(k.map(n => n != V && c.delete(n)))));
onfetch = e => {
  const r = e.request;
  if (r.mode == "navigate") e.respondWith(fetch(r).catch(() => c.match(P[0])));
  else if (P.indexOf(new URL(r.url).pathname) > 0) e.respondWith(c.match(r.url).then(f => f || fetch(r)));
};
