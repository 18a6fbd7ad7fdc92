// server.mjs PORT CERTDIR - HTTP/1.1 (writeEarlyHints) and 2 (additionalHeaders) on one TLS port,
// cleartext HTTP/1.1 on PORT+1, node:https (HTTP/1.1 only) on PORT+2.
// Paths: / one 103, /multi two, /compat through the HTTP/2 compatibility API, /processing 102 then 103, /plain none.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import http2 from 'node:http2';

const [port, certs] = [Number(process.argv[2]), process.argv[3]];
const think = Number(process.env.THINK || 0.4) * 1000;
const css = '</style.css>; rel=preload; as=style';
const js = '</app.js>; rel=preload; as=script';
const page = '<!doctype html><title>slow page</title><link rel="stylesheet" href="/style.css">' +
  '<script defer src="/app.js"></script><h1>slow page</h1>\n';
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function handle(req, res) {
  const path = req.url.split('?')[0];
  res.setHeader('cache-control', 'max-age=60');
  if (path === '/style.css') return res.setHeader('content-type', 'text/css'), res.end('h1{color:#036}\n');
  if (path === '/app.js') return res.setHeader('content-type', 'text/javascript'), res.end('1;\n');
  const h2 = req.httpVersionMajor === 2;
  const hint = (links) => (h2 && path !== '/compat')
    ? res.stream.additionalHeaders({ ':status': 103, link: links })
    : res.writeEarlyHints({ link: links });
  if (path === '/multi') {
    hint([css]);
    await sleep(150);
    hint([js]);
  } else if (path === '/processing') {
    h2 ? res.stream.additionalHeaders({ ':status': 102 }) : res.writeProcessing();
    hint([css, js]);
  } else if (path !== '/plain') {
    hint([css, js]);
  }
  await sleep(think);
  res.setHeader('content-type', 'text/html');
  res.end(page);
}

const tls = { key: fs.readFileSync(`${certs}/server.key`), cert: fs.readFileSync(`${certs}/server.pem`) };
http2.createSecureServer({ ...tls, allowHTTP1: true }, handle).listen(port, '127.0.0.1');
http.createServer(handle).listen(port + 1, '127.0.0.1');
https.createServer(tls, handle).listen(port + 2, '127.0.0.1');
