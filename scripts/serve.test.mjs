/* The server answers every request, and goes on. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compress } from './compress.mjs';
import { serve } from './serve.mjs';

const POLICY = "default-src 'self'";
const PAGE = `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>page</title>`;
const SCRIPT = '/assets/index-a1B2_c3D.js';

let folder;
let server;
let port;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'served-'));
  await mkdir(join(folder, 'assets'));
  await mkdir(join(folder, 'kernels'));
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, SCRIPT), 'export const text = 1;\n'.repeat(200));
  await writeFile(join(folder, 'kernels', 'v1.btf'), Buffer.alloc(4000, 7));
  await compress(folder);
  ({ server } = await serve(folder));
  ({ port } = server.address());
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const ask = (path, { method = 'GET', headers = {} } = {}) =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    asked.on('error', reject).end();
  });

/** The first line of the answer to a malformed request; empty if the connection is closed. */
const raw = (line, more = '') =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${line}\r\nHost: a\r\n${more}Connection: close\r\n\r\n`),
    );
    let answer = '';
    socket.on('data', (part) => (answer += part));
    socket.on('error', () => resolve(''));
    socket.on('close', () => resolve(answer.split('\r\n')[0]));
  });

const HOSTILE = [
  '/%',
  '/%E0%A4%A',
  '//',
  '///',
  '//a',
  '/%00',
  '/a%00.js',
  '/\0',
  `/${'a'.repeat(300)}`,
  `/${'a'.repeat(20_000)}`,
  '/assets',
  '/assets/',
  `${SCRIPT}/x`,
  '/index.html/',
  '/../package.json',
  '/..%2f..%2fetc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/assets/..\\..\\x',
  '*',
  'a',
  'http://a/',
  '/?a=%',
  '/#',
  '/__proto__',
  '/constructor',
];

describe('The server', () => {
  it.each(HOSTILE)('goes on after %j', async (path) => {
    expect(await raw(`GET ${path} HTTP/1.1`)).toMatch(/^HTTP\/1.1 (200|400|404|431) |^$/);
    expect((await ask('/')).status).toBe(200);
  });

  it.each(['bytes=9-3', 'bytes=-1', 'bytes=a-b', 'bytes=99999999999-'])('goes on after the range %s', async (range) => {
    expect((await ask(SCRIPT, { headers: { range } })).status).toBe(200);
    expect((await ask('/')).status).toBe(200);
  });

  it('gives nothing from outside its folder', async () => {
    expect(await raw('GET /../package.json HTTP/1.1')).toContain('404');
    expect((await ask('/%2e%2e/%2e%2e/etc/passwd')).status).toBe(404);
  });

  it('answers GET and HEAD only', async () => {
    expect((await ask('/', { method: 'HEAD' })).body).toHaveLength(0);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])
      expect((await ask('/', { method })).status, method).toBe(405);
  });

  it('sends the policy, and forbids guessing types', async () => {
    for (const path of ['/', SCRIPT, '/no-such']) {
      const { headers } = await ask(path);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'content-security-policy': POLICY });
    }
    expect((await ask('/')).headers['content-type']).toBe('text/html;charset=utf-8');
    expect((await ask(SCRIPT)).headers['content-type']).toBe('text/javascript');
    expect((await ask('/kernels/v1.btf')).headers['content-type']).toBe('application/octet-stream');
  });

  it('lets files named by a hash be kept, and has all others revalidated', async () => {
    expect((await ask(SCRIPT)).headers['cache-control']).toContain('immutable');
    const { headers } = await ask('/');
    expect(headers['cache-control']).toBe('no-cache');
    expect((await ask('/', { headers: { 'if-none-match': headers.etag } })).status).toBe(304);
  });

  it.each(['br', 'gzip'])('sends %s if the client accepts it', async (encoding) => {
    const { headers, body } = await ask(SCRIPT, { headers: { 'accept-encoding': encoding } });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['content-type']).toBe('text/javascript');
    expect(headers['cache-control']).toContain('immutable');
    expect(body.length).toBeLessThan(1000);
  });

  it('listens on this machine only', () => expect(server.address().address).toBe('127.0.0.1'));
});
