/* Usage texts, which bpftool prints to stderr (`null` with -j). The strings equal those in recordings. */
import type { Release } from './context.ts';

type Usage = (r: Release) => string;

const struct_ops: Usage = ({ called, links, options }) => `Usage: ${called} struct_ops { show | list } [STRUCT_OPS_MAP]
       ${called} struct_ops dump [STRUCT_OPS_MAP]
       ${called} struct_ops register OBJ${links ? ' [LINK_DIR]' : ''}
       ${called} struct_ops unregister STRUCT_OPS_MAP
       ${called} struct_ops help

       STRUCT_OPS_MAP := [ id STRUCT_OPS_MAP_ID | name STRUCT_OPS_MAP_NAME ]
       OPTIONS := ${options}
`;

const map: Usage = ({ called, options }) => `Usage: ${called} map { show | list }   [MAP]
       ${called} map create     FILE type TYPE key KEY_SIZE value VALUE_SIZE \\
                                  entries MAX_ENTRIES name NAME [flags FLAGS]
       ${called} map dump       MAP
       ${called} map update     MAP [key DATA] [value VALUE] [UPDATE_FLAGS]
       ${called} map lookup     MAP [key DATA]
       ${called} map getnext    MAP [key DATA]
       ${called} map delete     MAP  key DATA
       ${called} map pin        MAP  FILE
       ${called} map freeze     MAP
       ${called} map help

       MAP := { id MAP_ID | pinned FILE | name MAP_NAME }
       DATA := { [hex] BYTES }
       VALUE := { DATA | MAP | PROG }
       UPDATE_FLAGS := { any | exist | noexist }
       OPTIONS := ${options}
`;

const prog: Usage = ({ called, options }) => `Usage: ${called} prog { show | list } [PROG]
       ${called} prog dump xlated PROG [{ opcodes | linum | visual }]
       ${called} prog dump jited  PROG [{ opcodes | linum }]
       ${called} prog pin   PROG FILE
       ${called} prog tracelog
       ${called} prog help

       PROG := { id PROG_ID | pinned FILE | tag PROG_TAG | name PROG_NAME }
       OPTIONS := ${options}
`;

const link: Usage = ({ called, options }) => `Usage: ${called} link { show | list }   [LINK]
       ${called} link pin        LINK  FILE
       ${called} link detach     LINK
       ${called} link help

       LINK := { id LINK_ID | pinned FILE }
       OPTIONS := ${options}
`;

const btf: Usage = ({ called, options }) => `Usage: ${called} btf { show | list } [id BTF_ID]
       ${called} btf dump BTF_SRC [format FORMAT]
       ${called} btf help

       BTF_SRC := { id BTF_ID | prog PROG | map MAP | file FILE }
       FORMAT  := { raw | c }
       OPTIONS := ${options}
`;

const feature: Usage = ({ called, options }) => `Usage: ${called} feature probe [kernel]
       ${called} feature help

       OPTIONS := ${options}
`;

const main: Usage = ({ called, options }) => `Usage: ${called} [OPTIONS] OBJECT { COMMAND | help }
       ${called} version

       OBJECT := { prog | map | link | btf | struct_ops | feature }
       OPTIONS := ${options}
`;

export const USAGES = { struct_ops, map, prog, link, btf, feature, main } as const;
