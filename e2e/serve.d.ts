declare module '*/scripts/serve.mjs' {
  import type { Server } from 'node:http';
  export function serve(folder: string, port?: number, base?: string): Promise<{ server: Server; url: string }>;
}
