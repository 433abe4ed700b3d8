import type { ColdSnapshot } from '../../engine/index.ts';
import type { Moment } from '../../protocol/asks/talk.ts';
import type { Answerer } from './answerer.ts';

const drawn = ({ maps, sockets }: ColdSnapshot): Moment['cold'] => ({
  maps: maps.map(({ letter, name, ccName, state, inGrace, refcnt, holders }) => {
    return { letter, name, ccName, state, inGrace, refcnt, holders };
  }),
  sockets: sockets.map(({ id, state }) => ({ id, state })),
});

/** Visits each event in turn, takes a snapshot, and returns to the cursor. */
export const talk: Answerer<'talk'> = (desk, lab, { events }, answer) =>
  desk.start(() => {
    const { time, position } = lab;
    const moments: Moment[] = [];
    return {
      name: 'taking the pictures of the talk',
      run: (keepGoing) => {
        for (const event of events.slice(moments.length)) {
          if (!lab.seekEvent(event)) break;
          moments.push({ event: lab.position.event, time: lab.time, cold: drawn(lab.cold()) });
          if (!keepGoing()) return moments.length === events.length;
        }
        return true;
      },
      progress: () => moments.length / Math.max(1, events.length),
      done: () => {
        if (position.call === null) lab.seek(time);
        else lab.goto(position);
        answer(moments);
      },
    };
  });
