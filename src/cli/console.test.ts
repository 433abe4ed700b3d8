/** `lab console` as a person calls it: lines from a file, wrong arguments, lines that fail. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildCli } from '../../scripts/tools.mjs';

