/** Serves the built page on this machine only. Sends the policy of index.html as a header, so that it applies to the worker too. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';

/** Files named by a hash of their content never change. */
const HASHED = /\/assets\/[^/]+-[\w-]{8}\.\w+$/;
const FOR_EVER = 'public, max-age=31536000, immutable';
/** All other files are revalidated on each use, and sent only if they changed. */
const ASK_AGAIN = 'no-cache';

/** The policy in the page's meta element, its only source. */
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
  // browsers are told not to guess types, so files without a known one need this
  if (/\.(btf|ids|o)$/.test(path)) response.setHeader('Content-Type', 'application/octet-stream');
}

/** Serves `folder` below `base` (for instance `/a/b/`); port 0 picks a free one. Resolves to {server, url}. */
export function serve(folder, port = 0, base = '/') {
  const headers = { 'X-Content-Type-Options': 'nosniff', ...policyOf(folder) };
  // reads the folder on each request, so that a later build is served too
  const files = sirv(folder, { dev: true, etag: true, gzip: true, brotli: true, setHeaders });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' });
    if (!request.url.startsWith(base)) return refuse(response, 404);
    request.url = request.url.slice(base.length - 1);
    // files are small, so byte ranges are not served
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
