/** The built page on this machine only, with the policy that index.html states as a header for the worker too. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';

/** A name that holds the hash of its content stands for that content for ever. */
const HASHED = /\/assets\/[^/]+-[\w-]{8}\.\w+$/;
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Everything else is asked after each time, and sent only where it changed. */
const ASK_AGAIN = 'no-cache';

/** The policy of the page's own meta element: one place states it. */
function policyOf(folder) {
  const match = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(
    readFileSync(join(folder, 'index.html'), 'utf8'),
  );
  return match ? { 'Content-Security-Policy': match[1] } : {};
}

function refuse(response, status, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end(`${status}\n`);
}

function setHeaders(response, path) {
  response.setHeader('Cache-Control', HASHED.test(path) ? FOR_EVER : ASK_AGAIN);
  // browsers are told not to guess, so that a type without a name needs one
  if (/\.(btf|ids|o)$/.test(path)) response.setHeader('Content-Type', 'application/octet-stream');
}

/** Serves `folder` below `base` (for instance `/a/b/`); port 0 takes a free one. Resolves to {server, url}. */
export function serve(folder, port = 0, base = '/') {
  const headers = { 'X-Content-Type-Options': 'nosniff', ...policyOf(folder) };
  // looks at the folder with each request, so that a build in between is no loss
  const files = sirv(folder, { dev: true, etag: true, gzip: true, brotli: true, setHeaders });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' });
    if (!request.url.startsWith(base)) return refuse(response, 404);
    request.url = request.url.slice(base.length - 1);
    // files are small and sent whole
    delete request.headers.range;
    try {
      files(request, response, () => refuse(response, 404));
    } catch {
      if (response.headersSent) response.destroy();
      else refuse(response, 400);
    }
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({ server, url: `http://127.0.0.1:${server.address().port}${base}` });
    });
  });
}
