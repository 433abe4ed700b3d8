/* Invalidates all packet pointers after a helper that may move packet data (clear_all_pkt_pointers). */
import type { Session } from '../session.ts';
import { forEachReg } from '../state.ts';
import { isPacketAny, isPacketSlice, UNKNOWN_SCALAR } from '../types.ts';

export function clearPackets(env: Session): void {
  forEachReg(env.cur, (r) => {
    if (!isPacketAny(r.v.type) && !isPacketSlice(r.v.type)) return;
    r.v = UNKNOWN_SCALAR;
    r.precise = false;
  });
}
