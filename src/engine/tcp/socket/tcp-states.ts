/* States of a connection (include/net/tcp_states.h). */
export const ESTABLISHED = 1;
export const SYN_SENT = 2;
export const SYN_RECV = 3;
export const FIN_WAIT1 = 4;
export const FIN_WAIT2 = 5;
export const TIME_WAIT = 6;
export const CLOSE = 7;
export const CLOSE_WAIT = 8;
export const LAST_ACK = 9;
export const LISTEN = 10;
export const CLOSING = 11;
