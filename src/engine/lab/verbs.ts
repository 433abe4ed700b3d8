/* Verbs registered from the start. */
import { registerVerbs } from './verb.ts';
import { close } from './verbs/close.ts';
import { closeLink } from './verbs/close-link.ts';
import { closeMap } from './verbs/close-map.ts';
import { connect } from './verbs/connect.ts';
import { detach } from './verbs/detach.ts';
import { exit } from './verbs/exit.ts';
import { grace } from './verbs/grace.ts';
import { link } from './verbs/link.ts';
import { load } from './verbs/load.ts';
import { pin } from './verbs/pin.ts';
import { poke } from './verbs/poke.ts';
import { register } from './verbs/register.ts';
import { setsockopt } from './verbs/setsockopt.ts';
import { spawn } from './verbs/spawn.ts';
import { sysctl } from './verbs/sysctl.ts';
import { unpin } from './verbs/unpin.ts';
import { unregister } from './verbs/unregister.ts';
import { updateLink } from './verbs/update-link.ts';
import { verifier } from './verbs/verifier.ts';

// biome-ignore format: a list to read
const FIRST = [
  close, closeLink, closeMap, connect, detach, exit, grace, link, load, pin, poke, register, setsockopt, spawn, sysctl,
  unpin, unregister, updateLink, verifier,
] as const;

/**
 * Registers the first verbs. Each machine calls this, so that no bundle drops it; so does code that asks for verbs
 * earlier.
 */
export const registerFirstVerbs = (): void => registerVerbs(FIRST);
