/** A static file server for the built page, with the policy that index.html states as a header for the worker too. */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.png': 'image/png',
};

/** The policy of the page's own meta element: one place states it. */
function policyOf(folder) {
  const match = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(
    readFileSync(join(folder, 'index.html'), 'utf8'),
  );
  return match ? { 'Content-Security-Policy': match[1] } : {};
}

/** Serves `folder` below `base` (for instance `/a/b/`); port 0 takes a free one. Resolves to {server, url}. */
export function serve(folder, port = 0, base = '/') {
  const headers = policyOf(folder);
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const inside = path.startsWith(base) ? normalize(path.slice(base.length)) : null;
    const file = inside === null ? null : join(folder, inside === '.' || inside === '' ? 'index.html' : inside);
    const found = file && !inside.startsWith('..') && statSync(file, { throwIfNoEntry: false })?.isFile();
    if (!found) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n');
      return;
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({ server, url: `http://127.0.0.1:${server.address().port}${base}` });
    });
  });
}
