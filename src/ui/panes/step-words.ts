/** What a step of a system call checks or does: its id, read aloud. */
export const stepWords = (id: string): string => id.replaceAll('-', ' ');
